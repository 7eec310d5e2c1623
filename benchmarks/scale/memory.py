"""Memory of Ray's workers while they work."""

import os
import threading
import time
from pathlib import Path
from typing import Dict, List

PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryWatch:
    """Looks every second at the resident memory of each actor on this machine.

    samples (Dict[int, List[int]]): By process, bytes.
    """

    def __init__(self) -> None:
        self.samples: Dict[int, List[int]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    if b"MapWorker" in (folder / "cmdline").read_bytes():
                        pages = int((folder / "statm").read_text().split()[1])
                        self.samples.setdefault(int(folder.name), []).append(pages * PAGE)
                except (OSError, IndexError):  # it has ended
                    continue
            time.sleep(1)

    def report(self) -> str:
        """RETURNS (str): A line a process: MB at each tenth of its time."""
        return "\n".join(
            f"  worker {pid}: "
            + " ".join(f"{seen[i * (len(seen) - 1) // 10] / 1e6:.0f}" for i in range(11))
            for pid, seen in self.samples.items()
            if len(seen) > 10
        )
