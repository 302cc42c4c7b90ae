"""What visitors meet while a certificate is deployed, and what the callback
that serves it costs at each handshake."""

import time

from lab.visitor import KeptTls

from . import handshakes
from .caller import NAME, Caller
from .deployed import Foreign, Graceful, Hot, renew, serving
from .run import paired
from .table import Figure, Goal, Line

SIZES = (10, 100, 1000)
SUBJECTS = (Hot, Graceful, Foreign)
IDLE = 50  # connections
KEPT = "KeepAliveTimeout 600\n"


class Idle:
    """Connections that were used once and are kept."""

    def __init__(self, port):
        self.lines = [KeptTls(port, NAME) for _ in range(IDLE)]
        self.use()

    def use(self):
        for line in self.lines:
            status, _ = line.ask("/", {"Host": NAME})
            if status != 200:
                raise RuntimeError(f"answer {status}")

    def closed(self):
        """How many are found closed."""
        self.use()
        for line in self.lines:
            line.close()
        return sum(line.cut for line in self.lines)


class Visitors:
    """Some that wait between two requests, and one that comes anew."""

    def __init__(self, httpd):
        self.idle, self.caller = Idle(httpd.https), Caller(httpd.https)
        self.begun = time.monotonic()

    def met(self):
        """The longest wait in milliseconds, connections that were closed, new
        ones that failed, and how long all of it took, in seconds."""
        lasted = time.monotonic() - self.begun
        return (self.caller.longest * 1000, self.idle.closed(),
                self.caller.failed, lasted)


def once(product, count):
    """What visitors meet in a deployment, and of the hot one also what they
    meet in as long a time without any."""
    with serving(product, count, KEPT) as httpd:
        visitors = Visitors(httpd)
        renew(product, httpd, visitors.caller)
        met = visitors.met()
        if product is not Hot:
            return met
        visitors = Visitors(httpd)
        visitors.caller.call_for(met[3])
        return met + visitors.met()


def waits(values):
    """Of all sizes: values by size and product."""
    lines = []
    for size in values:
        longest = {product: [value[0] for value in values[size][product]]
                   for product in SUBJECTS}
        quiet = [value[4] for value in values[size][Hot]]
        more = [one - other for one, other in zip(longest[Hot], quiet)]
        lines += [Line(f"{size}, no deployment", quiet),
                  *(Line(f"{size}, {product.name}", longest[product])
                    for product in SUBJECTS),
                  Line("  hot, more than without", more, Goal("<=", 20))]
    return Figure("Longest wait of a new connection for its first answer, ms, "
                  "by virtual hosts,\nwhile one of their certificates is "
                  "deployed, and while none is", lines)


def closed(values):
    """Whatever the number of virtual hosts."""
    def column(product, which):
        return [value[which] for size in values
                for value in values[size][product]]
    failed = sum(sum(column(product, 2)) for product in SUBJECTS)
    return Figure(f"Connections closed by it, of {IDLE} that are idle",
                  [Line("no deployment", column(Hot, 5)),
                   *(Line(product.name, column(product, 1),
                          Goal("<=", 0) if product is Hot else None)
                     for product in SUBJECTS)],
                  [f"new connections that failed: {failed}"])


def measure(options):
    figures = handshakes.measure(options)
    values = {size: paired(SUBJECTS, options.runs, f"wait with {size}",
                           lambda product: once(product, size))
              for size in SIZES}
    return figures + [waits(values), closed(values)]
