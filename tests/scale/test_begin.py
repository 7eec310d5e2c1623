"""What happens to an earlier run, and who may go on with it."""

import pytest
from spacy.util import load_config
from torch import distributed

from spacy_lstm_ner.scale.training.train import begin, train_replica
from spacy_lstm_ner.training.checkpoint import CheckpointError, read_checkpoint, write_checkpoint

from ..training.runs import digests, train, write_run


@pytest.fixture
def alone(tmp_path):
    """A process group of one."""
    store = f"file://{tmp_path / 'store'}"
    distributed.init_process_group("gloo", init_method=store, rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def load(tmp_path, **settings):
    paths = {f"paths.{part}": str(tmp_path / f"{part}.spacy") for part in ("train", "dev")}
    return load_config(tmp_path / "config.cfg", {**paths, **settings})


def test_one_worker_goes_on_with_a_run_of_train(alone, tmp_path, capsys):
    args = write_run(tmp_path)
    train(*args, "-o", tmp_path / "whole")
    train(*args, "-o", tmp_path / "out", "--training.max_steps", 5)
    config = load(tmp_path, **{"training.max_steps": 9})
    assert begin(config, tmp_path / "out", n_workers=1, resume=True)
    with (tmp_path / "table.txt").open("w") as table:
        assert train_replica(config, tmp_path / "out", table) is None
    assert "Going on after step 5" in (tmp_path / "table.txt").read_text()
    result = train(*args, "-o", tmp_path / "out", "--resume")
    assert "Going on after step 9" in result.output, result.output
    found, expected = digests(tmp_path / "out"), digests(tmp_path / "whole")
    for digest in (found, expected):  # the best model may be of an earlier part
        del digest["model-best/config.cfg"]
    assert found == expected


def test_another_number_of_workers_is_refused(tmp_path):
    args = write_run(tmp_path)
    output = tmp_path / "out"
    train(*args, "-o", output, "--training.max_steps", 5)
    with pytest.raises(CheckpointError, match="of a run with 1 workers, and 2 were given"):
        begin(load(tmp_path), output, n_workers=2, resume=True)
    checkpoint = read_checkpoint(output / "checkpoint")
    state = {**checkpoint.state, "workers": [{}, {}]}
    write_checkpoint(output / "checkpoint", checkpoint._replace(state=state))
    result = train(*args, "-o", output, "--resume")
    assert result.exit_code == 1
    assert "of a run with 2 workers, and 1 were given" in result.output


def test_earlier_run_stays_until_the_new_one_can_begin(alone, tmp_path):
    output = tmp_path / "out"
    train(*write_run(tmp_path), "-o", output, "--training.max_steps", 5)
    before = digests(output)
    wrong = load(tmp_path, **{"paths.train": str(tmp_path / "tarin.spacy")})
    assert begin(wrong, output, n_workers=1, resume=False)
    with (tmp_path / "table.txt").open("w") as table:
        with pytest.raises(FileNotFoundError):
            train_replica(wrong, output, table)
        assert digests(output) == before
        assert (output / "checkpoint" / "state.json").exists()
        # The next attempt of the same run has other data; the one after that goes on.
        config = load(tmp_path, **{"training.max_steps": 3, "training.eval_frequency": 2})
        train_replica(config, output, table)
        train_replica(load(tmp_path), output, table)
    said = (tmp_path / "table.txt").read_text()
    assert said.count("Going on after step") == 1
    assert "Going on after step 3" in said
    assert not (output / "_begins").exists()
