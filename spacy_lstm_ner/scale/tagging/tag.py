"""Texts to entities, in batches of words."""

from typing import Dict, Generator, Iterable, Iterator, List, NamedTuple, Tuple, Union

from spacy.language import Language
from spacy.tokens import Doc

from ...errors import Errors
from .rows import Chunk, Entity, Rejected, Row, Tagged, entities_of, pick, reject

# The tokenizer keeps what it knows of a word only outside of memory zones, and is several times as
# fast on words that it knows. The first words of a worker fill its cache (10,000 pieces of text).
LEARNED_WORDS = 100_000
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


class Tagger:
    """Tags rows with one pipeline. The vocabulary keeps what it learns from the first ones; what
    it learns from the others is forgotten from time to time, so that it does not grow."""

    def __init__(self, nlp: Language, text_key: str, batch_words: int) -> None:
        """Get ready.

        nlp (Language): The pipeline.
        text_key (str): Name of the column of the texts.
        batch_words (int): Words of a batch; a longer document is a batch by itself.
        """
        self._nlp = nlp
        self._text_key = text_key
        self._batch_words = batch_words
        self._n_learned = 0

    def __call__(self, chunks: Iterable[Chunk]) -> Iterator[Outcome]:
        """Tag rows.

        chunks (Iterable[Chunk]): The rows.
        YIELDS (Outcome): For each chunk the rows with their entities, in their order, and those
            that failed.
        """
        chunks = iter(chunks)
        if self._n_learned < LEARNED_WORDS:
            self._n_learned += yield from self._tag(chunks, LEARNED_WORDS - self._n_learned)
        n_words = ZONE_WORDS
        while n_words >= ZONE_WORDS:
            with self._nlp.memory_zone():
                n_words = yield from self._tag(chunks, ZONE_WORDS)

    def _tag(self, chunks: Iterator[Chunk], limit: int) -> Generator[Outcome, None, int]:
        """Chunks until so many words are tagged; returns how many there were."""
        n_words = 0
        for chunk in chunks:
            outcome = _tag_chunk(self._nlp, chunk, self._text_key, self._batch_words)
            n_words += outcome.words
            yield outcome
            if n_words >= limit:
                break
        return n_words


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
    """Entities of each Doc, or why there are none. If the batch fails, or does not come back
    whole (an error handler may leave Docs out), each is tried alone."""
    texts = [doc.text for doc in docs]
    try:
        found = [entities_of(doc) for doc in nlp.pipe(docs, batch_size=len(docs))]
    except Exception:
        found = []
    if len(found) == len(texts):
        return [*found]
    return [_tag_alone(nlp, text) for text in texts]


def _tag_alone(nlp: Language, text: str) -> Union[List[Entity], str]:
    try:
        found = [entities_of(doc) for doc in nlp.pipe([text])]
    except Exception as error:
        return _reason(error)
    return found[0] if len(found) == 1 else Errors.ROW_DOCS.format(given=len(found))


def _reason(error: Exception) -> str:
    return Errors.ROW_FAILED.format(type=type(error).__name__, reason=error)
