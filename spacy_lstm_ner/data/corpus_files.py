"""Where a corpus lies."""

from pathlib import Path
from typing import Dict, List, Union

from ..errors import Errors

SUFFIXES = (".jsonl", ".spacy")


def corpus_files(path: Union[str, Path, None]) -> List[Path]:
    """The files of a corpus.

    path (Union[str, Path, None]): A `.jsonl` or `.spacy` file, or a folder of them, at any depth.
        Hidden files and folders are left out.
    RETURNS (List[Path]): The files, in the order of their names.
    RAISES (ValueError): If there is no such file, or two that differ only in the suffix.
    """
    if path is None:
        raise ValueError(Errors.NO_CORPUS_PATH)
    path = Path(path)
    if not path.exists():
        raise ValueError(Errors.CORPUS_MISSING.format(path=path))
    found = path.rglob("*") if path.is_dir() else [path]
    files = sorted(file for file in found if file.suffix in SUFFIXES and not _hidden(file, path))
    if not files:
        raise ValueError(Errors.CORPUS_EMPTY.format(path=path))
    by_stem: Dict[Path, Path] = {}
    for file in files:
        twin = by_stem.setdefault(file.with_suffix(""), file)
        if twin != file:
            raise ValueError(Errors.CORPUS_TWICE.format(path=path, a=twin.name, b=file.name))
    return files


def _hidden(file: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(root).parts)
