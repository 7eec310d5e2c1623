"""Small trained components that read words in every way there is."""

from copy import deepcopy
from typing import Any, Callable, Dict, List

import spacy
import srsly
from spacy.language import Language
from thinc.api import fix_random_seed

from ..pipeline.helpers import SMALL, TRAIN, make_examples

KEY, REJECTED, NEGATIVE = "scored", "rejected", "negative"
TOK2VEC = SMALL["model"]["tok2vec"]
WAYS: Dict[str, Dict[str, Any]] = {
    "words": {},
    "cnn": {"chars": {"@architectures": "spacy-lstm-ner.CharCNN.v1", "width": 6}},
    "lstm": {"chars": {"@architectures": "spacy-lstm-ner.CharLSTM.v1", "width": 6}},
    "ngrams": {
        "ngrams": {"@architectures": "spacy-lstm-ner.CharNgrams.v1", "width": 6, "rows": 300}
    },
}


def config_of(way: str) -> Dict[str, Any]:
    """The config of a component whose settings are all in use."""
    return {
        "model": {**SMALL["model"], "tok2vec": {**TOK2VEC, **WAYS[way]}},
        "confidence": True,
        "spans_key": KEY,
        "min_probability": 0.05,
        "max_width": 10,
        "rejected_spans_key": REJECTED,
        "incorrect_spans_key": NEGATIVE,
    }


class Trained:
    """A pipeline whose component is unsure of much."""

    def __init__(self, way: str) -> None:
        fix_random_seed(0)
        self.nlp: Language = spacy.blank("en")
        self.component: Any = self.nlp.add_pipe("lstm_ner", config=config_of(way))
        self._blank: Any = deepcopy(self.component, {id(self.nlp.vocab): self.nlp.vocab})
        optimizer = self.nlp.initialize(lambda: make_examples(self.nlp))
        optimizer.learn_rate = 0.01
        for _ in range(25):
            self.nlp.update(make_examples(self.nlp), sgd=optimizer)
        self.saved: bytes = self.component.to_bytes(exclude=["vocab"])
        self.expected = self.answers(self.component)

    def reset(self) -> Any:
        """The component, as it was after training."""
        self.component._warned.clear()
        return self.component.from_bytes(self.saved)

    def fresh(self) -> Any:
        """A component without weights that shares the vocab."""
        return deepcopy(self._blank, {id(self.nlp.vocab): self.nlp.vocab})

    def answers(self, component: Any) -> List[Any]:
        """What a component makes of texts that it knows."""
        docs = list(component.pipe(self.nlp.make_doc(text) for text, _ in TRAIN))
        scores = [doc.spans[KEY].attrs["scores"].tolist() for doc in docs]
        return [[(ent.start, ent.end, ent.label_) for doc in docs for ent in doc.ents], scores]


def without_entry_points(set_attribute: Callable[[Any, str, bool], Any] = setattr) -> None:
    """Keep srsly from looking through all installed packages each time that it packs or unpacks
    something, which is half of the time of a run."""
    for registry in (srsly.msgpack.msgpack_encoders, srsly.msgpack.msgpack_decoders):
        set_attribute(registry, "entry_points", False)
