"""The plan of a run: model, options, input files and their pieces."""

import json
from pathlib import Path
from typing import Any, Dict, List

from ...errors import Errors
from .files import replacing
from .folder import RUN, OutputFolder
from .rows import Options
from .shards import Piece, Shard, check_names, cut
from .values import to_json

VERSION = 2


class PlanError(ValueError):
    """The output folder is not of this run."""


def read_plan(output: Path) -> Any:
    """Read the plan of an output folder.

    output (Path): The folder; it need not be there.
    RETURNS (Any): The plan; None: a run begins here.
    RAISES (PlanError): If it cannot be read, or if what is in the folder is of no run.
    """
    path = OutputFolder(output, "").plan
    try:
        plan = json.loads(path.read_bytes())
    except FileNotFoundError:
        if output.exists() and any(file.name != RUN for file in output.iterdir()):
            raise PlanError(Errors.OUTPUT_NOT_EMPTY.format(output=output)) from None
        return None
    except ValueError as error:
        raise PlanError(Errors.PLAN_DAMAGED.format(path=path, reason=error)) from error
    if plan["version"] != VERSION:
        versions = {"given": plan["version"], "expected": VERSION}
        raise PlanError(Errors.PLAN_VERSION.format(path=path, **versions))
    return plan


def open_plan(
    folder: OutputFolder, model: str, options: Options, shards: List[Shard], piece_bytes: int
) -> List[Piece]:
    """Make the plan, or go on with the one that is there. Files that are new in the input are
    added to it; those that were changed or removed before they were begun are cut anew or dropped.

    folder (OutputFolder): Where.
    model (str): Digest of the pipeline.
    options (Options): What is done with each row.
    shards (List[Shard]): The input.
    piece_bytes (int): Wanted size of a piece in a new plan.
    RETURNS (List[Piece]): All pieces, done or not.
    RAISES (PlanError): If the folder is of a run with another model, other options or input.
    RAISES (ValueError): If two pieces have one name.
    RAISES (PieceOutputError): If the plan cannot be written.
    """
    new = {"version": VERSION, "model": model, "options": options._asdict()}
    plan = read_plan(folder.path) or {**new, "piece_bytes": piece_bytes, "shards": []}
    _check(plan, new, folder)
    folder.clean()
    known = {Shard(**entry["shard"]).name: entry for entry in plan["shards"]}
    entries: List[Dict[str, Any]] = []
    for shard in shards:
        entry = known.pop(shard.name, None)
        if entry is not None and Shard(**entry["shard"])._replace(path=shard.path) == shard:
            rows = [{**piece, "path": shard.path} for piece in entry["pieces"]]
        else:
            _forget(entry, folder)
            rows = [piece._asdict() for piece in cut(shard, plan["piece_bytes"])]
        entries.append({"shard": shard._asdict(), "pieces": rows})
    for entry in known.values():  # of files that are gone
        if all(folder.is_done(piece["name"]) for piece in entry["pieces"]):
            entries.append(entry)
        else:
            _forget(entry, folder)
    pieces = [Piece(**piece) for entry in entries for piece in entry["pieces"]]
    check_names(pieces, folder.endings)
    with replacing(folder.plan) as part:
        part.write_bytes(to_json({**plan, "shards": entries}))
    return pieces


def _check(plan: Dict[str, Any], new: Dict[str, Any], folder: OutputFolder) -> None:
    before, now = _settings(plan), _settings(new)
    lines = [
        f"{name}: {before[name]!r} before, {value!r} now"
        for name, value in now.items()
        if before[name] != value
    ]
    if lines:
        differences = "\n".join(lines)
        raise PlanError(Errors.PLAN_DIFFERS.format(output=folder.path, differences=differences))


def _settings(plan: Dict[str, Any]) -> Dict[str, Any]:
    """What must stay the same, by the names that the command gives it."""
    options = Options(**plan["options"])
    return {
        "model": plan["model"],
        "--text-key": options.text_key,
        "--spans-key": options.spans_key,
        "--no-text": not options.keep_text,
        "--confidence": options.confidence,
        "--output-format": options.form,
    }


def _forget(entry: Any, folder: OutputFolder) -> None:
    """Drop the pieces of a file that was changed or removed, unless some are done. What a worker
    that was killed has left of the others goes with them."""
    if entry is None:
        return
    names = [piece["name"] for piece in entry["pieces"]]
    done = sum(folder.is_done(name) for name in names)
    if done:
        path = entry["shard"]["path"]
        raise PlanError(Errors.SHARD_CHANGED.format(path=path, done=done, total=len(names)))
    for name in names:
        folder.remove(name)
