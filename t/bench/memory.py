"""What a certificate takes of memory, and whether renewals leave any."""

import contextlib
import statistics
import time

from lab import pki
from lab.process import free_port
from lab.sites import secure

from .ca import CERTIFICATE, Ca
from .proc import kilobytes, only_child
from .products import Edge, ModMd, Static, names
from .run import PATIENCE, answered, issued, paired, place
from .table import Figure, Goal, Line

MANY = 100
FEW, ROUNDS = 50, 10  # 500 renewals
WARM = 1000  # renewals before, until the allocator has its free lists
LIFETIME = 30
GROWTH = 64  # KiB: a leak of 128 bytes for each renewal

# One child, so that a process can be followed; all of them the same.
ONE_CHILD = """
StartServers 1
ServerLimit 2
ThreadsPerChild 25
MaxRequestWorkers 25
MinSpareThreads 1
MaxSpareThreads 50
MaxConnectionsPerChild 0
"""
# A second after it was issued, a certificate is renewed.
HASTE = ONE_CHILD + "ACMERenewWindow 99%\n"

# What is there when a certificate waits, and when it is in use.
STAGED = {Edge: "acme/staging/*/set/*.cert", ModMd: "md/staging/*/pubcert*"}
LIVE = {Edge: "acme/live/*/*.cert", ModMd: "md/domains/*/pubcert*"}


@contextlib.contextmanager
def server(product, count, more=ONE_CHILD, **options):
    """A server with so many hosts whose first certificates were ordered."""
    hosts = [[name] for name in names(count)]
    with place() as directory, contextlib.ExitStack() as parts:
        http = free_port()
        ca = Ca(directory / "ca", http, **options)
        parts.callback(ca.stop)
        ca.directory = ca.pebble.directory
        pki.make_sites(ca.directory, names(count))
        httpd = product.httpd(directory / "httpd", hosts, ca, http,
                              shape=secure, more=more)
        parts.callback(httpd.stop)
        httpd.start()
        answered(http, httpd.process.running)
        yield httpd, ca


def there(httpd, pattern, count):
    httpd.require(
        lambda: len(list(httpd.directory.glob(pattern))) >= count, PATIENCE,
        f"{count} files like {pattern}")


def restarted(httpd):
    """Its only child, after a graceful restart."""
    before = only_child(httpd)
    httpd.graceful()
    return only_child(httpd, but=before)


def taken(product, count):
    """Kilobytes of parent and child, with so many certificates in use."""
    with server(product, count) as (httpd, ca):
        if product in STAGED and count:
            issued(ca, httpd, count, PATIENCE)
            there(httpd, STAGED[product], count)
        child = restarted(httpd)
        if product in LIVE and count:
            there(httpd, LIVE[product], count)
        answered(httpd.http, httpd.process.running)
        return kilobytes(httpd.process.pid, "Pss") + kilobytes(child, "Pss")


def each(product):
    return (taken(product, MANY) - taken(product, 0)) / MANY


def usual(pid):
    """What a process that is busy takes, for three seconds."""
    seen = []
    for _ in range(30):
        seen.append(kilobytes(pid, "Anonymous"))
        time.sleep(0.1)
    return statistics.median(seen)


def worker_growth():
    """Kilobytes that the worker's process grows by in the renewals."""
    with server(Edge, FEW, HASTE, lifetime=LIFETIME) as (httpd, ca):
        child = only_child(httpd)
        issued(ca, httpd, WARM, PATIENCE)
        before = usual(child)
        issued(ca, httpd, ca.counts()[CERTIFICATE] + FEW * ROUNDS, PATIENCE)
        return usual(child) - before


def renew_and_restart(product, httpd, ca, rounds):
    """Each time all certificates are new, where the product has any."""
    for _ in range(rounds):
        if product is Edge:
            issued(ca, httpd, ca.counts()[CERTIFICATE] + FEW, PATIENCE)
        restarted(httpd)


def parent_growth(product):
    """Kilobytes that the parent grows by in the deployments."""
    more = HASTE if product is Edge else ONE_CHILD
    with server(product, FEW, more, lifetime=LIFETIME) as (httpd, ca):
        renew_and_restart(product, httpd, ca, ROUNDS)
        before = kilobytes(httpd.process.pid, "Anonymous")
        renew_and_restart(product, httpd, ca, ROUNDS)
        if product is Edge:
            there(httpd, "acme/archive/*/*", FEW)  # it did deploy
        return kilobytes(httpd.process.pid, "Anonymous") - before


def measure(options):
    runs = options.runs
    products = (Edge, ModMd, Static)
    size = paired(products, runs, "memory", each)
    worker = paired(["worker"], runs, "growth", lambda _: worker_growth())
    parent = paired((Edge, Static), runs, "growth of the parent",
                    parent_growth)
    beyond = [ours - plain for ours, plain
              in zip(parent[Edge], parent[Static])]
    return [
        Figure(f"Memory of parent and child for each of {MANY} virtual hosts "
               "with a certificate, KiB",
               [Line(product.name, size[product]) for product in products]),
        Figure(f"Growth of the worker's process in {FEW * ROUNDS} renewals, "
               f"KiB, after {WARM} others",
               [Line(Edge.name, worker["worker"], Goal("<=", GROWTH))]),
        Figure(f"Growth of the parent in {ROUNDS} graceful restarts that "
               f"deploy {FEW} certificates each, KiB",
               [Line(Edge.name, parent[Edge]),
                Line(Static.name, parent[Static]),
                Line("  ours beyond that", beyond, Goal("<=", GROWTH))]),
    ]
