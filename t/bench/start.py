"""How long httpd takes to its first answer, with many new virtual hosts."""

import os
import time

from lab import pki
from lab.httpd import BINARY
from lab.process import Process, free_port
from lab.sites import secure

from .ca import Nobody
from .products import Edge, ModMd, Static, names
from .run import answered, paired, place
from .table import Figure, Goal, Line, ratios

HOSTS, FEWER = 1000, 100


def start(product, ca, hosts):
    """Seconds from the start of a new server to its first answer."""
    with place() as directory:
        httpd = product.httpd(directory / "httpd", hosts, ca, free_port(),
                              shape=secure)
        begun = time.monotonic()
        httpd.process = Process([BINARY, "-f", httpd.config, "-DFOREGROUND"],
                                directory / "stderr.log", cwd=directory,
                                env=dict(os.environ))
        try:
            return answered(httpd.http, httpd.process.running) - begun
        finally:
            httpd.stop()


def starts(subjects, ca, count, runs):
    hosts = [[name] for name in names(count)]
    return paired(subjects, runs, f"start of {count}",
                  lambda product: start(product, ca, hosts))


def measure(options):
    with place() as directory:
        ca = Nobody(directory / "ca")
        pki.make_sites(ca.directory, names(HOSTS))
        subjects = [Edge, Static] + ([ModMd] if options.slow else [])
        values = starts(subjects, ca, HOSTS, options.runs)
        fewer = starts((Edge, Static, ModMd), ca, FEWER, options.runs)
    full = [Line(product.name, values[product]) for product in subjects]
    full.insert(2, Line("ours, of static files'",
                        ratios(values[Edge], values[Static]),
                        Goal("<=", 1.1)))
    return [
        Figure(f"First start with {HOSTS} new virtual hosts, s, from exec to "
               "the first answer", full),
        Figure(f"The same with {FEWER}",
               [Line(product.name, fewer[product]) for product in fewer]),
    ]
