"""Small pipelines for the component's tests."""

from typing import Any, Dict, List, Tuple

import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

TRAIN: List[Tuple[str, List[Tuple[int, int, str]]]] = [
    ("Uber blew through $1 million", [(0, 4, "ORG"), (18, 28, "MONEY")]),
    ("Android Pay expands to Canada", [(0, 11, "PRODUCT"), (23, 29, "GPE")]),
    ("Spotify steps up Asia expansion", [(0, 7, "ORG"), (17, 21, "LOC")]),
    ("I like London and Berlin.", [(7, 13, "GPE"), (18, 24, "GPE")]),
]
SMALL: Dict[str, Any] = {
    "model": {
        "@architectures": "spacy-lstm-ner.LSTMTagger.v1",
        "width": 16,
        "depth": 1,
        "tok2vec": {
            "@architectures": "spacy-lstm-ner.WordEmbed.v1",
            "width": 12,
            "attrs": ["NORM", "SHAPE"],
            "rows": [200, 50],
        },
    }
}


def make_examples(nlp: Language, data: Any = TRAIN) -> List[Example]:
    return [
        Example.from_dict(nlp.make_doc(text), {"entities": entities}) for text, entities in data
    ]


def train_small(steps: int = 60, config: Any = None, seed: int = 0, data: Any = TRAIN) -> Language:
    """A pipeline that knows TRAIN by heart."""
    fix_random_seed(seed)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config=SMALL if config is None else config)
    optimizer = nlp.initialize(lambda: make_examples(nlp, data))
    optimizer.learn_rate = 0.01
    optimizer.grad_clip = 0.0
    for _ in range(steps):
        nlp.update(make_examples(nlp, data), sgd=optimizer, drop=0.1)
    return nlp


def ents_of(doc: Any) -> List[Tuple[int, int, str]]:
    return [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


UNSURE: List[Tuple[str, List[Tuple[int, int, str]]]] = [
    ("Paris saw Ada Lovelace", [(0, 5, "GPE"), (10, 22, "PERSON")]),
    ("Ada likes New York", [(0, 3, "PERSON"), (10, 18, "GPE")]),
    ("He likes tea", []),
]


def train_unsure(**settings: Any) -> Language:
    """A pipeline with two labels that is sure of little: its probabilities are spread."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("lstm_ner", config={**SMALL, **settings})
    optimizer = nlp.initialize(lambda: make_examples(nlp, UNSURE))
    optimizer.learn_rate = 0.01
    for _ in range(20):
        nlp.update(make_examples(nlp, UNSURE), sgd=optimizer)
    return nlp
