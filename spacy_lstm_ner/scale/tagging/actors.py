"""Workers as actors of Ray Data."""

import logging
from pathlib import Path
from typing import Any, Dict, Iterator, List

from ...errors import Errors
from ..cluster import ONE_THREAD
from .pack import load_packed
from .rows import Options
from .shards import Piece
from .worker import PieceTagger

BLOCKS_A_WORKER = 64  # at most: what Ray keeps books of


class Actor:
    """The worker in a process of its own."""

    def __init__(
        self,
        packed: Any,
        overrides: Dict[str, Any],
        output: str,
        options: Options,
        batch_words: int,
    ) -> None:
        """Load the pipeline.

        packed (Any): Reference to it in the object store.
        overrides (Dict[str, Any]): Settings of its config.
        output (str): The output folder.
        options (Options): What is done with each row.
        batch_words (int): Words of a batch.
        """
        import ray  # noqa: PLC0415

        nlp = load_packed(ray.get(packed), overrides)
        self._tagger = PieceTagger(nlp, Path(output), options, batch_words)

    def __call__(self, piece: Dict[str, Any]) -> Dict[str, Any]:
        """Tag a piece.

        piece (Dict[str, Any]): The piece.
        RETURNS (Dict[str, Any]): What became of it.
        """
        return {**self._tagger(Piece(**piece))._asdict(), "size": piece["size"]}


def tag_pieces(ray: Any, pieces: List[Piece], workers: int, make: Any) -> Iterator[Dict[str, Any]]:
    """Deal pieces out to workers, the largest first. Ray starts a worker that died again, and
    gives it the same pieces.

    ray (Any): The module.
    pieces (List[Piece]): What is to be done.
    workers (int): How many.
    make (Any): Arguments of `Actor`.
    YIELDS (Dict[str, Any]): What became of a piece.
    RAISES (ValueError): If the workers cannot start, or Ray itself fails.
    """
    if not pieces:
        return
    workers = min(workers, len(pieces))
    rows = [piece._asdict() for piece in sorted(pieces, key=lambda piece: -piece.size)]
    n_blocks = min(len(rows), BLOCKS_A_WORKER * workers)
    data = ray.data.from_items(rows, override_num_blocks=n_blocks).map(
        Actor,
        fn_constructor_args=make,
        compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=1),
        num_cpus=1,
        runtime_env={"env_vars": ONE_THREAD},
    )
    data.context.enable_progress_bars = False
    data.context.max_errored_blocks = -1  # the other pieces are done all the same
    data.context.execution_no_progress_timeout_s = -1  # a piece may take long
    logger, message = logging.getLogger("ray.data"), Errors.ACTORS_FAILED
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        for result in data.iter_rows():
            message = Errors.ACTORS_LOST
            yield result
    except ray.exceptions.RayError as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise ValueError(message.format(reason=reason)) from error
    finally:
        logger.setLevel(level)
