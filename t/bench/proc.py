"""What the kernel tells of a server's processes."""

import os
import pathlib
import re

from lab.process import wait_until


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
    """Processor time of one process so far."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    ticks = sum(map(int, text.rsplit(")", 1)[1].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def seconds_below(pid):
    """Processor time of all children of a server."""
    return sum(map(seconds, children(pid)))
