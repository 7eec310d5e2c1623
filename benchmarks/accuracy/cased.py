"""A copy of a lower-case table of vectors that spaCy's own embedding finds cased words in.

    python -m benchmarks.accuracy.cased VECTORS OUT corpus/wnut17 corpus/btc

spaCy looks words up as they are written. `spacy init vectors --attr LOWER` does not help, since
spaCy does not store the attribute: a table that was loaded is asked by the written form.
"""

from pathlib import Path
from typing import Annotated, Iterable, List, Set

import spacy
import typer
from spacy.tokens import DocBin
from spacy.vocab import Vocab


def add_cased(vocab: Vocab, words: Iterable[str]) -> int:
    """Let words that the table lacks point to the row of their lower-case form, if it has one.

    vocab (Vocab): Holds the table; changed in place. No row is added.
    words (Iterable[str]): The words.
    RETURNS (int): How many words were added.
    """
    key2row = vocab.vectors.key2row
    added = 0
    for word in sorted(set(words)):
        row = key2row.get(vocab.strings[word.lower()])
        if row is not None and vocab.strings[word] not in key2row:
            vocab.vectors.add(vocab.strings.add(word), row=row)
            added += 1
    return added


def read_words(folder: Path, vocab: Vocab) -> Set[str]:
    """The tokens of all `.spacy` files below a folder, as they are written.

    folder (Path): The folder.
    vocab (Vocab): Vocabulary to read them with.
    RETURNS (Set[str]): The words.
    """
    bins = (DocBin().from_disk(path) for path in folder.rglob("*.spacy"))
    return {token.text for docs in bins for doc in docs.get_docs(vocab) for token in doc}


def main(
    vectors: Annotated[
        Path, typer.Argument(help="Pipeline folder with vectors.", exists=True, file_okay=False)
    ],
    output: Annotated[Path, typer.Argument(help="Folder for the copy.", file_okay=False)],
    corpora: Annotated[
        List[Path], typer.Argument(help="Folders of .spacy files.", exists=True, file_okay=False)
    ],
) -> None:
    """Copy a pipeline with vectors, with a key for every cased form of the corpora."""
    nlp = spacy.load(vectors)
    words = {word for folder in corpora for word in read_words(folder, spacy.blank("en").vocab)}
    added = add_cased(nlp.vocab, words)
    output.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(output)
    print(f"{output}: {added} of {len(words)} forms point to their lower-case row now")


if __name__ == "__main__":
    typer.run(main)
