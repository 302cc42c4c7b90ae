"""Three httpds, each on a machine of its own, as docs/cluster.md tells how to
set them up: a challenge store for all, a CA, and a DNS that rotates."""

import concurrent.futures
import itertools
import os
import pathlib
import re

from . import client
from .hostile import KILLED
from .nameserver import Nameserver
from .netns import Machine
from .pebble import Pebble
from .process import Process, answers

DOCUMENT = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"]) / "docs/cluster.md"
DOMAIN = "example.org"
NAME = "www.example.org"  # that of the document
WORLD = ("192.0.2.1", "2001:db8::1")  # of the CA and the DNS
STORE = ("192.0.2.20", "2001:db8::20")
PEERS = [(f"192.0.2.{number}", f"2001:db8::{number}")
         for number in (11, 12, 13)]


def blocks(language):
    """Those of the document."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(),
                      re.M | re.S)


def example(kind="redis"):
    """The configuration that the document gives to each peer."""
    common, sites, memcached = blocks("apache")[:3]
    if kind == "memcached":
        common = re.sub("ACMEChallengeStore.*\n", memcached, common)
    return common + sites


def without(body, *directives):
    """Lines that go on at their end are one."""
    for word in directives:
        body = re.sub(rf"^{word} (?:.*\\\n)*.*\n", "", body, flags=re.M)
    return body


def more_sites(*names):
    """Like the document's, for further names."""
    sites = blocks("apache")[1]
    return "".join(sites.replace(NAME, name) for name in names)


class Peer:
    """One of the servers. What asks it does so on its own machine."""

    def __init__(self, machine, httpd):
        self.machine = machine
        self.httpd = httpd

    def start(self, **environment):
        with self.machine.inside():
            self.httpd.start(**environment)

    def stop(self):
        self.httpd.stop()

    def kill(self):
        self.httpd.announce(*KILLED)
        self.httpd.kill()

    def lose(self):
        """Its whole machine, at once."""
        self.kill()
        self.machine.stop()

    def find(self):
        """Another machine in its place, with the same disk."""
        self.machine.start()
        self.start()

    def serial(self, name, root):
        """Of the verified certificate that it serves; None: there is none."""
        try:
            with self.machine.inside():
                return client.certificate(443, name, root).serial_number
        except OSError:
            return None

    def wait_served(self, *names, root, seconds=90):
        for name in names:
            self.httpd.require(lambda: self.serial(name, root), seconds,
                               f"certificate of {name}")


class Cluster:
    """All of it. What it starts is put into `started`."""

    def __init__(self, place, started, make_httpd, kind="redis", **options):
        self._place = place
        self._started = started
        self.nameserver = self._keep(Nameserver(
            WORLD[0], DOMAIN, itertools.chain(*PEERS)))
        self.pebble = self._keep(Pebble(
            place / "pebble", 80, host=WORLD[0],
            resolver=self.nameserver.place, **options))
        self.kind = kind
        self.store_machine = self._keep(Machine(*STORE))
        self.start_store()
        self.peers = [Peer(self._keep(Machine(*addresses)), make_httpd(""))
                      for addresses in PEERS]

    def _keep(self, part):
        self._started.append(part)
        return part

    def start_store(self):
        """Where it was stopped, it is empty then."""
        config = self._place / "redis.conf"
        config.write_text(blocks("conf")[0])
        words, port = {
            "redis": (["redis-server", config, "--dir", self._place], 6379),
            "memcached": (["memcached", "-l", STORE[0], "-u", "nobody"],
                          11211)}[self.kind]
        with self.store_machine.inside():
            self.store = self._keep(
                Process(words, self._place / f"{self.kind}.log"))
            self.store.require(lambda: answers(port, STORE[0]), 20, self.kind)

    def configure(self, peer, body, url=None, trust_file=None):
        """With a CA of ours in the place of the document's."""
        words = body.replace(
            "letsencrypt", f"{url or self.pebble.url}\n"
            f'ACMETrustFile "{trust_file or self.pebble.trust_file}"')
        peer.httpd.configure(f"Listen 80\nListen 443\n{words}")

    def configure_all(self, body):
        for peer in self.peers:
            self.configure(peer, body)

    def start(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(Peer.start, self.peers))

    def wait_served(self, *names, seconds=90):
        root = self.pebble.root()
        for peer in self.peers:
            peer.wait_served(*names, root=root, seconds=seconds)

    def validations_failed(self):
        """As the CA counts them."""
        return self.pebble.requests("set INVALID by completed challenge")
