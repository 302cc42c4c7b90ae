"""One of three servers is killed at each step of an order, its worker, its
httpd or its whole machine, while all order the same name: the others' orders
end well, and its own is finished when it is back."""

import concurrent.futures
import os
import re
import signal

import pytest

from lab import cluster
from lab.command import start
from lab.faulty import EXCHANGES, Door, Faulty, Reset
from lab.hostile import KILLED
from lab.process import wait_until


class Deadly(Door):
    """Once the CA has done what it was asked to in `exchange`, its client is
    killed, and learns nothing of it."""

    def __init__(self, exchange, kill):
        super().__init__(exchange, None, 3600, 1, host=cluster.WORLD[0])
        self.kill = kill
        self.killed = False

    def go_wrong(self, request):
        request.ask()
        self.kill()
        self.killed = True
        raise Reset


def kill_worker(peer):
    os.kill(peer.httpd.worker(), signal.SIGKILL)


# What is killed, and what brings it back; httpd starts another worker.
KILLS = {
    "worker": (kill_worker, lambda peer: None),
    "httpd": (cluster.Peer.kill, cluster.Peer.start),
    "machine": (cluster.Peer.lose, cluster.Peer.find),
}


def ended(peer, name):
    """How an order did: "issued", or else it failed; None: not yet."""
    log = peer.httpd.log()
    if f"{name}: certificate issued by" in log:
        return "issued"
    return re.search(rf"AE0(40|92): {name}: .*", log)


def finish(peer, name):
    """What failed by the kill would be tried again after a minute."""
    if peer.httpd.require(lambda: ended(peer, name), 90, "end") != "issued":
        verb = start(peer.httpd, peer.httpd.directory / "sign.log",
                     "sign", name)  # would wait for the deployment too
        peer.httpd.require(lambda: ended(peer, name) == "issued", 90,
                           f"certificate of {name}")
        verb.stop()


class Scene:
    """The one that is killed is the last of the peers."""

    def __init__(self, peers, faulty, whom):
        self.peers = peers
        self.faulty = faulty
        self.kill, self.bring_back = KILLS[whom]
        self.names = [cluster.NAME]
        for peer in peers.peers:
            peer.httpd.announce("AE040: ", "AE091: ", "AE092: ", *KILLED)

    def begin(self):
        self.peers.configure_all(cluster.example())
        self.peers.start()
        for peer in self.peers.peers:
            finish(peer, cluster.NAME)

    def step(self, exchange):
        """All order another name, and one dies of it."""
        victim = self.peers.peers[-1]
        door = self.faulty.add(Deadly(exchange, lambda: self.kill(victim)))
        name = f"at-{exchange.lower()}.example.org"
        self.names.append(name)
        body = cluster.example() + cluster.more_sites(*self.names[1:])
        self.peers.configure_all(body)
        self.peers.configure(victim, body, door.url, self.faulty.trust_file)
        for peer in self.peers.peers:
            peer.httpd.graceful()
        wait_until(lambda: door.killed, 60, f"kill at {exchange}")
        self.bring_back(victim)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda peer: finish(peer, name), self.peers.peers))
        assert door.counts()["finalize"] == 1


@pytest.mark.parametrize("whom", KILLS)
def test_killed_at_each_step(place, make_cluster, started, whom):
    peers = make_cluster(environment={"PEBBLE_WFE_NONCEREJECT": "0"})
    faulty = Faulty(place / "faulty", peers.pebble)
    started.append(faulty)
    scene = Scene(peers, faulty, whom)
    scene.begin()
    for exchange in EXCHANGES:
        scene.step(exchange)
    peers.wait_served(*scene.names)
