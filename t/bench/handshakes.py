"""Handshakes per second with the certificate callback, and without."""

import shutil
import ssl
import time

from lab.client import context_for, shake
from lab.sites import secure

from .answers import alternating
from .caller import NAME, Caller
from .deployed import Hot, renew, serving
from .proc import seconds_below
from .products import STATIC
from .run import paired
from .table import Figure, Goal, Line, ratios

PLAIN = "plain.example.org"

# Slices are short and many: what else the machine does changes from one
# second to the next.
SLICES = 120
HANDSHAKES = 50
VERSIONS = {"TLS 1.3": ssl.TLSVersion.TLSv1_3,
            "TLS 1.2": ssl.TLSVersion.TLSv1_2}


class Beside(Hot):
    """Beside the host with the callback there is one without, in the same
    processes: mod_ssl reads as good a certificate from a file for it."""

    more = Hot.more + secure(PLAIN, engine=STATIC.format(
        directory="{root}", name=PLAIN))

    @staticmethod
    def lay(httpd, ca, name):
        Hot.lay(httpd, ca, name)
        copy_live(httpd)


def copy_live(httpd):
    for path, suffix in zip(httpd.live(NAME), ("pem", "key")):
        shutil.copy(path, httpd.directory / f"{PLAIN}.{suffix}")


def rate(httpd, context, name):
    """Handshakes in a second, and microseconds of processor time for each. No
    session is resumed; an orderly end says that the server came to the end of
    the handshake too."""
    before, begun = seconds_below(httpd.process.pid), time.monotonic()
    for _ in range(HANDSHAKES):
        with shake(context, httpd.https, name) as wire:
            wire.unwrap()
    taken = time.monotonic() - begun
    spent = seconds_below(httpd.process.pid) - before
    return HANDSHAKES / taken, spent / HANDSHAKES * 1e6


def compared(httpd, version):
    """Two rates and two costs, with the callback and without."""
    context = context_for(version=version)
    return alternating(lambda: rate(httpd, context, NAME),
                       lambda: rate(httpd, context, PLAIN), SLICES)


def once(version):
    """The same before a deployment and after one."""
    with serving(Beside, 1) as httpd:
        before = compared(httpd, version)
        renew(Beside, httpd, Caller(httpd.https))
        copy_live(httpd)
        httpd.graceful()
        httpd.wait_log("the worker has begun", count=2)
        Beside.stage(httpd)
        renew(Beside, httpd, Caller(httpd.https))
        return before + compared(httpd, version)


def figure(what, version, moments, turned, goal=None):
    """Of the values with and without the callback at each moment."""
    lines = []
    for moment, (ours, plain) in moments.items():
        share = ratios(plain, ours) if turned else ratios(ours, plain)
        lines += [Line(f"with, {moment}", ours),
                  Line(f"without, {moment}", plain),
                  Line("  without, of with" if turned
                       else "  with, of without", share, goal)]
    return Figure(f"{what}, {version}", lines)


def measure(options):
    values = paired(VERSIONS, options.runs, "handshakes",
                    lambda version: once(VERSIONS[version]))
    figures = []
    for version in VERSIONS:
        columns = list(zip(*values[version]))
        rates = {"before a deployment": columns[0:2],
                 "after one": columns[4:6]}
        costs = {"before a deployment": columns[2:4],
                 "after one": columns[6:8]}
        figures += [
            figure("Handshakes per second with the certificate callback and "
                   "without\n(two hosts of one server), none resumed",
                   version, rates, False, Goal(">=", 0.99)),
            figure("Processor time for each of these, us (less moved by what "
                   "else the machine does)", version, costs, True)]
    return figures
