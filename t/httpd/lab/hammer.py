"""Handshakes without end, each of them judged."""

import http.client
import itertools
import ssl

from . import client
from .visitor import Visitor

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)

CUT = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError,
       http.client.IncompleteRead)


class Ledger:
    """Which certificate a client may see: one of those that were staged, and,
    in order, none before the newest that any client has seen."""

    def __init__(self, known, in_order=True):
        self.known, self.in_order = known, in_order
        self._newest = dict.fromkeys(known, 0)

    def newest(self, name):
        return self._newest[name]

    def judge(self, name, serial, newest):
        """@param newest as it was before the connection began"""
        if serial not in self.known[name]:
            raise ValueError(f"{name}: unknown serial {serial:x}")
        at = self.known[name].index(serial)
        if at < newest and self.in_order:
            raise ValueError(f"{name}: number {at} is served after {newest}")
        self._newest[name] = max(self._newest[name], at)


class Hammer(Visitor):
    """A new connection each time, of either version, to one host after the
    other; verified, with a page on it.
    @param mortal httpd's children are killed: a cut connection is counted"""

    def __init__(self, port, root, ledger, mortal=False):
        self.port, self.ledger, self.mortal = port, ledger, mortal
        contexts = [client.context_for(root, version=version)
                    for version in VERSIONS]
        self._turns = itertools.cycle(itertools.product(ledger.known,
                                                        contexts))
        super().__init__(pause=0)

    def _visit(self):
        name, context = next(self._turns)
        newest = self.ledger.newest(name)
        try:
            with client.shake(context, self.port, name) as wire:
                self.ledger.judge(name, client.peer(wire).serial_number,
                                  newest)
                status = client.ask_on(wire, name).status
        except CUT:
            if not self.mortal:
                raise
            self.cut += 1
            return
        self.asked += 1
        if status != 200:
            self.failures.append(f"{name}: answer {status}")
