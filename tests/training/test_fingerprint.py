import pytest
from thinc.api import Config

from spacy_lstm_ner.training.fingerprint import differences, take_fingerprint

from .runs import CONFIG, write_run


def fingerprint(folder, config=CONFIG, **overrides):
    paths = {f"paths.{part}": str(folder / f"{part}.spacy") for part in ("train", "dev")}
    changes = {name.replace("__", "."): value for name, value in overrides.items()}
    return take_fingerprint(Config().from_str(config, overrides={**paths, **changes}))


@pytest.fixture
def before(tmp_path):
    write_run(tmp_path)
    return fingerprint(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"training__max_steps": 99},
        {"training__eval_frequency": 7},
        {"training__patience": 3},
        {"paths__log": "other.jsonl"},
    ],
)
def test_what_may_change(before, tmp_path, change):
    assert differences(before, fingerprint(tmp_path, **change)) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"system__seed": 2}, "training.seed: 1 before, 2 now"),
        ({"nlp__batch_size": 9}, "nlp.batch_size: 8 before, 9 now"),
        ({"components__lstm_ner__model__depth": 2}, "components.lstm_ner.model.depth: 1 before"),
    ],
)
def test_what_may_not(before, tmp_path, change, line):
    assert any(line in found for found in differences(before, fingerprint(tmp_path, **change)))


def test_streams_and_epochs_do_not_mix(tmp_path):
    write_run(tmp_path)
    config = CONFIG.replace("patience = 0", "patience = 0\nmax_epochs = 0")
    streams, few, many = (fingerprint(tmp_path, config, training__max_epochs=n) for n in (-1, 2, 5))
    assert differences(few, many) == []
    assert differences(few, streams) == ["training.max_epochs = -1: False before, True now"]


def test_data_count_by_content(before, tmp_path):
    moved = tmp_path / "moved"
    write_run(moved)
    assert differences(before, fingerprint(moved)) == []
    with (moved / "dev.spacy").open("ab") as file:
        file.write(b"!")
    (line,) = differences(before, fingerprint(moved))
    assert line.startswith("corpora.dev.path: 'content ")


def test_folders_of_data(tmp_path):
    config = Config().from_str(f'[corpora]\n\n[corpora.train]\npath = "{tmp_path}"\n')
    (tmp_path / "a.spacy").write_bytes(b"1")
    before = take_fingerprint(config)
    (tmp_path / "a.spacy").rename(tmp_path / "b.spacy")
    assert len(differences(before, take_fingerprint(config))) == 1


@pytest.mark.parametrize("value", ["x" * 5000, "", ".", ".."])
def test_strings_that_are_no_paths_count_as_they_are(before, tmp_path, monkeypatch, value):
    """Also where a folder of this name exists: outputs may lie in the one of the command."""
    monkeypatch.chdir(tmp_path)
    now = fingerprint(tmp_path, corpora__dev__path=value)
    assert now["corpora.dev.path"] == value
