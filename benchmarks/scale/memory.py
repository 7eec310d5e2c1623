"""Memory of a run's processes while they work."""

import os
import threading
import time
from pathlib import Path
from typing import Dict, List, Tuple

KINDS = {b"MapWorker": "worker", b"apply-ray": "command"}  # by what their command line holds
PAGE = os.sysconf("SC_PAGE_SIZE")


class MemoryWatch:
    """Looks every second at the resident memory of the command and the workers on this machine.

    samples (Dict[Tuple[str, int], List[int]]): By kind and process, bytes.
    """

    def __init__(self) -> None:
        self.samples: Dict[Tuple[str, int], List[int]] = {}
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
                    line = (folder / "cmdline").read_bytes()
                    pages = int((folder / "statm").read_text().split()[1])
                    for kind in (KINDS[part] for part in KINDS if part in line):
                        key = (kind, int(folder.name))
                        self.samples.setdefault(key, []).append(pages * PAGE)
                except (OSError, IndexError):  # it has ended
                    continue
            time.sleep(1)

    def report(self) -> str:
        """RETURNS (str): A line a process: MB at each tenth of its time, and by how much it grew in
        the second half."""
        lines = []
        for (kind, pid), seen in self.samples.items():
            if len(seen) > 10:
                tenths = [seen[i * (len(seen) - 1) // 10] / 1e6 for i in range(11)]
                growth = tenths[-1] / tenths[5] - 1
                megabytes = " ".join(f"{tenth:.0f}" for tenth in tenths)
                lines.append(f"  {kind} {pid}: {megabytes} ({growth:+.1%} in the second half)")
        return "\n".join(lines)
