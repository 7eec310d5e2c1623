"""How probable a component finds the entities of documents, gold and predicted ones."""

from typing import Dict, Iterable, List, Optional, Sequence, Tuple

import numpy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import minibatch

from ..data.readers import plain_doc
from ..evaluation.sentences import Probabilities
from ..pipeline.lstm_ner import LSTMNer
from ..types import SpanBatch

Key = Tuple[int, int, int, int]  # place in the batch, first token, end, number of the label


def entity_probabilities(
    nlp: Language, ner: LSTMNer, examples: Sequence[Example]
) -> List[Probabilities]:
    """Ask a component for the probability of each entity.

    It is asked about fresh Docs that only the components before it have seen: entities that it
    has set itself would be preset, and so certain.

    nlp (Language): The pipeline.
    ner (LSTMNer): The component.
    examples (Sequence[Example]): Predicted and gold Docs.
    RETURNS (List[Probabilities]): Of each example. An entity whose ends are no ends of the
        pipeline's tokens, or whose label the component lacks, has 0.
    """
    place = [pipe for _, pipe in nlp.pipeline].index(ner)
    later = nlp.pipe_names[place:]
    fresh = (plain_doc(nlp, example.reference) for example in examples)
    docs = nlp.pipe(fresh, disable=later)
    found: List[Probabilities] = []
    for batch in minibatch(zip(docs, examples), nlp.batch_size):
        found.extend(_of_batch(ner, batch))
    return found


def _of_batch(ner: LSTMNer, batch: Sequence[Tuple[Doc, Example]]) -> List[Probabilities]:
    numbers = {label: number for number, label in enumerate(ner.labels)}

    def keys(place: int, ents: Iterable[Span]) -> List[Optional[Key]]:
        """Where the component's Doc has each entity, if anywhere."""
        spans = [batch[place][0].char_span(ent.start_char, ent.end_char) for ent in ents]
        return [
            None
            if span is None or ent.label_ not in numbers
            else (place, span.start, span.end, numbers[ent.label_])
            for ent, span in zip(ents, spans)
        ]

    sides = [
        (keys(place, example.reference.ents), keys(place, example.predicted.ents))
        for place, (_, example) in enumerate(batch)
    ]
    known = sorted({key for both in sides for side in both for key in side if key is not None})
    columns = numpy.array(known, dtype="int64").reshape(-1, 4).T
    analysis = ner.analyse([doc for doc, _ in batch])
    values = analysis.span_probabilities(SpanBatch(*columns)).tolist()
    by_key: Dict[Optional[Key], float] = dict(zip(known, values))
    return [
        Probabilities(*([by_key.get(key, 0.0) for key in side] for side in both)) for both in sides
    ]
