"""Two servers with one challenge store in the network: one orders, the other
is its peer; and who asks for tokens that nobody has."""

import concurrent.futures
import http.client
import itertools
import json
import threading
import time
import types

from . import client
from .faulty import Door, Faulty, Reset
from .page import PAGE
from .process import free_port
from .sites import secure, site
from .status import PLAIN

NAME, PEER = "www.example.org", "peer.example.org"

# What httpd's providers say of a store that fails, each time.
STORE_FAILS = r"AH0347[89]|AH03481|AH0079[0-3]"


class Waiting(Door):
    """A CA that is asked to look, and does so when the door is opened, or
    after 50 seconds: the client gives up after 60. Of several workers, one
    after the other, it hears the last."""

    def __init__(self):
        super().__init__(None, None, 0, 0)
        self.asked = threading.Event()
        self.waiting = None
        self.opened = threading.Event()

    def answer(self, request):
        if request.exchange == "challenge":
            self.waiting = request
            self.asked.set()
            self.opened.wait(50)
            if self.waiting is not request:
                raise Reset
        return super().answer(request)


class Peers:
    """`orders` gets a certificate, and its CA waits at the door with the
    challenge open; `peer` orders nothing by itself."""

    def __init__(self, make_httpd, make_pebble, make_gate, store, place):
        http = free_port()
        self.store = store
        self.gate = make_gate(http)
        self.faulty = Faulty(place / "faulty", make_pebble(self.gate.port))
        self.door = self.faulty.add(Waiting())
        authority = types.SimpleNamespace(url=self.door.url,
                                          trust_file=self.faulty.trust_file)
        more = f"ACMEChallengeStore {store.directive}\n{PLAIN}{PAGE}"
        self.orders = make_httpd(more + site(NAME), pebble=authority,
                                 http=http)
        self.peer = make_httpd(
            more + "ACMERenew manual\n" + secure(PEER), pebble=authority)
        self.peer.announce("AE054")
        self.token = None

    def begin(self):
        """Until the CA is asked to look."""
        self.peer.start()
        self.orders.start()
        self.orders.require(self.door.asked.is_set, 60, "open challenge")
        saved = self.orders.store / f"staging/{NAME}/order/order.json"
        tokens = json.loads(saved.read_text())["order"]["tokens"]
        self.token = tokens[0]["token"]
        return self

    def stop(self):
        self.door.opened.set()
        self.faulty.stop()

    @property
    def path(self):
        return client.CHALLENGE + self.token

    def answered(self, httpd):
        """Whether it answers the open challenge, and rightly."""
        answer = client.ask(httpd.http, self.path)
        if answer.status != 200:
            return False
        assert answer.body.startswith(self.token.encode() + b".")
        return True

    def finish(self, seen=None):
        """The CA looks, at one server alone: the peer."""
        self.gate.targets = ((seen or self.peer).http,)
        self.door.opened.set()
        self.orders.wait_live(NAME)

    def announce(self, *patterns):
        for httpd in (self.orders, self.peer):
            httpd.announce(STORE_FAILS, "AE089", *patterns)


def invented():
    """Well-formed tokens that nobody has, each of them once."""
    for number in itertools.count():
        yield f"{client.CHALLENGE}{number:043d}"


def ask_all(port, paths, address="127.0.0.1"):
    """Ask for each over one connection, and a new one where httpd closed it;
    the statuses that came back."""
    statuses = []
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60,
                                      source_address=(address, 0))
    for path in paths:
        try:
            statuses.append(_ask(wire, path))
        except (http.client.RemoteDisconnected, ConnectionResetError):
            wire.close()
            statuses.append(_ask(wire, path))
    wire.close()
    return statuses


def _ask(wire, path):
    wire.request("GET", path)
    answer = wire.getresponse()
    answer.read()
    return answer.status


def flood(port, count, addresses, width=8):
    """Ask for so many invented tokens as fast as it goes, from addresses in
    turn; the seconds it took, and the statuses."""
    paths = invented()
    shares = [list(itertools.islice(paths, count // width))
              for _ in range(width)]
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        asked = [pool.submit(ask_all, port, share,
                             addresses[number % len(addresses)])
                 for number, share in enumerate(shares)]
        statuses = [status for one in asked for status in one.result()]
    return time.monotonic() - begun, statuses
