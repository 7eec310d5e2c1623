import json
import math

import numpy
import pytest

from spacy_lstm_ner.training.progress import Progress

LIMITS = {"patience": 0, "max_steps": 0, "max_epochs": 0}


def test_through_json():
    """Losses go on adding up in the type that they had."""
    losses = {"a": numpy.float32(0.1), "b": 0.1, "c": numpy.float64(0.1), "d": math.inf}
    progress = Progress(7, 1, 90, 1.5, [(0.1, 0), (0.3, 5)], losses, ["ents_f"], {"ents_f": 0.3}, 2)
    again = Progress.from_json(json.loads(json.dumps(progress.to_json())))
    assert again == progress
    for name, loss in losses.items():
        assert type(again.losses[name]) is type(loss)
        assert again.losses[name] + loss == loss + loss


@pytest.mark.parametrize(
    ("limits", "is_over"),
    [
        ({}, False),
        ({"patience": 6}, False),
        ({"patience": 5}, True),  # the first of equal scores counts
        ({"max_steps": 11}, False),
        ({"max_steps": 10}, True),
        ({"max_epochs": 4}, False),
        ({"max_epochs": 3}, True),
        ({"max_epochs": -1}, False),
    ],
)
def test_is_over(limits, is_over):
    progress = Progress(step=10, epoch=3, results=[(0.1, 0), (0.5, 5), (0.5, 10)])
    assert progress.is_over({**LIMITS, **limits}) is is_over
    assert not Progress().is_over({**LIMITS, **limits})


def test_scores_that_were_missed_once_are_out():
    """spaCy's weighing forgets them for good."""
    progress = Progress()
    progress.score_now({"a": 0, "b": 0})
    progress.score_now({"b": 0, "c": 0})
    progress.score_now({"a": 0, "b": 0})
    assert progress.scored == ["b"]
