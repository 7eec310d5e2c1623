"""Texts to entities, in batches of words."""

from typing import Dict, Iterable, Iterator, List, NamedTuple, Tuple, Union

from spacy.language import Language
from spacy.tokens import Doc

from ..errors import Errors
from .rows import Chunk, Entity, Rejected, Row, Tagged, entities_of, pick, reject

# Words that are looked up anew after so many, which costs little; their forms are 100 MB at most.
ZONE_WORDS = 1_000_000


class Outcome(NamedTuple):
    """What became of a chunk.

    tagged (Tagged): Rows with entities.
    rejected (List[Rejected]): The others.
    words (int): Words of the rows with entities.
    """

    tagged: Tagged
    rejected: List[Rejected]
    words: int


def tag_chunks(
    nlp: Language, chunks: Iterable[Chunk], text_key: str, batch_words: int
) -> Iterator[Outcome]:
    """Tag rows. What the vocabulary learns from them is forgotten from time to time, so that it
    does not grow.

    nlp (Language): The pipeline.
    chunks (Iterable[Chunk]): The rows.
    text_key (str): Name of the column of the texts.
    batch_words (int): Words of a batch; a longer document is a batch by itself.
    YIELDS (Outcome): For each chunk the rows with their entities, in their order, and those that
        failed.
    """
    chunks, n_words = iter(chunks), ZONE_WORDS
    while n_words >= ZONE_WORDS:
        n_words = 0
        with nlp.memory_zone():
            for chunk in chunks:
                outcome = _tag_chunk(nlp, chunk, text_key, batch_words)
                n_words += outcome.words
                yield outcome
                if n_words >= ZONE_WORDS:
                    break


def _tag_chunk(nlp: Language, chunk: Chunk, text_key: str, batch_words: int) -> Outcome:
    places, spans, words = [], [], 0
    failed: Dict[int, str] = {}
    for batch in _batches(nlp, chunk.rows, failed, batch_words):
        for (place, doc), entities in zip(batch, _tag(nlp, [doc for _, doc in batch])):
            if isinstance(entities, str):
                failed[place] = entities
            else:
                places.append(place)
                spans.append(entities)
                words += len(doc)
    rejected = [reject(chunk, place, text_key, failed[place]) for place in sorted(failed)]
    return Outcome(pick(chunk, places, spans), [*chunk.rejected, *rejected], words)


def _batches(
    nlp: Language, rows: List[Row], failed: Dict[int, str], batch_words: int
) -> Iterator[List[Tuple[int, Doc]]]:
    batch: List[Tuple[int, Doc]] = []
    n_words = 0
    for place, row in enumerate(rows):
        if len(row.text) > nlp.max_length:
            failed[place] = Errors.ROW_LENGTH.format(given=len(row.text), limit=nlp.max_length)
            continue
        try:
            doc = nlp.make_doc(row.text)
        except Exception as error:
            failed[place] = _reason(error)
            continue
        if batch and n_words + len(doc) > batch_words:
            yield batch
            batch, n_words = [], 0
        batch.append((place, doc))
        n_words += len(doc)
    if batch:
        yield batch


def _tag(nlp: Language, docs: List[Doc]) -> List[Union[List[Entity], str]]:
    """Entities of each Doc, or why there are none. If the batch fails, each is tried alone."""
    texts = [doc.text for doc in docs]
    try:
        return [entities_of(doc) for doc in nlp.pipe(docs, batch_size=len(docs))]
    except Exception:
        return [_tag_alone(nlp, text) for text in texts]


def _tag_alone(nlp: Language, text: str) -> Union[List[Entity], str]:
    try:
        return entities_of(nlp(text))
    except Exception as error:
        return _reason(error)


def _reason(error: Exception) -> str:
    return Errors.ROW_FAILED.format(type=type(error).__name__, reason=error)
