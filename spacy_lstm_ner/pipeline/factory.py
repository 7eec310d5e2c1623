"""The factory `lstm_ner`, as `nlp.add_pipe` and configs find it."""

from typing import Callable, List, Optional

from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Config, Model

from ..types import TagScores
from .lstm_ner import LSTMNer

DEFAULT_CONFIG = """
[component]
max_grad_norm = null

[component.model]
@architectures = "spacy-lstm-ner.LSTMTagger.v1"
width = 200
depth = 1
head = "crf"
nO = null

[component.model.tok2vec]
@architectures = "spacy-lstm-ner.WordEmbed.v1"
width = 64
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [5000, 1000, 2500, 2500]
include_static_vectors = false
word_dropout_scale = 0.8

[component.scorer]
@scorers = "spacy.ner_scorer.v1"
"""


@Language.factory(
    "lstm_ner",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config=Config().from_str(DEFAULT_CONFIG)["component"],
    default_score_weights={
        "ents_f": 1.0,
        "ents_p": 0.0,
        "ents_r": 0.0,
        "ents_per_type": None,
    },
)
def make_lstm_ner(
    nlp: Language,
    name: str,
    model: Model[List[Doc], TagScores],
    max_grad_norm: Optional[float],
    scorer: Optional[Callable],
) -> LSTMNer:
    """Make the component from its config. See `LSTMNer` for the arguments."""
    return LSTMNer(nlp.vocab, model, name, max_grad_norm=max_grad_norm, scorer=scorer)
