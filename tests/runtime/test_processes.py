"""Several processes: none hangs, and all give the answers of one."""

import multiprocessing

import pytest

from .limited import run_limited

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="processes are killed by group"
)


@pytest.mark.parametrize(
    "method,kind",
    [
        ("fork", "shared"),  # torch's kernel
        pytest.param("fork", "own", marks=pytest.mark.slow),  # numpy's
        pytest.param("spawn", "shared", marks=pytest.mark.slow),
    ],
)
def test_after_threads_and_training_in_the_parent(method, kind):
    threads = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    run_limited("-m", "tests.runtime.processes", method, kind, **threads)
