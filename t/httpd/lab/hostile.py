"""Who kills httpd's children, or restarts it, all the while that a test
lasts."""

import contextlib
import os
import random
import signal
import threading

# What httpd says of one of its own that was killed.
KILLED = ("AH00098", "AH00052", "AH00051", "AH00045", "AH10392")


class Repeater:
    """Does its deed again and again until it is stopped.
    @param pause asked each time how many seconds to wait before it"""

    def __init__(self, deed, pause):
        self.deed, self.pause = deed, pause
        self.count = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._ended.wait(self.pause()):
            self.deed()
            self.count += 1

    def stop(self):
        self._ended.set()
        self._thread.join()


def at_random(longest):
    """A pause of no more than so many seconds."""
    return lambda: random.uniform(0, longest)


def kill_child(pid):
    with contextlib.suppress(ProcessLookupError):  # it left by itself
        os.kill(pid, signal.SIGKILL)


def kill_any(httpd):
    """Of its children, the worker's too."""
    children = httpd.children()
    if children:
        kill_child(random.choice(children))
