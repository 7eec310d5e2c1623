"""Gold documents: what commands measure pipelines on."""

from pathlib import Path
from typing import List

from spacy.language import Language
from spacy.training import Example

from ..data.readers import Corpus
from ..errors import Errors


def read_gold(nlp: Language, path: Path) -> List[Example]:
    """Read gold documents. Empty ones are left out, as spaCy's reader leaves them out.

    nlp (Language): The pipeline; its tokenizer makes the Docs to predict on.
    path (Path): A .spacy or .jsonl file.
    RETURNS (List[Example]): Docs without annotation, and the gold ones.
    RAISES (ValueError): If the file is of another format or damaged, or none of its documents says
        anything about entities.
    """
    examples = [example for example in Corpus(path)(nlp) if len(example.reference)]
    if not any(example.reference.has_annotation("ENT_IOB") for example in examples):
        raise ValueError(Errors.NO_GOLD_ENTS.format(path=path, n_docs=len(examples)))
    return examples
