"""The parts of a corpus, told apart by their bytes."""

import hashlib
from pathlib import Path
from typing import Dict, List, Optional

TRAINED_ON = ("train", "dev")

Hashes = Dict[str, str]  # by part


def part_paths(corpus: Path, *, test: bool) -> Dict[str, Path]:
    """The files that a run reads.

    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    test (bool): Whether the test part is one of them.
    RETURNS (Dict[str, Path]): By part.
    """
    parts = (*TRAINED_ON, "test") if test else TRAINED_ON
    return {part: corpus / f"{part}.spacy" for part in parts}


def hash_data(corpus: Path, *, test: bool) -> Hashes:
    """What makes two corpora of one name the same.

    corpus (Path): Folder with train.spacy, dev.spacy and test.spacy.
    test (bool): Read the test part, too.
    RETURNS (Hashes): 12 hexadecimal digits of each part.
    """
    return {
        part: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for part, path in part_paths(corpus, test=test).items()
    }


def other_parts(found: Optional[Hashes], expected: Optional[Hashes]) -> List[str]:
    """Compare what two runs have looked at.

    found (Optional[Hashes]): What `hash_data` gave for the one, None if nobody knows.
    expected (Optional[Hashes]): The same of the other.
    RETURNS (List[str]): The parts that both know and that differ.
    """
    found, expected = found or {}, expected or {}
    return [part for part in expected if found.get(part, expected[part]) != expected[part]]
