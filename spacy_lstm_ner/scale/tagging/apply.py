"""A pipeline over any number of rows, with Ray Data."""

from pathlib import Path
from timeit import default_timer as timer
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from spacy.util import import_file, load_model

from ...errors import Errors
from ..cluster import check_numbers, count_cpus, need_ray, ray_session
from .actors import tag_pieces
from .checks import check_keys, choose_form, find_input
from .files import PieceOutputError
from .folder import OutputFolder
from .lock import locked
from .pack import digest, pack_model
from .plan import open_plan
from .rows import Options
from .shards import Piece, Shard

PIECE_BYTES = (1 << 20, 1 << 26)  # the least and the most of a piece
PIECES_A_WORKER = 16  # at least, so that none waits long for the last one
BATCH_WORDS = 5000

Progress = Callable[[int, int], None]


class Report(NamedTuple):
    """What is in an output folder after a run.

    rows (int): Rows with entities.
    rejected (int): Rows that were not tagged.
    words (int): Words of the rows with entities.
    pieces (int): Pieces of the input.
    done_before (int): Pieces that earlier runs have done.
    failures (Dict[str, str]): Pieces that are not done, and why.
    new_words (int): Words that this run has tagged.
    seconds (float): Time of this run.
    worker_seconds (float): Time of its workers, summed up; starting and loading left out.
    """

    rows: int
    rejected: int
    words: int
    pieces: int
    done_before: int
    failures: Dict[str, str]
    new_words: int
    seconds: float
    worker_seconds: float


def apply(
    model: str,
    input_path: Path,
    output_path: Path,
    *,
    workers: int = 0,
    address: Optional[str] = None,
    text_key: str = "text",
    spans_key: str = "spans",
    keep_text: bool = True,
    confidence: bool = False,
    form: Optional[str] = None,
    batch_words: int = BATCH_WORDS,
    code: Optional[Path] = None,
    progress: Optional[Progress] = None,
) -> Report:
    """Tag all rows of files, as `nlp.pipe` would. What is done already in the output folder is not
    done again.

    model (str): Name or path of a trained pipeline.
    input_path (Path): A file or a folder; all workers see it under this path.
    output_path (Path): A folder; all workers see it under this path.
    workers (int): How many. 0: one for each CPU of this machine; not for a cluster.
    address (Optional[str]): Of a Ray cluster; None: this machine, or the session that the program
        has begun with `ray.init`.
    text_key (str): Name of the column that is tagged.
    spans_key (str): Name of the new column.
    keep_text (bool): Whether the text is written too.
    confidence (bool): Whether lstm_ner components say how sure they are.
    form (Optional[str]): "jsonl", "jsonl.gz" or "parquet"; None: that of the run in the output
        folder; of a new one Parquet if all input is, or else "jsonl".
    batch_words (int): Words of a batch.
    code (Optional[Path]): A Python file with functions that the pipeline needs.
    progress (Optional[Progress]): Is told from time to time how many bytes of the input are done,
        and how many there are.
    RETURNS (Report): What is in the output folder.
    RAISES (ImportError): If Ray is not installed.
    RAISES (PlanError): If the output folder is of another run, or holds other files.
    RAISES (LockError): If another run is at work in it.
    RAISES (PieceOutputError): If the output cannot be written. The same call goes on later.
    RAISES (ValueError): If the input or an option makes no sense, or workers cannot start.
    """
    started = timer()
    ray = need_ray("apply-ray", "ray.data")
    if not workers and address is None:
        workers = count_cpus()
    check_numbers(workers=workers, batch_words=batch_words)
    shards = find_input(input_path, output_path)
    form = choose_form(form, shards, output_path)
    options = Options(text_key, spans_key, keep_text, confidence, form)
    check_keys(options, shards)
    packed, overrides = _pack(model, code, confidence)
    folder = OutputFolder(output_path.absolute(), form)
    with locked(folder.lock):
        pieces = open_plan(folder, digest(packed), options, shards, _piece_bytes(shards, workers))
        to_do = [piece for piece in pieces if not folder.is_done(piece.name)]
        failures = {piece.name: Errors.NO_RESULT for piece in to_do}
        with ray_session(ray, address, workers, len(packed)):
            packed_ref = ray.put(packed)
            make = (packed_ref, overrides, str(folder.path), options, batch_words)
            n_bytes = sum(piece.size for piece in pieces)
            done_bytes = n_bytes - sum(piece.size for piece in to_do)
            for result in tag_pieces(ray, to_do, workers, make):
                if result["is_fatal"]:
                    raise PieceOutputError(result["failure"])
                failures[result["name"]] = result["failure"]
                done_bytes += result["size"]
                if progress is not None:
                    progress(done_bytes, n_bytes)
        # Asked anew: a worker may have died between the end of a piece and its answer.
        failures = {name: why for name, why in failures.items() if not folder.is_done(name)}
    return _report(folder, pieces, to_do, failures, timer() - started)


def _piece_bytes(shards: List[Shard], workers: int) -> int:
    least, most = PIECE_BYTES
    wanted = sum(shard.size for shard in shards) // (PIECES_A_WORKER * workers)
    return min(max(wanted, least), most)


def _pack(model: str, code: Optional[Path], confidence: bool) -> Tuple[bytes, Dict[str, Any]]:
    """Load a pipeline, so that what is wrong with it is said at once, and pack what it was loaded
    from. Its settings that are to be others come by dotted name."""
    if code is not None:
        _import(code)
    nlp = load_model(model)
    overrides = {
        f"components.{name}.confidence": True
        for name in nlp.pipe_names
        if confidence and nlp.get_pipe_meta(name).factory == "lstm_ner"
    }
    if confidence and not overrides:
        names = ", ".join(nlp.pipe_names)
        raise ValueError(Errors.NO_CONFIDENCE.format(model=model, names=names))
    return pack_model(nlp.path, code), overrides


def _import(code: Path) -> None:
    try:
        import_file("python_code", code)
    except Exception as error:  # whatever its author wrote
        message = Errors.CODE_FAILED.format(path=code, type=type(error).__name__, reason=error)
        raise ValueError(message) from error


def _report(
    folder: OutputFolder,
    pieces: List[Piece],
    to_do: List[Piece],
    failures: Dict[str, str],
    seconds: float,
) -> Report:
    counts = {
        piece.name: folder.count(piece.name) for piece in pieces if piece.name not in failures
    }
    new = [counts[piece.name] for piece in to_do if piece.name in counts]
    return Report(
        rows=sum(count.rows for count in counts.values()),
        rejected=sum(count.rejected for count in counts.values()),
        words=sum(count.words for count in counts.values()),
        pieces=len(pieces),
        done_before=len(pieces) - len(to_do),
        failures=failures,
        new_words=sum(count.words for count in new),
        seconds=seconds,
        worker_seconds=sum(count.seconds for count in new),
    )
