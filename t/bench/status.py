"""Ordinary requests per second while others watch the status, and while
nobody does."""

import contextlib
import http.client
import threading

from lab.page import PAGE, PATH
from lab.process import free_port
from lab.sites import secure

from .answers import BYTES, FILE, PLAIN, alternating, rate
from .ca import Ca
from .products import Edge, names
from .run import answered, issued, paired, place
from .table import Figure, Goal, Line, ratios

CERTIFICATES = 200
SLICES = 12
EVERY = 1  # second: each form of the page is asked for so often
FORMS = ("html", "json", "metrics")


class Watchers:
    """Whoever has the page open, and monitoring, on one connection. They ask
    between `begin` and `end` only."""

    def __init__(self, port):
        self.port = port
        self.asked = 0
        self.failure = None
        self._ended = threading.Event()
        self._thread = None

    def begin(self):
        self.asked = 0
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self):
        self._ended.set()
        self._thread.join(60)
        if self.failure or self.asked == 0:
            raise RuntimeError(f"the status was not told: {self.failure}")

    def _run(self):
        try:
            with contextlib.closing(http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=60)) as wire:
                # Amid a slice: at its beginning wrk does not ask yet.
                pause = EVERY / 2
                while not self._ended.wait(pause):
                    for form in FORMS:
                        self._ask(wire, form)
                    pause = EVERY
        except (OSError, http.client.HTTPException) as cause:
            self.failure = cause

    def _ask(self, wire, form):
        wire.request("GET", f"{PATH}?format={form}",
                     headers={"Host": "host0.example.org"})
        response = wire.getresponse()
        response.read()
        self.asked += 1
        if response.status != 200:
            self.failure = f"answer {response.status}"


@contextlib.contextmanager
def serving(directory):
    """A server whose certificates are all live."""
    http_port = free_port()
    hosts = [[name] for name in names(CERTIFICATES)]
    with contextlib.ExitStack() as parts:
        ca = Ca(directory / "ca", http_port)
        parts.callback(ca.stop)
        httpd = Edge.httpd(directory / "httpd", hosts, ca, http_port,
                           shape=secure, more=PLAIN + PAGE)
        parts.callback(httpd.stop)
        (directory / f"httpd/htdocs{FILE}").write_text("x" * BYTES)
        httpd.start()
        issued(ca, httpd, CERTIFICATES)
        httpd.wait_log("certificate issued by", count=CERTIFICATES)
        httpd.graceful()
        httpd.wait_live(hosts[-1][0])
        answered(http_port, httpd.process.running)
        yield httpd


def watched(httpd, watchers):
    watchers.begin()
    try:
        return rate(httpd, FILE)
    finally:
        watchers.end()


def once():
    """Two rates and two costs: watched, and idle."""
    with place() as directory, serving(directory) as httpd:
        watchers = Watchers(httpd.http)
        return alternating(lambda: watched(httpd, watchers),
                           lambda: rate(httpd, FILE), SLICES)


def measure(options):
    values = paired(["status"], options.runs, "status",
                    lambda _: once())["status"]
    with_them, alone, _, _ = zip(*values)
    return [Figure(
        f"Requests per second: a file of {BYTES} bytes, with the status of "
        f"{CERTIFICATES} certificates\nasked for in each of {len(FORMS)} "
        "forms once a second, and with nobody asking",
        [Line("status asked for", with_them), Line("idle", alone),
         Line("  asked for, of idle", ratios(with_them, alone),
              Goal(">=", 0.99))])]
