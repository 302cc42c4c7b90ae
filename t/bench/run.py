"""What all measurements share: how often, with what, and one at a time."""

import contextlib
import dataclasses
import shutil
import socket
import sys
import time

from lab.process import free_port, make_place

from .ca import CERTIFICATE, Ca
from .table import shown

PATIENCE = 900  # seconds, for what takes minutes with some


@dataclasses.dataclass
class Options:
    """What was asked for."""

    runs: int = 5
    slow: bool = False


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def place():
    """A directory for one measurement; it stays where that failed."""
    directory = make_place("acme-edge-bench-")
    try:
        yield directory
    except BaseException:
        say(f"what happened is kept in {directory}")
        raise
    shutil.rmtree(directory)


@contextlib.contextmanager
def issuing(product, hosts, **options):
    """Start a CA and a product that is new to it, with certificates to order
    for `hosts`."""
    with place() as directory, contextlib.ExitStack() as parts:
        http = free_port()
        ca = Ca(directory / "ca", http, **options)
        parts.callback(ca.stop)
        httpd = product.httpd(directory / "httpd", hosts, ca, http)
        parts.callback(httpd.stop)
        httpd.start()
        yield httpd, ca


def answered(port, alive):
    """When a request was answered: httpd listens long before it serves."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and alive():
        with contextlib.suppress(OSError), socket.create_connection(
                ("127.0.0.1", port), PATIENCE) as wire:
            wire.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
            if wire.recv(64).startswith(b"HTTP/1.1 200"):
                return time.monotonic()
        time.sleep(0.005)
    raise TimeoutError("httpd answered no request")


def issued(ca, httpd, count, seconds=300):
    """When the CA had handed out so many certificates."""
    return ca.moment(lambda counts: counts[CERTIFICATE] >= count, seconds,
                     httpd.process.running)


def paired(subjects, runs, what, once):
    """Measure all subjects in turn, again and again: a dictionary of lists,
    in the order of the runs."""
    values = {subject: [] for subject in subjects}
    for number in range(1, runs + 1):
        for subject in subjects:
            value = once(subject)
            values[subject].append(value)
            name = getattr(subject, "name", subject)
            say(f"{what}, {name}, {number} of {runs}: {brief(value)}")
    return values


def brief(value):
    """The first of what was measured."""
    return shown(value[0] if isinstance(value, tuple) else value)
