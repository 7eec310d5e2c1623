"""Corpus files as streams of Examples, for `[corpora]` in a config."""

import warnings
from itertools import islice
from pathlib import Path
from random import Random
from typing import Callable, Iterable, Iterator, List, Optional, Union

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..errors import Errors, Warnings
from ..tags.annotated import annotated_labels, set_annotated_labels
from .corpus_files import corpus_files
from .docbin import load_docbin
from .jsonl import read_jsonl
from .pieces import cut_doc
from .problems import Problem, Report
from .shuffle import shuffle_stream

Augmenter = Callable[[Language, Example], Iterable[Example]]
SHOWN = 5


class Corpus:
    """Documents of `.jsonl` and `.spacy` files as Examples, `spacy-lstm-ner.Corpus.v1`. A `.jsonl`
    file is read line by line, a `.spacy` file as a whole, one file at a time.
    """

    def __init__(
        self,
        path: Union[str, Path, None],
        *,
        gold_tokens: bool = False,
        max_length: int = 0,
        limit: int = 0,
        shuffle_seed: Optional[int] = None,
        buffer: int = 0,
        shard: int = 0,
        num_shards: int = 1,
        augmenter: Optional[Augmenter] = None,
    ) -> None:
        """Find the files; nothing is read yet.

        path (Union[str, Path, None]): A file, or a folder, whose files are read in the order of
            their names.
        gold_tokens (bool): Whether predicted Docs have the tokens of the annotation, not those of
            the pipeline's tokenizer.
        max_length (int): Longer documents are cut into pieces, see `cut_doc`. 0: never.
        limit (int): Read only so many documents, from the first. 0: all.
        shuffle_seed (Optional[int]): Seed of the order, which is another one at each pass. None:
            the order of the files.
        buffer (int): Documents held in memory to shuffle them. 0: all.
        shard (int): Take document i if i % num_shards is this.
        num_shards (int): In how many parts the documents are dealt out.
        augmenter (Optional[Augmenter]): Makes Examples of an Example, as in spaCy's readers.
        RAISES (ValueError): If there is nothing to read at the path, or a number is out of range.
        """
        for name, value in (("max_length", max_length), ("limit", limit), ("buffer", buffer)):
            if value < 0:
                raise ValueError(Errors.SIZE.format(name=name, value=value, rule="0 or more"))
        if not 0 <= shard < num_shards:
            raise ValueError(Errors.SHARD.format(shard=shard, num_shards=num_shards))
        self.path = path
        self.files = corpus_files(path)
        self.gold_tokens = gold_tokens
        self.max_length = max_length
        self.limit = limit
        self.buffer = buffer
        self.shard = shard
        self.num_shards = num_shards
        self.augmenter = augmenter
        self._rng = None if shuffle_seed is None else Random(shuffle_seed)
        self._warned = False

    def __call__(self, nlp: Language) -> Iterator[Example]:
        """Go through the documents once.

        nlp (Language): The pipeline; its tokenizer makes the predicted Docs.
        YIELDS (Example): A predicted Doc without annotation, and the annotated one.
        RAISES (ValueError): If nothing in a file can be read.
        """
        docs = self._read(nlp)
        if self._rng is not None:
            docs = shuffle_stream(docs, self.buffer, Random(self._rng.getrandbits(64)))
        for doc in docs:
            for piece in cut_doc(doc, self.max_length or len(doc)):
                plain = plain_doc(nlp, piece, gold_tokens=self.gold_tokens)
                example = Example(plain, piece)
                for made in [example] if self.augmenter is None else self.augmenter(nlp, example):
                    # Augmenters copy Examples by way of dicts, which hold no label sets.
                    set_annotated_labels(made.reference, annotated_labels(piece))
                    yield made

    def _read(self, nlp: Language) -> Iterator[Doc]:
        problems: List[Problem] = []
        documents = islice(self._documents(nlp, problems.append), self.limit or None)
        for number, doc in enumerate(documents):
            if number % self.num_shards == self.shard:
                yield doc
        if problems and not self._warned:
            self._warned = True
            shown = "; ".join(
                f"{problem.path.name}:{problem.line}: {problem.kind}: {problem.text[:80]!r}"
                for problem in problems[:SHOWN]
            )
            message = Warnings.CORPUS_PROBLEMS.format(
                path=self.path, total=len(problems), shown=shown
            )
            warnings.warn(message, UserWarning, stacklevel=2)

    def _documents(self, nlp: Language, report: Report) -> Iterator[Doc]:
        for file in self.files:
            if file.suffix == ".spacy":
                yield from load_docbin(file).get_docs(nlp.vocab)
            else:
                yield from read_jsonl(file, nlp.tokenizer, report)


def plain_doc(nlp: Language, doc: Doc, *, gold_tokens: bool = False) -> Doc:
    """The text of an annotated Doc, to predict on.

    nlp (Language): The pipeline; its tokenizer is used.
    doc (Doc): The annotated Doc.
    gold_tokens (bool): Whether to keep its tokens. They are kept anyway where it does not know
        the white space between them.
    RETURNS (Doc): A new Doc without annotation.
    """
    if not gold_tokens and not doc.has_unknown_spaces:
        return nlp.make_doc(doc.text)
    words = [token.text for token in doc]
    return Doc(nlp.vocab, words=words, spaces=[bool(token.whitespace_) for token in doc])
