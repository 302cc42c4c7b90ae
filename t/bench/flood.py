"""Requests per second beside a flood of invented tokens, with the module and
its peers' store, and without the module."""

import contextlib
import subprocess

from lab import pki
from lab.process import free_port
from lab.store import Redis

from .answers import BYTES, CONNECTIONS, FILE, SECOND, alternating, rate, \
    serving
from .ca import Nobody
from .products import Edge, Static, names
from .run import paired, place
from .table import Figure, Goal, Line, ratios

SLICES = 12

# Of wrk: each request asks for another token.
SCRIPT = """
local number = 0
request = function()
    number = number + 1
    return wrk.format("GET", string.format(
        "/.well-known/acme-challenge/%043d", number))
end
"""


@contextlib.contextmanager
def flooding(httpd, script):
    """For longer than a slice takes; it is ended with it."""
    with subprocess.Popen(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{60 * SECOND}s", "-s",
             script, "-H", "Host: host0.example.org",
             f"http://127.0.0.1:{httpd.http}"],
            stdout=subprocess.DEVNULL) as flood:
        try:
            yield
            if flood.poll() is not None:
                raise RuntimeError("the flood ended before its time")
        finally:
            flood.kill()


def beside(httpd, script):
    with flooding(httpd, script):
        return rate(httpd, FILE)


def once():
    """Two rates and two costs, and the look-ups that the store saw."""
    with place() as directory, contextlib.ExitStack() as parts:
        ca = Nobody(directory / "ca")
        pki.make_sites(ca.directory, names(1))
        script = directory / "flood.lua"
        script.write_text(SCRIPT)
        store = Redis(directory)
        parts.callback(store.stop)
        with_it = parts.enter_context(serving(
            Edge, directory / "edge", ca, free_port(),
            f"ACMEChallengeStore {store.directive}\n"))
        without = parts.enter_context(serving(
            Static, directory / "static", ca, free_port()))
        return alternating(lambda: beside(with_it, script),
                           lambda: beside(without, script),
                           SLICES) + (store.lookups(),)


def measure(options):
    values = paired(["flood"], options.runs, "flood",
                    lambda _: once())["flood"]
    with_it, without, _, _, lookups = zip(*values)
    return [Figure(
        f"Requests per second: a file of {BYTES} bytes, beside a flood of "
        "invented tokens at full speed,\nwith the module and its peers' "
        "Redis, and without the module",
        [Line("module loaded", with_it), Line("not loaded", without),
         Line("  loaded, of not loaded", ratios(with_it, without),
              Goal(">=", 0.95)),
         Line(f"look-ups that Redis saw in {SLICES} slices", lookups)])]
