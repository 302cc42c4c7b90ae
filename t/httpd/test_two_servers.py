"""Two httpds on one store, with their challenges in one Redis and a load
balancer before both: they act as one."""

import concurrent.futures
import os
import signal

import pytest

from lab import client
from lab.faulty import Faulty
from lab.process import free_port
from lab.recorder import Recorder
from lab.sites import site

NAMES = [f"n{number}.example.org" for number in range(4)]


def send_all(pids, number):
    for pid in pids:
        os.kill(pid, number)


class Pair:
    """Two servers, the CA's recorder, and the balancer between them."""

    def __init__(self, servers, recorder, gate, root):
        self.servers = servers
        self.recorder = recorder
        self.gate = gate
        self.root = root

    def start(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda server: server.start(), self.servers))

    def workers(self):
        return [server for server in self.servers if server.worker()]

    def begun(self):
        """Wait until the CA looks at all names; tell who has the lock, and
        who has not."""
        busy, = self.servers[0].require(
            lambda: len(self.gate.paths) >= 3 * len(NAMES) and self.workers(),
            60, "validations under way")
        idle, = (server for server in self.servers if server is not busy)
        return busy, idle

    def serial(self, server, name):
        try:
            return client.certificate(server.https, name,
                                      self.root).serial_number
        except OSError:
            return None

    def wait_served(self, server):
        """By verified certificates, the same that are live on disk."""
        for name in NAMES:
            server.require(lambda: self.serial(server, name), 60,
                           f"verified certificate of {name}")

    def judge(self):
        """One account, one order for each certificate, finalized once."""
        orders = self.recorder.all_orders()
        assert len(self.recorder.accounts) == 1
        assert sorted(min(order.names) for order in orders) == sorted(NAMES)
        assert all(len(order.keys) == 1 for order in orders)


@pytest.fixture
def pair(make_httpd, make_pebble, make_gate, make_store, place, started):
    ports = [free_port(), free_port()]
    gate = make_gate(*ports, patience=10)
    pebble = make_pebble(gate.port, environment={
        "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    recorder = faulty.add(Recorder())
    body = "\n".join([
        f"ACMEChallengeStore {make_store('redis').directive}",
        f"ACMEProvider {recorder.url}", f"ACMETrustFile {faulty.trust_file}",
        "ACMEEmail admin@example.org", "ACMETermsOfService accepted",
        *(site(name) for name in NAMES)])
    servers = [make_httpd(body, http=port, store=place / "acme")
               for port in ports]
    return Pair(servers, recorder, gate, pebble.root())


def test_both_serve_what_one_ordered(pair):
    """Neither is restarted by hand; the one that did not order cannot have
    the lock for a moment either, for its children are asleep."""
    pair.gate.close()
    pair.start()
    busy, idle = pair.begun()
    pair.gate.targets = (busy.http,)
    asleep = idle.children()
    send_all(asleep, signal.SIGSTOP)
    pair.gate.open()
    pair.wait_served(busy)
    busy.require(busy.worker, 20, "worker after the restart")
    send_all(asleep, signal.SIGCONT)
    pair.wait_served(idle)
    for name in NAMES:
        assert pair.serial(busy, name) == pair.serial(idle, name)
    busy.require(lambda: len(pair.workers()) == 1, 20, "one worker")
    pair.judge()


def test_one_takes_over_where_the_other_was_killed(pair):
    """In the middle of a validation, by the same order."""
    pair.gate.close()
    pair.start()
    killed, other = pair.begun()
    killed.kill()
    other.require(other.worker, 10, "worker")
    pair.gate.open()
    pair.wait_served(other)
    pair.judge()
    killed.announce("AH00098")
    killed.start()
    pair.wait_served(killed)
    pair.judge()
