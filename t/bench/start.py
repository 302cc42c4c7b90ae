"""How long httpd takes to its first answer, with many new virtual hosts."""

import os
import time

from lab import pki
from lab.httpd import BINARY
from lab.process import Process, free_port
from lab.sites import secure

from .ca import Nobody
from .products import Edge, ModMd, ModMdRsa, Static, names
from .run import answered, paired, place
from .table import Figure, Goal, Line, ratios

HOSTS = 1000


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


def measure(options):
    subjects = [Edge, Static, ModMd] + ([ModMdRsa] if options.slow else [])
    hosts = [[name] for name in names(HOSTS)]
    with place() as directory:
        ca = Nobody(directory / "ca")
        pki.make_sites(ca.directory, names(HOSTS))
        values = paired(subjects, options.runs, f"start of {HOSTS}",
                        lambda product: start(product, ca, hosts))
    lines = [Line(product.name, values[product]) for product in subjects]
    lines.insert(2, Line("  ours, of static files'",
                         ratios(values[Edge], values[Static]),
                         Goal("<=", 1.1)))
    return [Figure(f"First start with {HOSTS} new virtual hosts, s, from exec "
                   "to the first answer", lines)]
