"""The parts of a corpus, told apart by their bytes."""

import hashlib
from pathlib import Path
from typing import Dict

TRAINED_ON = ("train", "dev")


def part_paths(corpus: Path, *, test: bool) -> Dict[str, Path]:
    """The files that a run reads.

    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    test (bool): Whether the test part is one of them.
    RETURNS (Dict[str, Path]): By part.
    """
    parts = (*TRAINED_ON, "test") if test else TRAINED_ON
    return {part: corpus / f"{part}.spacy" for part in parts}


def hash_data(corpus: Path, *, test: bool) -> Dict[str, str]:
    """What makes two corpora of one name the same.

    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    test (bool): Read the test part, too.
    RETURNS (Dict[str, str]): 12 hexadecimal digits of each part.
    """
    return {
        part: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for part, path in part_paths(corpus, test=test).items()
    }
