"""How long httpd takes to its first answer, with many new virtual hosts."""

import os
import time

from lab import pki
from lab.httpd import BINARY
from lab.process import Process, free_port
from lab.sites import secure

from .ca import Nobody
from .proc import seconds
from .products import Edge, ModMd, ModMdRsa, Static, names
from .run import answered, paired, place
from .table import Figure, Goal, Line, ratios

HOSTS = 1000


def start(product, ca, hosts):
    """Seconds from the start of a new server to its first answer, and those
    of them that its parent spent on a processor."""
    with place() as directory:
        httpd = product.httpd(directory / "httpd", hosts, ca, free_port(),
                              shape=secure)
        begun = time.monotonic()
        httpd.process = Process([BINARY, "-f", httpd.config, "-DFOREGROUND"],
                                directory / "stderr.log", cwd=directory,
                                env=dict(os.environ))
        try:
            end = answered(httpd.http, httpd.process.running)
            return end - begun, seconds(httpd.process.pid)
        finally:
            httpd.stop()


def figure(what, values, which, goal):
    part = {product: [value[which] for value in values[product]]
            for product in values}
    lines = [Line(product.name, part[product]) for product in part]
    lines.insert(2, Line("  ours, of static files'",
                         ratios(part[Edge], part[Static]), goal))
    return Figure(what, lines)


def measure(options):
    subjects = [Edge, Static, ModMd] + ([ModMdRsa] if options.slow else [])
    hosts = [[name] for name in names(HOSTS)]
    with place() as directory:
        ca = Nobody(directory / "ca")
        pki.make_sites(ca.directory, names(HOSTS))
        values = paired(subjects, options.runs, f"start of {HOSTS}",
                        lambda product: start(product, ca, hosts))
    what = (f"First start with {HOSTS} new virtual hosts, s, from exec to "
            "the first answer")
    return [figure(what, values, 0, Goal("<=", 1.1)),
            figure("Processor time of the parent in it, s (less moved by what "
                   "else the machine does)", values, 1, None)]
