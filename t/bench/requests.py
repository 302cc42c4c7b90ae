"""How many requests, and connections, a CA sees."""

import time

from .ca import CERTIFICATE
from .products import PAIR, Edge, ModMd, names
from .run import issued, issuing, paired
from .table import Figure, Goal, Line

SETTLED = 2  # seconds without a request: nothing more will come


def settle(ca):
    """What follows the last certificate counts too."""
    while True:
        before = ca.requests()
        time.sleep(SETTLED)
        if ca.requests() == before:
            return before


def count(product, hosts):
    """Requests and connections of a new server until all certificates are
    there."""
    with issuing(product, hosts, tapped=True) as (httpd, ca):
        issued(ca, httpd, len(hosts))
        return settle(ca), ca.tap.connections, dict(ca.counts())


def apart(counts):
    """Those that the goal leaves out: a newNonce more for each exchange that
    is kept in flight side by side, and polls that wait for the CA (an order
    is asked for twice in any case)."""
    nonces = counts.get("/nonce-plz", 1) - 1
    polls = counts.get("/my-order/", 0) - 2 * counts[CERTIFICATE]
    return nonces + max(polls, 0)


def lines(values, limit, less=None):
    """One for each product, and ours as the goal counts."""
    ours = values[Edge]
    strict = [value - more for value, more
              in zip(ours, less or [0] * len(ours))]
    counted = [Line("  as the goal counts", strict, Goal("<=", limit))]
    return [Line(Edge.name, ours), *counted,
            Line(ModMd.name, values[ModMd])]


def exchanges(counts):
    """One run's requests, by what they were."""
    return ", ".join(f"{path.strip('/')} {number}"
                     for path, number in sorted(counts.items()))


SERVERS = {
    "one": [[name] for name in names(1)],
    "two": [[name] for name in names(2)],
    "long": [names(25)],
    "fifty": [[name] for name in names(50)],
}


class Seen:
    """What was counted of one kind of server."""

    def __init__(self, options, size):
        self.values = paired(PAIR, options.runs, f"requests of {size}",
                             lambda product: count(product, SERVERS[size]))

    def all(self, which=0):
        return {product: [value[which] for value in self.values[product]]
                for product in PAIR}

    def apart(self):
        return [apart(value[2]) for value in self.values[Edge]]

    def figure(self, what, limit):
        notes = [f"{product.name}: {exchanges(self.values[product][-1][2])}"
                 for product in PAIR]
        return Figure(what, lines(self.all(), limit, self.apart()), notes)


def further(one, two):
    """What the second of two certificates adds."""
    def minus(more, less):
        return [a - b for a, b in zip(more, less)]
    values = {product: minus(two.all()[product], one.all()[product])
              for product in PAIR}
    return Figure("Requests: the next one (two at once, less one alone)",
                  lines(values, 7, minus(two.apart(), one.apart())))


def measure(options):
    seen = {size: Seen(options, size) for size in SERVERS}
    connections = seen["fifty"].all(1)
    return [
        seen["one"].figure("Requests: first certificate, new account", 10),
        further(seen["one"], seen["two"]),
        seen["long"].figure("Requests: one of 25 names, new account "
                            "(2N+5, and 3 for the account)", 2 * 25 + 8),
        seen["fifty"].figure("Requests: 50 certificates, new account", 360),
        Figure("TLS connections to the CA for these 50",
               [Line(Edge.name, connections[Edge], Goal("<=", 1)),
                Line(ModMd.name, connections[ModMd])]),
    ]
