"""A server whose certificates go live with no restart, and the CA of a
company that signs what its command tells: no ACME, so many are made fast."""

import re
import time

from cryptography import x509

from . import client
from .authority import Authority, pem
from .command import run
from .lateness import Lateness
from .process import wait_until
from .status import MAIN, PLAIN

HASTE = 5
WITHIN = 12  # seconds from staging to the first client that sees it
HOT = "ACMERenew manual\nACMEReload hot\n" + PLAIN

# No child goes by itself: the connections that it has would go along.
STEADY = {
    "prefork": "StartServers 8\nServerLimit 30\nMaxRequestWorkers 30\n"
               "MinSpareServers 1\nMaxSpareServers 30\n",
    **dict.fromkeys(
        ("event", "worker"),
        "StartServers 2\nServerLimit 2\nThreadsPerChild 25\n"
        "MaxRequestWorkers 50\nMinSpareThreads 1\nMaxSpareThreads 50\n")}
PATIENT = "KeepAliveTimeout 900\nMaxKeepAliveRequests 0\nTimeout 900\n"


def _auto(httpd):
    return client.ask(httpd.http, "/server-status?auto",
                      host=MAIN).body.decode()


def generations(httpd):
    """What a restart of any kind would raise."""
    found = re.findall(r"ParentServer\w+Generation: \d+", _auto(httpd))
    assert found
    return found


def busy(httpd):
    """How many of its threads or processes are at work; one tells it."""
    return int(re.search(r"BusyWorkers: (\d+)", _auto(httpd))[1])


def begin(httpd, haste=1, **environment):
    """Start it, and wait for the worker. With haste, the parent looks so much
    more often than every ten seconds. Not where processes are killed at random:
    the fast clock has a lock for all, which each program takes as it starts."""
    httpd.announce("AE054: ")
    httpd.haste = haste
    httpd.start(**environment)
    httpd.require(httpd.worker, 20, "worker")
    return Company(httpd)


class Company:
    """Stages certificates for a server. `known` has the serials of each name
    in their order, and none of any other can come from this CA."""

    def __init__(self, httpd, authority=None):
        self.httpd = httpd
        self.authority = authority or Authority()
        self.root = pem(self.authority.root).decode()
        self.known = {}
        self.longest = 0
        self._requests = {}
        self._trust = httpd.directory / "company.pem"
        self._trust.write_text(self.root)

    def request(self, name):
        """What has been told once is told again."""
        if name not in self._requests:
            answer = run(self.httpd, "csr", name)
            assert answer.status == 0, answer.err
            self._requests[name] = answer.out
        return self._requests[name]

    def forget_key(self, name):
        """The next certificate has one of its own."""
        del self._requests[name]
        for path in (self.httpd.store / "kept" / name).iterdir():
            path.unlink()

    def sign(self, name, **options):
        """One that is known from now on."""
        cert = self.authority.sign(self.request(name), **options)
        self.known.setdefault(name, []).append(cert.serial_number)
        return cert

    def bring(self, name, cert, *above):
        path = self.httpd.directory / "given.pem"
        path.write_bytes(pem(cert, *(above or [self.authority.intermediate])))
        return run(self.httpd, "import", name, path, "--trust", self._trust)

    def stage(self, name):
        """Its serial; where one is on its way, behind that."""
        cert = self.sign(name)

        def taken():
            answer = self.bring(name, cert)
            assert answer.status == 0 or "pending" in answer.err, answer.err
            return answer.status == 0
        wait_until(taken, 30, f"place for a certificate of {name}")
        return cert.serial_number

    def served(self, name, ciphers=None):
        """The serial that a client sees, of a verified certificate."""
        return client.certificate(self.httpd.https, name, self.root,
                                  ciphers).serial_number

    def live(self, name):
        """The serial of what lies in live/."""
        cert, _ = self.httpd.live(name)
        return x509.load_pem_x509_certificate(cert.read_bytes()).serial_number

    def serves(self, name, serial):
        """Whether a client sees it. One does not where the fallback is."""
        try:
            return self.served(name) == serial
        except OSError:
            return False

    def _wait(self, name, serial, begun):
        """For a client that sees it; how long that took."""
        self.httpd.require(lambda: self.serves(name, serial), 60,
                           f"new serial of {name}")
        return time.monotonic() - begun

    def deploy(self, *names):
        """One for each, all on their way at once; clients see them in time, but
        for what the machine is late."""
        with Lateness(self.httpd.directory) as machine:
            staged = [(name, self.stage(name), time.monotonic())
                      for name in names]
            longest = max(self._wait(*one) for one in staged)
        assert longest < WITHIN + machine.seconds, \
            f"after {longest:.1f} s; the machine was {machine.seconds:.1f} late"
        self.longest = max(self.longest, longest)
        return [serial for _, serial, _ in staged]
