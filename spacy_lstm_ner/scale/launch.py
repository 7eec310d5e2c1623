"""Workers for training: as many as Ray Train starts, or one of those that torchrun has started."""

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Callable, Dict, Iterator, Optional

from spacy.util import import_file, load_config_from_str
from thinc.api import Config

from ..errors import Errors
from .cluster import ONE_THREAD, check_numbers, need_ray, ray_session
from .train import begin, train_replica

LOG = "table.txt"  # what the first worker prints


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
) -> bool:
    """Train with as many workers. When one dies, all begin again from the last checkpoint.

    config (Config): The config, as for `spacy train`.
    output (Path): The folder for models and checkpoint; all workers see it, and the corpora, under
        the same paths.
    workers (int): How many.
    address (Optional[str]): Of a Ray cluster; None: this machine, or the session that the program
        has begun with `ray.init`.
    resume (bool): Whether to go on with the run in the folder.
    max_failures (int): How often workers may begin again.
    code (Optional[Path]): A Python file with functions that the config needs.
    echo (Callable[[str], Any]): Is given the text that the first worker prints.
    RETURNS (bool): Whether there was something to do.
    RAISES (ImportError): If Ray is not installed.
    RAISES (OutputError): If the folder cannot be written to.
    RAISES (CheckpointError): If the checkpoint is damaged or of another run.
    RAISES (ValueError): If workers failed too often.
    """
    check_numbers(workers=workers)
    ray = need_ray("train-ray", "ray.train.torch")
    if not begin(config, output, resume=resume):
        return False
    own = output.resolve() / "_ray"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    settings = {
        "config": config.to_str(),
        "output": str(output.resolve()),
        "code": code and str(code.resolve()),
        "folder": os.getcwd(),
        "log": str(own / LOG),
    }
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
    with ray_session(ray, address, workers, 0), _followed(own / LOG, echo):
        try:
            trainer.fit()
        except ray.train.TrainingFailedError as error:
            failures = getattr(error, "worker_failures", {}) or {0: error}
            reason = str(failures[min(failures)]).strip().splitlines()[-1]
            raise ValueError(Errors.TRAIN_FAILED.format(reason=reason)) from error
    shutil.rmtree(own)
    return True


def work(settings: Dict[str, Any]) -> None:
    """What each worker of Ray Train does.

    settings (Dict[str, Any]): Config and places.
    """
    os.chdir(settings["folder"])  # what relative paths in the config begin with
    if settings["code"]:
        import_file("python_code", settings["code"])
    config = load_config_from_str(settings["config"], interpolate=False)
    with open(settings["log"], "a", encoding="utf8", buffering=1) as log:
        train_replica(config, Path(settings["output"]), log)


def is_torchrun() -> bool:
    """RETURNS (bool): Whether this process is one of those that torchrun has started."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def train_under_torchrun(config: Config, output: Path, *, resume: bool) -> Optional[int]:
    """Train as one of the workers that torchrun has started.

    config (Config): The config, as for `spacy train`.
    output (Path): The folder for models and checkpoint; all workers see it under this path.
    resume (bool): Whether to go on with the run in the folder.
    RETURNS (Optional[int]): The signal that stopped the run; None: it is finished.
    """
    from torch import distributed  # noqa: PLC0415

    distributed.init_process_group("gloo")
    try:
        is_new = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")) == 0
        wanted: Any = [None]
        if distributed.get_rank() == 0:
            wanted = [begin(config, output, resume=resume or not is_new)]
        distributed.broadcast_object_list(wanted, src=0)
        return train_replica(config, output, sys.stdout) if wanted[0] else None
    finally:
        distributed.destroy_process_group()


@contextmanager
def _followed(path: Path, echo: Callable[[str], Any]) -> Iterator[None]:
    """Pass on what is written to a file, as it grows."""
    path.write_text("")
    done = Event()

    def follow() -> None:
        with path.open(encoding="utf8") as file:
            is_last = False
            while not is_last:
                is_last = done.wait(0.2)
                echo(file.read())

    thread = Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
