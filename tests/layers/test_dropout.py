import numpy

from spacy_lstm_ner.layers.dropout import LockedDropout
from spacy_lstm_ner.types import Packed

from ..gradients import packed


def test_one_mask_a_sequence():
    numpy.random.seed(0)
    layout = packed([5, 0, 3, 1], 50).layout
    Xp = Packed(numpy.ones((9, 50), dtype="float32"), layout)
    Yp, _ = LockedDropout(0.5)(Xp, is_train=True)
    masks = {}
    for row, rank in enumerate(layout.ranks):
        mask = masks.setdefault(int(rank), Yp.data[row])
        numpy.testing.assert_array_equal(Yp.data[row], mask)
        assert set(mask.tolist()) == {0.0, 2.0}
    assert len(masks) == 3
    assert not (masks[0] == masks[1]).all()


def test_the_mean_is_kept():
    numpy.random.seed(0)
    layout = packed([1] * 400, 50).layout
    Xp = Packed(numpy.ones((400, 50), dtype="float32"), layout)
    assert abs(LockedDropout(0.3)(Xp, is_train=True)[0].data.mean() - 1) < 0.02


def test_nothing_happens_at_prediction():
    Xp = packed([3, 1], 4)
    assert LockedDropout(0.9).predict(Xp) is Xp
