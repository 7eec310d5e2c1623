"""Pipelines for the tests of what happens at run time, and what they are compared by."""

from typing import Any, Iterable, List, NamedTuple, Tuple

import numpy
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Config, Optimizer, fix_random_seed

from ..pipeline.helpers import UNSURE, ents_of, make_examples, train_unsure
from ..pipeline.test_listeners import SHARED

SCORED = {"confidence": True, "spans_key": "all", "min_probability": 0.05}
TEXTS = [
    *(text for text, _ in UNSURE),
    "Paris likes Ada and New Paris .",
    "",
    " \n",
    "Ada",
    "tea in York with Ada Lovelace , who saw Paris",
]


class Outcome(NamedTuple):
    """What a component wrote: entities by Doc, spans of the group by Doc, and all probabilities."""

    ents: List[Any]
    spans: List[Any]
    probabilities: numpy.ndarray


def outcome(docs: Iterable[Doc]) -> Outcome:
    ents, spans, probabilities = [], [], []
    for doc in docs:
        ents.append(ents_of(doc))
        spans.append([(span.start, span.end, span.label_) for span in doc.spans["all"]])
        probabilities.extend(doc.spans["all"].attrs["scores"])
        probabilities.extend(ent._.confidence for ent in doc.ents)
    return Outcome(ents, spans, numpy.array(probabilities))


def assert_same(found: Outcome, expected: Outcome, atol: float = 1e-5) -> None:
    assert found.ents == expected.ents
    assert found.spans == expected.spans
    numpy.testing.assert_allclose(found.probabilities, expected.probabilities, rtol=0, atol=atol)


def own_words(**settings: Any) -> Language:
    """A component that embeds words itself, sure of little."""
    return train_unsure(**{**SCORED, **settings})


def shared_tok2vec() -> Tuple[Language, Optimizer]:
    """A tagger and our component on one tok2vec, a little trained in this process."""
    config = Config().from_str(SHARED)
    config["components"]["lstm_ner"].update(SCORED)
    config["components"]["lstm_ner"]["model"]["depth"] = 1
    fix_random_seed(0)
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    optimizer = nlp.initialize(lambda: tagged_examples(nlp))
    optimizer.learn_rate = 0.01
    for _ in range(8):
        nlp.update(tagged_examples(nlp), sgd=optimizer)
    return nlp, optimizer


def tagged_examples(nlp: Language) -> List[Any]:
    examples = make_examples(nlp, UNSURE)
    for example in examples:
        for token in example.reference:
            token.tag_ = "NAME" if token.ent_type else "WORD"
    return examples
