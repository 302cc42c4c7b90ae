"""How late the machine is by itself: what measures how soon something comes
forgives so much."""

import os
import threading
import time

PAUSE = 0.5  # seconds
PIECE = bytes(512)


class Lateness:
    """By how many seconds pauses lasted longer than they were to, each with
    something that has to be on the disk at its end, as what is deployed has.
    They add up from the beginning of a `with` to its end."""

    def __init__(self, directory):
        self.seconds = 0
        self._path = directory / "lateness"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def _run(self):
        while not self._ended.is_set():
            begun = time.monotonic()
            self._ended.wait(PAUSE)
            self._write()
            self.seconds += max(time.monotonic() - begun - PAUSE, 0)

    def _write(self):
        with open(self._path, "wb", buffering=0) as file:
            file.write(PIECE)
            os.fsync(file.fileno())
