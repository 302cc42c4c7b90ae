"""Requests per second: open challenges, and files with and without us."""

import contextlib
import re
import statistics
import subprocess

from lab import pki
from lab.gate import Gate
from lab.process import free_port
from lab.sites import secure

from .ca import Ca, Nobody
from .proc import seconds_below
from .products import PAIR, Edge, Static, names
from .run import answered, paired, place
from .table import Figure, Goal, Line, ratios

FILE = "/small.txt"
BYTES = 87  # as long as a key authorization
FEW, MANY = 4, 12  # slices: an open challenge does not last
CONNECTIONS = 8
SECOND = 1

# The same virtual host for all; it redirects nothing.
PLAIN = """
MaxKeepAliveRequests 0
<VirtualHost *:{http}>
    ServerName host0.example.org
    DocumentRoot {root}/htdocs
</VirtualHost>
"""


def rate(httpd, path):
    """Requests that were answered in a second, and microseconds of processor
    time for each."""
    before = seconds_below(httpd.process.pid)
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECOND}s", "-H",
         "Host: host0.example.org", f"http://127.0.0.1:{httpd.http}{path}"],
        capture_output=True, text=True, check=True, timeout=60)
    spent = seconds_below(httpd.process.pid) - before
    count = re.search(r"(\d+) requests in", done.stdout)
    found = re.search(r"Requests/sec:\s*([0-9.]+)", done.stdout)
    if not found or "Non-2xx" in done.stdout or int(count[1]) == 0:
        raise RuntimeError(f"wrk got no good answers:\n{done.stdout}")
    return float(found[1]), spent / int(count[1]) * 1e6


def alternating(first, second, slices):
    """Two rates and two costs, each the median of slices that took turns: what
    else the machine does meets both."""
    seen = [], []
    for number in range(slices):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        for which in order:
            seen[which].append((first, second)[which]())
    rates, costs = zip(*(map(statistics.median, zip(*each))
                         for each in seen))
    return rates + costs


def alternately(first, second, slices):
    """The same of two servers and paths."""
    return alternating(lambda: rate(*first), lambda: rate(*second), slices)


@contextlib.contextmanager
def serving(product, directory, ca, http, more=""):
    httpd = product.httpd(directory, [names(1)], ca, http, shape=secure,
                          more=more + PLAIN)
    (directory / f"htdocs{FILE}").write_text("x" * BYTES)
    try:
        httpd.start()
        answered(http, httpd.process.running)
        yield httpd
    finally:
        httpd.stop()


def challenge(product):
    """Rates of an open challenge and of a file. The CA's own requests wait at
    a gate; it gives up after 15 s, later than this takes."""
    http = free_port()
    gate = Gate(http)
    gate.close()
    with place() as directory, contextlib.ExitStack() as parts:
        parts.callback(gate.stop)
        ca = Ca(directory / "ca", gate.port)
        parts.callback(ca.stop)
        httpd = parts.enter_context(
            serving(product, directory / "httpd", ca, http))
        httpd.require(lambda: gate.paths, 60, "validation request")
        return alternately((httpd, gate.paths[0]), (httpd, FILE), FEW)


def loaded():
    """Rates of a file with the module loaded, and without."""
    with place() as directory, contextlib.ExitStack() as parts:
        ca = Nobody(directory / "ca")
        pki.make_sites(ca.directory, names(1))
        with_it, without = (
            parts.enter_context(serving(product, directory / product.__name__,
                                        ca, free_port()))
            for product in (Edge, Static))
        return alternately((with_it, FILE), (without, FILE), MANY)


def challenges(runs):
    values = paired(PAIR, runs, "challenges", challenge)
    lines = []
    for product in PAIR:
        served, static, _, _ = zip(*values[product])
        lines += [Line(f"{product.name}, challenge", served),
                  Line(f"{product.name}, file", static),
                  Line("  challenge, of the file's", ratios(served, static),
                       Goal(">=", 1.3) if product is Edge else None)]
    return Figure("Requests per second: an open challenge, and a file of "
                  f"{BYTES} bytes, keep-alive", lines)


def files(runs):
    values = paired(["module"], runs, "files", lambda _: loaded())["module"]
    with_it, without, cost_with, cost_without = zip(*values)
    return [
        Figure("Requests per second: this file with the module, and without",
               [Line("module loaded", with_it), Line("not loaded", without),
                Line("  loaded, of not loaded", ratios(with_it, without),
                     Goal(">=", 0.99))]),
        Figure("Processor time for each of these, us (less moved by what else "
               "the machine does)",
               [Line("module loaded", cost_with),
                Line("not loaded", cost_without),
                Line("  not loaded, of loaded",
                     ratios(cost_without, cost_with))])]


def measure(options):
    return [challenges(options.runs), *files(options.runs)]
