"""Pebble as the benchmark wants it, and what its log tells of requests."""

import collections
import re
import time

from lab import pki
from lab.pebble import Pebble
from lab.process import free_port

from .tap import Tap

REQUEST = re.compile(rb"(?:GET|HEAD|POST) (/\S*) -> calling handler")
CERTIFICATE = "/certZ/"

# All requests are what a client asks for by itself: no nonce is refused, no
# authorization used again.
PLAIN = {"PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"}


class Ca:
    """One CA. With `sleep` it takes up to so many whole seconds for each
    validation, otherwise none; `url` is where products are to ask."""

    def __init__(self, place, http, sleep=None, tapped=False, lifetime=None):
        environment = dict(PLAIN)
        if sleep:
            # Pebble draws below the number that it is given.
            environment.update(PEBBLE_VA_NOSLEEP="0",
                               PEBBLE_VA_SLEEPTIME=str(sleep + 1))
        options = {"lifetime": lifetime} if lifetime else {}
        self.pebble = Pebble(place, http, environment=environment,
                             retry_after=0, **options)
        self.tap = Tap(self.pebble.port) if tapped else None
        self.url = self.tap.url if tapped else self.pebble.url
        self.trust_file = self.pebble.trust_file
        self._read = 0
        self._counts = collections.Counter()

    def counts(self):
        """Requests so far, by path."""
        with open(self.pebble.process.log, "rb") as log:
            log.seek(self._read)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                found = REQUEST.search(line)
                if found:
                    self._counts[found[1].decode()] += 1
        return self._counts

    def requests(self):
        """Requests to the API: /roots and the like are not part of it."""
        return sum(self.counts().values())

    def moment(self, condition, seconds, alive):
        """When `condition` of the counts came true."""
        end = time.monotonic() + seconds
        while not condition(self.counts()):
            if time.monotonic() > end or not alive():
                raise TimeoutError(f"the CA saw only {dict(self._counts)}")
            time.sleep(0.005)
        return time.monotonic()

    def slowest(self):
        """The longest that a validation was put off, in seconds."""
        naps = re.findall(r"Sleeping for (\d+)s", self.pebble.process.said())
        return max(map(int, naps), default=0)

    def stop(self):
        if self.tap:
            self.tap.stop()
        self.pebble.stop()


class Nobody:
    """A CA at whose door nobody listens."""

    def __init__(self, place):
        place.mkdir(mode=0o755)
        self.directory = place
        self.trust_file = pki.make_server(place)
        self.url = f"https://127.0.0.1:{free_port()}/dir"
