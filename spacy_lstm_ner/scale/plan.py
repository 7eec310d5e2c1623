"""What a run has to do and has done, as files in its output folder.

```
OUTPUT/NAME.jsonl            rows of the piece NAME with their entities
OUTPUT/_rejected/NAME.jsonl  its rows that were not tagged, if any
OUTPUT/_run/plan.json        model, options, input files and their pieces
OUTPUT/_run/done/NAME.json   counts; the last file of a piece: with it, the piece is done
OUTPUT/_run/tries/           pieces at work
```
"""

import json
import shutil
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from ..errors import Errors
from .output import PART, replacing, to_json
from .rows import Options
from .shards import Piece, Shard, check_names, cut

VERSION = 1


class PlanError(ValueError):
    """The output folder is of another run."""


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
    """The output folder of a run. Any number of workers may use it."""

    def __init__(self, path: Path, form: str) -> None:
        """Nothing is read or written yet.

        path (Path): The folder.
        form (str): Ending of the output files.
        """
        self.path = path
        self._form = form
        self._run = path / "_run"

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

    def open(
        self, model: str, options: Options, shards: List[Shard], piece_bytes: int
    ) -> List[Piece]:
        """Make the plan, or go on with the one that is there. Files that are new in the input are
        added to it.

        model (str): Digest of the pipeline.
        options (Options): What is done with each row.
        shards (List[Shard]): The input.
        piece_bytes (int): Wanted size of a piece in a new plan.
        RETURNS (List[Piece]): All pieces, done or not.
        RAISES (PlanError): If the folder is of a run with another model, other options or input.
        RAISES (ValueError): If two pieces have one name.
        RAISES (PieceOutputError): If the plan cannot be written.
        """
        plan = self._read()
        new = {"version": VERSION, "model": model, "options": options._asdict()}
        if plan is None:
            plan = {**new, "piece_bytes": piece_bytes, "shards": []}
        self._check(plan, new)
        self._clean()
        known = {entry["shard"]["name"]: entry for entry in plan["shards"]}
        now = {shard.name: shard for shard in shards}
        entries = [self._entry(known.get(shard.name), shard, plan) for shard in shards]
        gone = [entry for name, entry in known.items() if name not in now]
        entries += [entry for entry in gone if self._check_gone(entry)]
        pieces = [Piece(**piece) for entry in entries for piece in entry["pieces"]]
        check_names(pieces)
        with replacing(self._run / "plan.json") as part:
            part.write_bytes(to_json({**plan, "shards": entries}))
        return pieces

    def _read(self) -> Any:
        path = self._run / "plan.json"
        if not path.exists():
            return None
        try:
            return json.loads(path.read_bytes())
        except ValueError as error:
            raise PlanError(Errors.PLAN_DAMAGED.format(path=path, reason=error)) from error

    def _check(self, plan: Dict[str, Any], new: Dict[str, Any]) -> None:
        before, now = ({**record, **record["options"]} for record in (plan, new))
        lines = [
            f"{name}: {before.get(name)!r} before, {now.get(name)!r} now"
            for name in ("version", "model", *Options._fields)
            if before.get(name) != now.get(name)
        ]
        if lines:
            differences = "\n".join(lines)
            raise PlanError(Errors.PLAN_DIFFERS.format(output=self.path, differences=differences))

    def _entry(self, known: Any, shard: Shard, plan: Dict[str, Any]) -> Dict[str, Any]:
        """An input file and its pieces. One that was changed is cut anew, unless it was begun."""
        if known is not None:
            before = Shard(**known["shard"])
            if before._replace(path=shard.path) == shard:
                pieces = [{**piece, "path": shard.path} for piece in known["pieces"]]
                return {"shard": shard._asdict(), "pieces": pieces}
            self._check_not_begun(known)
        pieces = [piece._asdict() for piece in cut(shard, plan["piece_bytes"])]
        return {"shard": shard._asdict(), "pieces": pieces}

    def _check_gone(self, entry: Dict[str, Any]) -> bool:
        """Whether a file that is gone was done with."""
        if all(self.is_done(piece["name"]) for piece in entry["pieces"]):
            return True
        self._check_not_begun(entry)
        return False

    def _check_not_begun(self, entry: Dict[str, Any]) -> None:
        done = sum(self.is_done(piece["name"]) for piece in entry["pieces"])
        if done:
            path, total = entry["shard"]["path"], len(entry["pieces"])
            raise PlanError(Errors.SHARD_CHANGED.format(path=path, done=done, total=total))

    def _clean(self) -> None:
        """Remove what workers that were killed have left."""
        shutil.rmtree(self._run / "tries", ignore_errors=True)
        for path in self.path.rglob(f".*{PART}"):
            path.unlink(missing_ok=True)

    def _done(self, name: str) -> Path:
        return self._run / "done" / f"{name}.json"

    def _try_of(self, name: str) -> Path:
        return self._run / "tries" / name
