"""A client that tells how long it waited."""

import contextlib
import time

from lab.client import context_for, shake

from .products import names

NAME = names(1)[0]
PATIENCE = 120  # seconds
PAUSE = 0.002
REQUEST = f"GET / HTTP/1.0\r\nHost: {NAME}\r\n\r\n".encode()


class Caller:
    """Asks on one new TLS connection after the other."""

    def __init__(self, port):
        self.port = port
        self.context = context_for()
        self.certificate = None
        self.longest = 0
        self.failed = 0

    def call_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.call()

    def call_until_renewed(self):
        end = time.monotonic() + PATIENCE
        first = self.certificate
        while self.certificate == first:
            self.call()
            if time.monotonic() > end:
                raise TimeoutError("no new certificate was served")

    def call(self):
        """Whoever fails tries again, and waits all the while."""
        begun = time.monotonic()
        while not self._is_answered():
            self.failed += 1
            if time.monotonic() - begun > PATIENCE:
                raise TimeoutError("no connection was answered")
        self.longest = max(self.longest, time.monotonic() - begun)
        time.sleep(PAUSE)

    def _is_answered(self):
        with contextlib.suppress(OSError), \
                shake(self.context, self.port, NAME) as wire:
            wire.sendall(REQUEST)
            self.certificate = wire.getpeercert(True)
            return wire.recv(64).startswith(b"HTTP/1.1 200")
        return False
