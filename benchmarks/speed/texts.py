"""What is read: text that no model has been trained on, and lengths of sentences.

The corpus that comes with the project has 16,000 words that are not for training. Where
SPACY_LSTM_NER_DATA names a folder with `gmb/test.iob2.gz` or `wnut17/train.iob2.gz` (see
CONTRIBUTING.md), those are read too, up to 60,000 words of each.
"""

import gzip
import os
from pathlib import Path
from typing import Iterator, List, NamedTuple, Sequence

import numpy
import srsly
from spacy.language import Language
from spacy.tokens import Doc

ROOT = Path(__file__).parents[2]
ALMANAC = "almanac"
PUBLISHED = {"gmb": "gmb/test.iob2.gz", "wnut17": "wnut17/train.iob2.gz"}
MOST_WORDS = 60_000


class Text(NamedTuple):
    """Documents to read.

    name (str): Where they come from.
    documents (List[str]): Their texts.
    """

    name: str
    documents: List[str]


def unseen_texts() -> List[Text]:
    """All texts at hand that no model has been trained on.

    RETURNS (List[Text]): The almanac's dev and test part, then what SPACY_LSTM_NER_DATA holds.
    """
    records = [
        record
        for part in ("dev", "test")
        for record in srsly.read_jsonl(ROOT / "corpus" / f"{part}.jsonl")
    ]
    texts = [Text(ALMANAC, [record["text"] for record in records])]
    folder = os.environ.get("SPACY_LSTM_NER_DATA")
    if folder:
        for name, path in PUBLISHED.items():
            if (Path(folder) / path).exists():
                texts.append(Text(name, list(_sentences(Path(folder) / path))))
    return texts


def make_docs(nlp: Language, documents: Sequence[str]) -> List[Doc]:
    """New Docs with nothing but tokens.

    nlp (Language): The pipeline whose tokenizer makes them.
    documents (Sequence[str]): Texts.
    RETURNS (List[Doc]): One a text.
    """
    return [nlp.make_doc(text) for text in documents]


def count_words(docs: Sequence[Doc]) -> int:
    """What "words" means in all tables: tokens, as in spaCy's own figures.

    docs (Sequence[Doc]): Any Docs.
    RETURNS (int): How many words they have.
    """
    return sum(map(len, docs))


def up_to(nlp: Language, documents: Sequence[str], words: int) -> List[str]:
    """The first documents that together have some number of words.

    nlp (Language): Its tokenizer counts.
    documents (Sequence[str]): Texts.
    words (int): No further document is taken once there are as many.
    RETURNS (List[str]): The documents.
    """
    taken: List[str] = []
    for text in documents:
        if words <= 0:
            break
        words -= count_words([nlp.make_doc(text)])
        taken.append(text)
    return taken


def sentence_lengths(n: int) -> List[int]:
    """Lengths as sentences of news have them: log-normal, mean 17, at most 120.

    n (int): How many.
    RETURNS (List[int]): Always the same ones.
    """
    spread = 0.75
    draws = numpy.random.default_rng(0).normal(numpy.log(17) - spread**2 / 2, spread, n)
    return numpy.clip(numpy.exp(draws).round(), 1, 120).astype(int).tolist()


def _sentences(path: Path) -> Iterator[str]:
    """The sentences of an IOB2 file, a document each."""
    words: List[str] = []
    n_words = 0
    with gzip.open(path, "rt", encoding="utf8") as file:
        for line in file:
            if line.strip():
                words.append(line.split()[0])
            elif words:
                n_words += len(words)
                yield " ".join(words)
                words = []
                if n_words >= MOST_WORDS:
                    return
