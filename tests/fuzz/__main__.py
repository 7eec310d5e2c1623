"""`python -m tests.fuzz`: 10,000 odd documents and 10,000 corrupted files, in some minutes.

Memory is limited, so that a length that lies cannot ask for gigabytes; a case that hangs ends the
run with a traceback; a file that makes Python run code, start a program or open a connection is a
failure.
"""

import argparse
import faulthandler
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path
from random import Random
from typing import Any, List

from .components import WAYS, Trained, without_entry_points
from .runs import Tally, fuzz_docs, fuzz_files

LIMIT = 4 << 30  # bytes of address space
PATIENCE = 60  # seconds for one case
FORBIDDEN = {"pickle.find_class", "os.system", "os.exec", "os.posix_spawn", "subprocess.Popen"} | {
    "socket.connect",
    "ctypes.dlopen",
    "marshal.loads",
    "exec",
}
events: List[str] = []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--pipelines", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*(gold entities|teach nothing)")
    without_entry_points()
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    trained = [Trained(way) for way in WAYS]
    failures = report("documents", fuzz_docs, trained, options.docs, seed=options.seed)
    rng = Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        failures += report(
            "pipelines", fuzz_files, trained[0], options.pipelines, folder, rng, load_pipelines=True
        )
        fuzz_files(trained[0], 30, folder, Random(0))  # so that all that loads late is loaded
        sys.addaudithook(lambda event, _: events.append(event) if event in FORBIDDEN else None)
        failures += report("files", fuzz_files, trained[0], options.files, folder, rng)
        ran = sorted(set(events))
    if ran:
        print(f"A file made Python do: {', '.join(ran)}")
    print(f"{failures} unexplained exceptions or broken promises, seed {options.seed}")
    return int(bool(failures or ran))


def report(what: str, run: Any, *args: Any, **settings: Any) -> int:
    """Run and print what came of it."""
    start = time.perf_counter()
    tally: Tally = run(*args, **settings, beat=beat)
    faulthandler.cancel_dump_traceback_later()
    print(f"{what}: {time.perf_counter() - start:.0f} s")
    for outcome, number in sorted(tally.outcomes.items()):
        print(f"    {number:>8,} {outcome}")
    for failure in tally.failures[:10]:
        print(f"    FAILED {failure}")
    sys.stdout.flush()
    return len(tally.failures)


def beat() -> None:
    """One more case begins; the one before did not hang."""
    faulthandler.dump_traceback_later(PATIENCE, exit=True)


if __name__ == "__main__":
    sys.exit(main())
