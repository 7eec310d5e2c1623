"""A watch sees every pass of every recurrent layer, and changes nothing."""

import numpy
import pytest

from spacy_lstm_ner.layers.stack import RecurrentStack
from spacy_lstm_ner.layers.watch import recurrent_layers, token_layers, watched
from spacy_lstm_ner.models.char_lstm import CharLSTM
from spacy_lstm_ner.models.tagger import LSTMTagger
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.types import Packed

from ..gradients import packed


class Notes:
    def __init__(self):
        self.forwards, self.backprops = [], []

    def forward(self, layer, layout, trace):
        self.forwards.append((layer.name, layout, trace))

    def backprop(self, layer, layout, gradients):
        self.backprops.append((layer.name, layout, gradients))


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "irnn"])
def test_every_pass_is_reported_while_watched(cell):
    numpy.random.seed(0)
    stack = RecurrentStack(4, 2, cell=cell, bptt_clip=1e-3)
    Xp = packed([5, 2, 0, 1], 3, dtype="float32")
    stack.initialize(X=Xp)
    plain, _ = stack(Xp, is_train=True)
    notes = Notes()
    with watched(stack, notes):
        Yp, backprop = stack(Xp, is_train=True)
        backprop(Yp)
        stack.predict(Xp)
    numpy.testing.assert_array_equal(Yp.data, plain.data)
    names = [f"{cell}-l2r", f"{cell}-r2l"]
    assert [name for name, *_ in notes.forwards] == names * 2
    assert [name for name, *_ in notes.backprops] == [f"{cell}-r2l", f"{cell}-l2r"] * 2
    assert all(layout is Xp.layout for _, layout, _ in notes.forwards)
    l2r, r2l = (trace.Y for _, _, trace in notes.forwards[2:])
    numpy.testing.assert_array_equal(Yp.data, numpy.hstack([l2r, r2l[Xp.layout.reversed_rows]]))
    last = notes.backprops[0][2]
    numpy.testing.assert_array_equal(
        last.Y[Xp.layout.last_rows], Yp.data[: len(Xp.layout.last_rows), 2:]
    )
    assert 0 < last.clipped <= 1
    stack(Xp, is_train=True)
    assert len(notes.forwards) == 4


def test_watching_ends_with_an_error():
    stack = RecurrentStack(4, 1)
    stack.initialize(X=packed([2], 3, dtype="float32"))
    before = [node._func for node in stack.walk()]
    with pytest.raises(KeyError), watched(stack, Notes()):
        raise KeyError
    assert [node._func for node in stack.walk()] == before


def test_layers_that_spell_words_read_no_tokens():
    chars = CharLSTM(width=4)
    tagger = LSTMTagger(WordEmbed(8, ["NORM"], [50], chars=chars), 4, 2)
    assert len(recurrent_layers(tagger)) == 6
    assert [layer.get_dim("nO") for layer in token_layers(tagger)] == [2] * 4
    assert {layer.id for layer in token_layers(tagger)}.isdisjoint(n.id for n in chars.walk())


def test_a_copy_made_meanwhile_reports_no_longer():
    stack, notes = RecurrentStack(4, 1), Notes()
    Xp = packed([2], 3, dtype="float32")
    stack.initialize(X=Xp)
    with watched(stack, notes):
        copy = stack.copy()
        copy(Xp, is_train=True)
    assert len(notes.forwards) == 2
    Yp, backprop = copy(Xp, is_train=True)
    backprop(Packed(numpy.ones_like(Yp.data), Yp.layout))
    assert len(notes.forwards) == 2 and not notes.backprops
