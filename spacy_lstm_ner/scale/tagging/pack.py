"""A pipeline as bytes, to be sent to workers that do not see its folder."""

import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

from spacy.language import Language
from spacy.util import import_file, load_model

CODE = "code.py"
MODEL = "model"
EPOCH = (1980, 1, 1, 0, 0, 0)  # of all members, so that the same files give the same bytes


def pack_model(folder: Path, code: Optional[Path]) -> bytes:
    """Put a saved pipeline into one string of bytes.

    folder (Path): The pipeline.
    code (Optional[Path]): A Python file with functions that it needs.
    RETURNS (bytes): A zip file.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(_files_in(folder)):
            name = f"{MODEL}/{path.relative_to(folder).as_posix()}"
            archive.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())
        if code is not None:
            archive.writestr(zipfile.ZipInfo(CODE, EPOCH), code.read_bytes())
    return packed.getvalue()


def load_packed(packed: bytes, overrides: Dict[str, Any]) -> Language:
    """Load a pipeline from its bytes.

    packed (bytes): What `pack_model` gave.
    overrides (Dict[str, Any]): Settings by dotted name.
    RETURNS (Language): The pipeline.
    """
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)
        code = Path(folder) / CODE
        if code.exists():
            import_file("python_code", code)
        return load_model(Path(folder) / MODEL, config=overrides)


def _files_in(folder: Path) -> Iterator[Path]:
    """Also of folders that are links; one that cannot be read is no empty one."""
    for inner, _, names in os.walk(folder, onerror=_fail, followlinks=True):
        yield from (Path(inner) / name for name in names)


def _fail(error: OSError) -> None:
    raise error


def digest(packed: bytes) -> str:
    """RETURNS (str): SHA-256 of bytes."""
    return hashlib.sha256(packed).hexdigest()
