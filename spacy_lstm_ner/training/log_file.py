"""The JSON lines file of a training log."""

from pathlib import Path
from typing import IO, Iterator, Optional, Union

import srsly

from .output import replace_file


def open_log(path: Union[str, Path], after_step: Optional[int] = None) -> IO[str]:
    """Open a log to write rows.

    path (Union[str, Path]): The file; one that is there is overwritten.
    after_step (Optional[int]): Keep its rows up to this step. Later ones come again.
    RETURNS (IO[str]): The file.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if after_step is None or not path.exists():
        return path.open("w", encoding="utf8")
    kept = b"".join(_rows_up_to(after_step, path.read_bytes()))
    replace_file(path, lambda file: file.write(kept))
    return path.open("a", encoding="utf8")


def _rows_up_to(step: int, data: bytes) -> Iterator[bytes]:
    for line in data.splitlines(keepends=True):
        if not line.endswith(b"\n"):  # cut by a kill
            return
        if srsly.json_loads(line)["step"] <= step:
            yield line
