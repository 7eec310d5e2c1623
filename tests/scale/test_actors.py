"""What is said when Ray itself fails, with a stand-in for it."""

import logging
from types import SimpleNamespace

import pytest

from spacy_lstm_ner.scale.tagging.actors import tag_pieces
from spacy_lstm_ner.scale.tagging.shards import Piece

PIECES = [Piece(name, "a.jsonl", "a.jsonl", 9, 0, 0, 9, 9) for name in ("a-0", "a-1")]


class RayError(Exception):
    pass


class Data:
    """Gives so many rows before it fails."""

    def __init__(self, n_rows, error):
        self.context, self.n_rows, self.error = SimpleNamespace(), n_rows, error

    def map(self, *args, **kwargs):
        return self

    def iter_rows(self):
        yield from ({"name": piece.name} for piece in PIECES[: self.n_rows])
        raise self.error


def ray_with(data):
    made = SimpleNamespace(
        from_items=lambda items, **kwargs: data, ActorPoolStrategy=lambda **kwargs: None
    )
    return SimpleNamespace(data=made, exceptions=SimpleNamespace(RayError=RayError))


@pytest.mark.parametrize(
    "n_rows, error, message",
    [
        (0, RayError("traceback\nValueError: no room"), "cannot start: ValueError: no room"),
        (1, RayError("the head is gone"), "failed while it tagged: the head is gone"),
        (1, RayError(""), "failed while it tagged: RayError"),
    ],
)
def test_failure_of_ray_is_told(n_rows, error, message):
    logger = logging.getLogger("ray.data")
    logger.setLevel(logging.WARNING)
    found = []
    with pytest.raises(ValueError, match=message):
        found.extend(tag_pieces(ray_with(Data(n_rows, error)), PIECES, 2, ()))
    assert logger.level == logging.WARNING


def test_nothing_to_do_starts_nothing():
    assert list(tag_pieces(None, [], 2, ())) == []
