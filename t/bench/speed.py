"""How long certificates take."""

import os
import statistics
import tempfile
import time

from .products import PAIR, Edge, ModMd, names
from .run import issued, issuing, paired
from .table import Figure, Goal, Line, ratios

MANY, SOME, SLEEP = 50, 20, 3


def keep():
    """Milliseconds to have a new file whole on the disk, and its name. This
    module waits for that, mod_md does not."""
    times = []
    with tempfile.TemporaryDirectory() as place:
        directory = os.open(place, os.O_RDONLY)
        for _ in range(50):
            begun = time.monotonic()
            with open(f"{place}/new", "wb") as file:
                file.write(b"x" * 1000)
                file.flush()
                os.fsync(file.fileno())
            os.rename(f"{place}/new", f"{place}/kept")
            os.fsync(directory)
            times.append((time.monotonic() - begun) * 1000)
        os.close(directory)
    return statistics.median(times)


def hosts(count):
    return [[name] for name in names(count)]


def span(product, count, **options):
    """Seconds from the first request to the CA to the last certificate, and
    the longest that the CA put off a validation."""
    with issuing(product, hosts(count), **options) as (httpd, ca):
        begun = ca.moment(lambda counts: any(counts.values()), 120,
                          httpd.process.running)
        return issued(ca, httpd, count) - begun, ca.slowest()


def at_once(options):
    values = paired(PAIR, options.runs, f"time of {MANY}",
                    lambda product: (span(product, MANY)[0], keep()))
    disk = [pair[1] for pair in values[Edge]]
    values = {product: [pair[0] for pair in values[product]]
              for product in PAIR}
    ours, theirs = values[Edge], values[ModMd]
    return Figure(
        f"Time: {MANY} certificates, s, from the first request that the CA "
        "sees\nto the moment it is asked for the last certificate", [
            Line(Edge.name, ours), Line(ModMd.name, theirs),
            Line("share of mod_md's", ratios(ours, theirs),
                 Goal("<=", 0.25))],
        ["beside this, the disk (TMPDIR says which) took "
         f"{min(disk):.1f} to {max(disk):.1f} ms to keep a file"])


def slowly(options):
    values = paired(PAIR, options.runs, f"time of {SOME}, slow CA",
                    lambda product: span(product, SOME, sleep=SLEEP))
    times = {product: [pair[0] for pair in values[product]]
             for product in PAIR}
    multiples = [seconds / slowest for seconds, slowest in values[Edge]]
    return Figure(
        f"Time: {SOME} certificates, s, the same way; each validation takes "
        f"0 to {SLEEP} s", [
            Line(Edge.name, times[Edge]), Line(ModMd.name, times[ModMd]),
            Line("ours, of the slowest validation", multiples,
                 Goal("<=", 2))])


def measure(options):
    return [at_once(options), slowly(options)]
