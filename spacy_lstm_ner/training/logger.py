"""The training logger: a table on the console and a file of JSON lines."""

import math
from contextlib import ExitStack
from numbers import Real
from pathlib import Path
from time import perf_counter
from typing import IO, Any, Callable, Dict, List, Optional, Tuple, Union

import srsly
from spacy.language import Language
from thinc.api import Model

from ..diagnostics.recurrent_watch import TokenLayersWatch, watch_token_layers
from ..types import GradientWatch
from .log_file import open_log
from .table import Table

Info = Dict[str, Any]
LogStep = Callable[[Optional[Info]], None]


class TrainingLogger:
    """Prints spaCy's table with three more columns, and writes its rows to a file.

    GRAD is the gradient norm per word before clipping, CLIP the share of steps in which it was
    clipped, WPS the words of training per second: means since the last row, over all components
    that can be watched (those with an attribute `watch`). Without any, they are dashes.

    The file's rows also have what the recurrent layers did that read tokens, in any component:
    see `diagnostics.recurrent_watch`.
    """

    def __init__(self, path: Union[str, Path, None] = None) -> None:
        """Make `spacy-lstm-ner.TrainingLogger.v1` from its config.

        path (Union[str, Path, None]): File that gets one JSON object a row; one that is there is
            overwritten. None: no file.
        """
        self.path = path
        self._after: Tuple[Optional[int], int] = (None, 0)

    def go_on(self, step: int, words: int) -> None:
        """Log the rest of a run: rows of the file up to a step stay.

        step (int): The last step that was taken.
        words (int): The words up to there.
        """
        self._after = (step, words)

    def __call__(self, nlp: Language, stdout: IO, stderr: IO) -> Tuple[LogStep, Callable[[], None]]:
        """Start to log a training run.

        nlp (Language): The pipeline.
        stdout (IO): Gets the table.
        stderr (IO): Not used.
        RETURNS (Tuple[LogStep, Callable[[], None]]): What spaCy calls after each step and in the
            end.
        """
        file, stack = None, ExitStack()
        after_step, words = self._after
        if self.path is not None:
            file = stack.enter_context(open_log(self.path, after_step))
        trained = [name for name, pipe in nlp.pipeline if getattr(pipe, "is_trainable", False)]
        weights = nlp.config["training"]["score_weights"]
        table = Table(trained, [name for name, weight in weights.items() if weight is not None])
        pipes = [pipe for _, pipe in nlp.pipeline if hasattr(pipe, "watch")]
        models = [getattr(pipe, "model", None) for _, pipe in nlp.pipeline]
        recurrent = stack.enter_context(
            watch_token_layers([model for model in models if isinstance(model, Model)])
        )
        run = _Run(pipes, recurrent, table, stdout, file, stack)
        run.words_before = words
        return run.log_step, run.finish


class _Run:
    """One training run.

    The clock runs from the end of one call of `log_step` to the end of the next optimizer step,
    which leaves out the evaluation. The first step is not timed: spaCy reads the corpus in it.
    """

    def __init__(
        self,
        pipes: List[Any],
        recurrent: TokenLayersWatch,
        table: Table,
        stdout: IO,
        file: Optional[IO],
        stack: ExitStack,
    ) -> None:
        self.pipes = pipes
        self.recurrent = recurrent
        self.table = table
        self.stdout = stdout
        self.file = file
        self.stack = stack
        self.started: Optional[float] = None
        self.seconds = 0.0
        self.words_before = 0
        self._watch_anew()
        self._write(table.header())

    def log_step(self, info: Optional[Info]) -> None:
        if self.started is not None and self.pipes:
            self.seconds += max(pipe.watch.last_step for pipe in self.pipes) - self.started
        if info is not None:
            self._log(self._row(info))
            self.words_before = info["words"]
            self.seconds = 0.0
            self._watch_anew()
        self.started = perf_counter()

    def finish(self) -> None:
        for pipe in self.pipes:
            pipe.watch = None
        self.stack.close()

    def _watch_anew(self) -> None:
        for pipe in self.pipes:
            pipe.watch = GradientWatch()

    def _row(self, info: Info) -> Dict[str, Any]:
        watches = [pipe.watch for pipe in self.pipes]
        steps = sum(watch.steps for watch in watches)
        tensors = sum(watch.tensors for watch in watches)
        words = info["words"] - self.words_before
        return {
            "step": info["step"],
            "epoch": info["epoch"],
            "losses": info["losses"],
            "score": info["score"],
            "other_scores": info["other_scores"],
            "speed": _mean(words, self.seconds),
            "grad_norm": _mean(sum(watch.norm_sum for watch in watches), steps),
            "clip_rate": _mean(sum(watch.clipped for watch in watches), steps),
            "tensor_clip_rate": _mean(sum(watch.tensors_clipped for watch in watches), tensors),
            "words": words,
            "seconds": self.seconds if self.seconds else None,
            **self.recurrent.read(),
        }

    def _log(self, row: Dict[str, Any]) -> None:
        self._write(self.table.row(row))
        if self.file is not None:
            self.file.write(srsly.json_dumps(_jsonable(row)) + "\n")
            self.file.flush()

    def _write(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _mean(total: float, count: float) -> Optional[float]:
    return total / count if count else None


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, Real) and not isinstance(value, int):
        number = float(value)
        return number if math.isfinite(number) else None  # JSON has no word for NaN
    return value
