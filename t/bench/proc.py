"""What the kernel tells of a server's processes."""

import ctypes
import pathlib
import re
import time

from lab.process import wait_until

LIBC = ctypes.CDLL(None)


def children(pid):
    text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]


def only_child(httpd, but=None):
    """The one child of a server that is to have one, once those of earlier
    generations have ended."""
    def look():
        found = children(httpd.process.pid)
        return found[0] if len(found) == 1 and found[0] != but else None
    return wait_until(look, 120, "single child")


def kilobytes(pid, field):
    """`Pss` shares what is shared, `Anonymous` is what the process wrote."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M)[1])


def seconds(pid):
    """Processor time of one process so far, all threads of it, finer than
    the ticks in /proc."""
    clock = ctypes.c_int()
    if LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise ProcessLookupError(f"no process {pid}")
    return time.clock_gettime(clock.value)


def seconds_below(pid):
    """Processor time of all children of a server."""
    return sum(map(seconds, children(pid)))
