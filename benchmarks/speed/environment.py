"""On what and under which settings a benchmark ran."""

import ctypes
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Dict, Mapping

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LIBRARIES = ("spacy-lstm-ner", "spacy", "thinc", "torch", "numpy")
CORE_NAMES = ("scipy_openblas_get_corename64_", "openblas_get_corename64_", "openblas_get_corename")


def pinned(environ: Mapping[str, str]) -> Dict[str, str]:
    """The environment that cases run in: one thread, and the BLAS finds out by itself which kind
    of core it runs on, as it does for users. It has to be set before numpy is imported.

    environ (Mapping[str, str]): The environment now.
    RETURNS (Dict[str, str]): The one for a new process.
    """
    kept = {name: value for name, value in environ.items() if name != "OPENBLAS_CORETYPE"}
    return {**kept, **dict.fromkeys(THREADS, "1"), "TOKENIZERS_PARALLELISM": "false"}


def describe() -> Dict[str, str]:
    """Machine, libraries and settings of this process.

    RETURNS (Dict[str, str]): Each by its name.
    """
    import torch  # noqa: PLC0415  (after the threads are pinned)

    return {
        "CPU": _cpu_model(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
        "threads": ", ".join(f"{name}={os.environ.get(name, 'unset')}" for name in THREADS)
        + f", torch {torch.get_num_threads()}",
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", "unset"),
        "BLAS core of numpy": _openblas_core(),
        "instructions of torch": torch.backends.cpu.get_cpu_capability(),
        "load at the start": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?",
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text("utf8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def _openblas_core() -> str:
    """What OpenBLAS took the processor for: its kernels are chosen by that."""
    import numpy  # noqa: PLC0415  (after the threads are pinned)

    package = Path(numpy.__file__).parent
    libraries = [*package.parent.glob("numpy.libs/*openblas*"), *package.glob(".dylibs/*openblas*")]
    for path in libraries:
        library = ctypes.CDLL(str(path))
        for name in CORE_NAMES:
            if hasattr(library, name):
                ask = getattr(library, name)
                ask.restype = ctypes.c_char_p
                return str(ask().decode())
    return "unknown (not an OpenBLAS wheel)"
