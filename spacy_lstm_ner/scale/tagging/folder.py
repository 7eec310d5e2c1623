"""The output folder of a run.

```
OUTPUT/NAME.jsonl            rows of the piece NAME with their entities
OUTPUT/_rejected/NAME.jsonl  its rows that were not tagged, if any
OUTPUT/_run/plan.json        model, options, input files and their pieces
OUTPUT/_run/done/NAME.json   counts; the last file of a piece: with it, the piece is done
OUTPUT/_run/tries/NAME.json  how often its workers have begun with it
OUTPUT/_run/lock             the process that deals out its pieces
```
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from .files import is_part, replacing
from .values import to_json

RUN = "_run"


class Count(NamedTuple):
    """What was done with a piece.

    name (str): The piece.
    rows (int): Rows with entities.
    rejected (int): Rows that were not tagged.
    words (int): Words of the rows with entities.
    seconds (float): How long it took.
    """

    name: str
    rows: int
    rejected: int
    words: int
    seconds: float


class OutputFolder:
    """What is in the output folder. Any number of workers may use it."""

    def __init__(self, path: Path, form: str) -> None:
        """Nothing is read or written yet.

        path (Path): The folder.
        form (str): Ending of the output files.
        """
        self.path = path
        self.plan = path / RUN / "plan.json"
        self.lock = path / RUN / "lock"
        self.endings = {form, "jsonl", "json"}  # of all files that are named after a piece
        self._form = form

    def rows_of(self, name: str) -> Path:
        """RETURNS (Path): The output file of a piece."""
        return self.path / f"{name}.{self._form}"

    def rejected_of(self, name: str) -> Path:
        """RETURNS (Path): The file of its rows that were not tagged."""
        return self.path / "_rejected" / f"{name}.jsonl"

    def is_done(self, name: str) -> bool:
        """RETURNS (bool): Whether a piece is done."""
        return self._done(name).exists()

    def set_done(self, count: Count) -> None:
        """Note that a piece is done.

        count (Count): What was done.
        RAISES (PieceOutputError): If it cannot be noted.
        """
        with replacing(self._done(count.name)) as part:
            part.write_bytes(to_json(count._asdict()))
        self._try_of(count.name).unlink(missing_ok=True)

    def count(self, name: str) -> Count:
        """RETURNS (Count): What was done with a piece that is done."""
        return Count(**json.loads(self._done(name).read_bytes()))

    def count_try(self, name: str) -> int:
        """Note that a worker begins with a piece.

        name (str): The piece.
        RETURNS (int): How often that has been since the run was started last.
        RAISES (PieceOutputError): If it cannot be noted.
        """
        path = self._try_of(name)
        tries = 1 + (int(path.read_text()) if path.exists() else 0)
        with replacing(path) as part:
            part.write_text(str(tries))
        return tries

    def clean(self) -> None:
        """Remove what workers that were killed have left."""
        shutil.rmtree(self.path / RUN / "tries", ignore_errors=True)
        for path in self.path.rglob(".*"):
            if is_part(path):
                path.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Remove the output of a piece that is no longer one.

        name (str): The piece.
        """
        self.rows_of(name).unlink(missing_ok=True)
        self.rejected_of(name).unlink(missing_ok=True)

    def _done(self, name: str) -> Path:
        return self.path / RUN / "done" / f"{name}.json"

    def _try_of(self, name: str) -> Path:
        return self.path / RUN / "tries" / f"{name}.json"
