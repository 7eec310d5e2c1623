"""Workers for training: as many as Ray Train starts."""

import os
import shutil
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Optional

from spacy.util import import_file, load_config_from_str
from thinc.api import Config

from ...errors import Errors
from ..cluster import ONE_THREAD, check_numbers, need_ray, ray_session
from .collective import own_rank
from .failures import explain, find_noted, noted
from .follow import followed, warnings_in
from .train import BEGINS, Outcome, begin, train_replica

OWN = "_ray"  # in the output folder, while training lasts
LOG = "table.txt"  # what the first worker says


def train_on_ray(
    config: Config,
    output: Path,
    *,
    workers: int,
    address: Optional[str] = None,
    resume: bool = False,
    max_failures: int = 3,
    code: Optional[Path] = None,
    echo: Callable[[str], Any],
) -> Outcome:
    """Train with as many workers. When one dies, all begin again from the last checkpoint.

    config (Config): The config, as for `spacy train`.
    output (Path): The folder for models and checkpoint; all workers see it, the corpora and the
        folder of this process under the same paths.
    workers (int): How many.
    address (Optional[str]): Of a Ray cluster; None: this machine, or the session that the program
        has begun with `ray.init`.
    resume (bool): Whether to go on with the run in the folder.
    max_failures (int): How often workers may begin again.
    code (Optional[Path]): A Python file with functions that the config needs; all workers see it
        under this path.
    echo (Callable[[str], Any]): Is given the text that the first worker prints.
    RETURNS (Outcome): Whether there was something to do.
    RAISES (ImportError): If Ray is not installed.
    RAISES (OutputError): If the folder cannot be written to.
    RAISES (CheckpointError): If the checkpoint is damaged or of another run.
    RAISES (ValueError): If a worker failed, or workers died too often.
    RAISES (KeyboardInterrupt): After Ctrl-C.
    """
    check_numbers(workers=workers)
    ray = need_ray("train-ray", "ray.train.torch")
    if not begin(config, output, n_workers=workers, resume=resume):
        return Outcome(trained=False)
    own = output.resolve() / OWN
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    settings = {
        "config": config.to_str(),
        "output": str(output.resolve()),
        "code": code and str(code.resolve()),
        "folder": os.getcwd(),
        "own": str(own),
    }
    try:
        with ray_session(ray, address, workers, 0), followed(own / LOG, echo):
            _fit(ray, settings, own, workers, max_failures)
    finally:
        shutil.rmtree(own, ignore_errors=True)
        (output / BEGINS).unlink(missing_ok=True)
    return Outcome(trained=True)


def _fit(ray: Any, settings: Dict[str, Any], own: Path, workers: int, max_failures: int) -> None:
    trainer = ray.train.torch.TorchTrainer(
        work,
        train_loop_config=settings,
        torch_config=ray.train.torch.TorchConfig(backend="gloo"),
        scaling_config=ray.train.ScalingConfig(
            num_workers=workers, resources_per_worker={"CPU": 1}
        ),
        run_config=ray.train.RunConfig(
            name="run",
            storage_path=str(own),
            failure_config=ray.train.FailureConfig(max_failures=max_failures),
            worker_runtime_env={"env_vars": ONE_THREAD},
        ),
    )
    failure = None
    try:
        with _interruptible():
            trainer.fit()
    except ray.train.TrainingFailedError as error:
        failure = error
    found = find_noted(own) or (failure and explain(failure))
    if found:
        where, reason = found
        raise ValueError(Errors.TRAIN_FAILED.format(where=where, reason=reason)) from failure


def work(settings: Dict[str, Any]) -> None:
    """What each worker of Ray Train does.

    settings (Dict[str, Any]): Config and places.
    """
    own = Path(settings["own"])
    if find_noted(own):
        return  # Ray tries again what would fail again
    with noted(own, own_rank()):
        os.chdir(settings["folder"])  # what relative paths in the config begin with
        if settings["code"]:
            import_file("python_code", settings["code"])
        config = load_config_from_str(settings["config"], interpolate=False)
        name = own / LOG if own_rank() == 0 else os.devnull
        with open(name, "a", encoding="utf8", buffering=1) as log, warnings_in(log):
            train_replica(config, Path(settings["output"]), log)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C be one. Ray Train takes it for a wish to end without a word, and keeps to that
    when it is done."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as error:
        raise KeyboardInterrupt from error
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)
