"""Ctrl-C and SIGTERM as a wish to stop at the next good moment."""

import os
import signal
import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, Optional

SIGNALS = (signal.SIGINT, signal.SIGTERM)
NOTE = b"\nStopping after this step. Once more: stop at once.\n"


class Stop:
    """What was asked for.

    signal (Optional[int]): The signal that came; None: none.
    """

    def __init__(self) -> None:
        self.signal: Optional[int] = None


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Take note of the first signal; a second one does what it always does. Outside the main
    thread, nothing is caught.

    YIELDS (Stop): Where a signal is noted.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before: Dict[int, Any] = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: Any) -> None:
        stop.signal = number
        restore()
        os.write(2, NOTE)  # the streams may be in the middle of a line

    for number in SIGNALS:
        signal.signal(number, note)
    try:
        yield stop
    finally:
        restore()
