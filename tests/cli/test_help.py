"""What `spacy lstm-ner --help` shows of each command."""

import typer
from spacy.cli._util import app as spacy_app
from typer.testing import CliRunner

from spacy_lstm_ner.cli import app


def test_no_summary_is_cut_on_80_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    result = CliRunner().invoke(spacy_app, ["lstm-ner", "--help"])
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    commands = typer.main.get_command(app).commands
    assert len(commands) > 10
    for name, command in commands.items():
        summary = " ".join(command.help.split("\n\n")[0].split())
        assert summary.endswith(".") and f"{name} {summary}" in lines
