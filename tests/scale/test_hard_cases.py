"""Two workers where one cannot go on, and configs with all that they may hold."""

import json

import pytest

from .replicas import run_two

NO_DOCUMENTS = "ValueError: There are 2 workers, and number {} (from 0) has nothing to learn from"


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A folder, and what each of two workers was told about runs that cannot begin."""
    folder = tmp_path_factory.mktemp("refused")
    run_two("refuse", folder)
    return folder, [json.loads((folder / f"refused-{rank}.json").read_text()) for rank in (0, 1)]


@pytest.mark.slow
def test_worker_without_documents(refused):
    """Whether spaCy reads all at once, streams, or every document is too long for a batch."""
    folder, told = refused
    for name, rank in [("few", 1), ("stream", 1), ("oversize", 0)]:
        for found in told:
            assert found[name].startswith(NO_DOCUMENTS.format(rank)), (name, found[name])
        assert not list((folder / name).glob("model*")), "untrained weights were saved"


@pytest.mark.slow
def test_workers_with_other_pipelines(refused):
    for found in refused[1]:
        expected = "its labels of lstm_ner are ['L1'], expected ['L0']"
        assert expected in found["labels"], found["labels"]
        assert "are float32 of shape (21, 18), expected" in found["sizes"], found["sizes"]
        assert "its words with rows in word_table of lstm_ner are those of" in found["words"]
        assert found["sizes"].startswith("ValueError: Worker 1 has another pipeline")


@pytest.mark.slow
def test_first_worker_fails_for_all(refused):
    first, second = (found["damaged"] for found in refused[1])
    assert first.startswith("CheckpointError: ")
    assert "state.json is damaged" in first
    assert second == f"FirstFailed: The first worker has failed: {first[17:]}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """How runs ended on each of two workers."""
    folder = tmp_path_factory.mktemp("kept")
    run_two("keep_step", folder)
    return [json.loads((folder / f"kept-{rank}.json").read_text()) for rank in (0, 1)]


@pytest.mark.slow
def test_workers_end_alike(kept):
    """Listeners, a frozen component, parts of batches, epochs, streams, patience, signals: the same
    weights (compared by the workers), steps, epochs and words."""
    first, second = kept
    for name, ended in first.items():
        for key in ("ended", "step", "epoch", "words", "weights"):
            assert ended[key] == second[name][key], (name, key)
    assert {name: ended["ended"] for name, ended in first.items()} == {
        "mixed": None,
        "epochs": None,
        "stream": None,
        "shuffled": None,
        "vectors": None,
        "signal": 15,
    }
    assert first["mixed"]["step"] == 13
    assert first["epochs"]["words"] == 2 * 21 * 10
    assert first["signal"]["step"] == 5  # told to the other with the next batch


@pytest.mark.slow
@pytest.mark.parametrize("name", ["epochs", "stream", "shuffled"])
def test_each_document_once_an_epoch(kept, name):
    words = [word for found in kept for word in found[name]["read"]]
    assert sorted(words) == sorted(f"word{number}" for number in range(21))


@pytest.mark.slow
@pytest.mark.parametrize(
    "work, name, rank, reason",
    [
        ("lose", "lost", 1, "ValueError: the loss is not finite"),
        ("fill_disk", "full", 0, "OutputError: no space left"),
    ],
)
def test_worker_that_fails(tmp_path, work, name, rank, reason):
    """It says why, and the other one what that means."""
    run_two(work, tmp_path)
    told = [(tmp_path / f"{name}-{rank}.txt").read_text() for rank in (0, 1)]
    assert told[rank] == reason
    assert told[1 - rank].startswith("WorkerLost: Another worker has ended")
    assert "--resume" in told[1 - rank]
    assert (tmp_path / name / "checkpoint" / "state.json").exists()
