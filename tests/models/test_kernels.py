"""The setting `kernel`, from a config to what runs."""

from typing import get_args

import pytest
import spacy
from spacy.ml.models.tok2vec import build_Tok2Vec_model

from spacy_lstm_ner.layers.recurrent import kernel_of
from spacy_lstm_ner.models.char_lstm import CharLSTM
from spacy_lstm_ner.models.encoder import LSTMEncoder
from spacy_lstm_ner.models.tagger import LSTMTagger
from spacy_lstm_ner.models.word_embed import WordEmbed
from spacy_lstm_ner.types import KernelName

from ..pipeline.helpers import TRAIN, ents_of, train_small


def test_every_architecture_has_the_setting():
    chars = CharLSTM(4, kernel="torch")
    embed = WordEmbed(4, ["NORM"], [10], chars=chars)
    encoder = LSTMEncoder(4, 2, 0.0, kernel="numpy")
    assert kernel_of(chars) == kernel_of(embed) == {"torch"}
    assert kernel_of(encoder) == {"numpy"}
    tok2vec = build_Tok2Vec_model(embed=embed, encode=encoder)
    assert kernel_of(LSTMTagger(tok2vec, 4, 1, kernel="numpy")) == {"numpy", "torch"}
    for make in (lambda: LSTMEncoder(4, 1, 0.0, kernel="x"), lambda: CharLSTM(4, kernel="x")):
        with pytest.raises(
            ValueError, match="Known kernels: auto, numpy, mixed, torch, torch-bf16"
        ):
            make()


def test_the_kernel_is_a_choice_at_load_time(tmp_path):
    nlp = train_small()
    nlp.to_disk(tmp_path)
    texts = [text for text, _ in TRAIN]
    expected = [ents_of(doc) for doc in nlp.pipe(texts)]
    assert any(expected)
    for kernel in ("numpy", "torch"):
        loaded = spacy.load(tmp_path, config={"components.lstm_ner.model.kernel": kernel})
        assert kernel_of(loaded.get_pipe("lstm_ner").model) == {kernel}
        assert [ents_of(doc) for doc in loaded.pipe(texts)] == expected
        assert loaded.get_pipe("lstm_ner").to_bytes() == nlp.get_pipe("lstm_ner").to_bytes()


@pytest.mark.parametrize("make", [LSTMTagger, LSTMEncoder])
def test_every_kernel_is_documented(make):
    assert all(f'"{name}"' in make.__doc__ for name in get_args(KernelName))
