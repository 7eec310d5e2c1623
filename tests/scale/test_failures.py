"""What users are told of failures."""

import signal
import warnings

import pytest
from spacy.util import logger

from spacy_lstm_ner.errors import Errors
from spacy_lstm_ner.scale.training.collective import WorkerLost
from spacy_lstm_ner.scale.training.failures import explain, find_noted, noted
from spacy_lstm_ner.scale.training.follow import followed, warnings_in
from spacy_lstm_ner.scale.training.launch import _interruptible


def test_failures_that_come_again_are_noted(tmp_path):
    assert find_noted(tmp_path) is None
    with pytest.raises(RuntimeError), noted(tmp_path, 0):
        raise RuntimeError("the connection is lost")
    assert find_noted(tmp_path) is None
    for rank, error in [(10, ValueError("the tenth")), (9, OSError("first line\nsecond line"))]:
        with pytest.raises(type(error)), noted(tmp_path, rank):
            raise error
    assert find_noted(tmp_path) == ("worker 9", "first line\nsecond line")


def test_worker_that_died_is_named_not_the_one_that_lost_it():
    error = ValueError()
    assert explain(ValueError("no room")) == ("Ray", "no room")
    lost = WorkerLost(Errors.WORKER_LOST)
    error.worker_failures = {0: lost, 1: RuntimeError("The actor died\nKilled")}
    assert explain(error) == ("worker 1", "The actor died\nKilled")
    error.worker_failures = {0: KeyError()}
    assert explain(error) == ("worker 0", "KeyError()")


def test_interrupt_is_one():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), _interruptible():
        signal.signal(signal.SIGINT, lambda *args: None)  # as Ray Train does
        raise SystemExit(0)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.filterwarnings("always:a document")
def test_warnings_stand_in_the_text(tmp_path):
    shown = []
    table = tmp_path / "table.txt"
    with followed(table, shown.append), table.open("a") as log, warnings_in(log):
        warnings.warn("a document was left out", stacklevel=1)
        logger.error("a component is missing")
        log.flush()
    assert "a document was left out" in "".join(shown)
    assert "a component is missing\n" in "".join(shown)
    assert not any(handler.stream is log for handler in logger.handlers)
