"""Peers in trouble: what the others tell of them, and that no validation
fails by them where ACMEProbe is required."""

import pytest

from lab import cluster
from lab.command import run

NAME = cluster.NAME
EXAMPLE = cluster.example()


class Trouble:
    """What befalls a peer, what the others see of it, and its end."""

    def __init__(self, peers):
        self.peers = peers
        self.peer = peers.peers[-1]

    def begin(self):
        raise NotImplementedError

    def end(self):
        raise NotImplementedError


class Stopped(Trouble):
    seen = ".*([Rr]efused|connect).*"

    def begin(self):
        self.peer.stop()

    def end(self):
        self.peer.start()


class CutOff(Trouble):
    """Nobody is told that its packets are dropped."""

    seen = ".*[Tt]ime.*"

    def begin(self):
        self.peer.machine.cut()

    def end(self):
        self.peer.machine.mend()


class OldConfiguration(Trouble):
    """From before there were several."""

    seen = ".*status (404|503).*ACMEChallengeStore.*"

    def begin(self):
        self._restart(cluster.without(EXAMPLE, "ACMEChallengeStore",
                                      "ACMEClusterPeers", "ACMEProbe"))

    def end(self):
        self._restart(EXAMPLE)

    def _restart(self, body):
        self.peer.stop()
        self.peers.configure(self.peer, body + "ACMERenew manual\n")
        self.peer.start()


@pytest.fixture
def make_trouble(make_cluster):
    """The first two order, the last one only answers."""
    def make(kind, probe):
        body = EXAMPLE.replace("ACMEProbe          required",
                               f"ACMEProbe {probe}")
        # Each request is counted, and none made twice for its nonce.
        peers = make_cluster(environment={"PEBBLE_WFE_NONCEREJECT": "0"})
        peers.configure_all(body)
        trouble = kind(peers)
        peers.configure(trouble.peer, body + "ACMERenew manual\n")
        trouble.peer.httpd.announce("AE054: ")
        trouble.peer.start()
        trouble.begin()
        for peer in peers.peers[:-1]:
            peer.httpd.announce("AE091: ", "AE092: ", "AE040: ")
            peer.start()
        return trouble
    return make


def wait_told(trouble, line):
    """By those who order."""
    four, six = trouble.peer.machine.addresses
    for peer in trouble.peers.peers[:-1]:
        peer.httpd.wait_log(rf"{line}: {NAME}: The challenge for {NAME} at "
                            rf"({four}|{six}) is not answered: {trouble.seen}")


@pytest.mark.parametrize("kind", [Stopped, CutOff, OldConfiguration])
def test_the_order_waits_and_no_validation_fails(make_trouble, kind):
    trouble = make_trouble(kind, "required")
    wait_told(trouble, "AE092")
    peers = trouble.peers
    assert peers.pebble.requests("POST /chalZ/") == 0
    trouble.end()
    for peer in peers.peers[:-1]:
        assert run(peer.httpd, "sign", NAME).status == 0
        peer.wait_served(NAME, root=peers.pebble.root())
    assert peers.pebble.requests("POST /order-plz") == 2
    assert peers.validations_failed() == 0


def test_it_goes_on_by_itself(make_trouble):
    """The CA is asked at once, and again when it is time."""
    trouble = make_trouble(Stopped, "advisory")
    wait_told(trouble, "AE091")
    peers = trouble.peers
    for peer in peers.peers[:-1]:
        peer.httpd.wait_log("AE040: .*refused")
    assert peers.validations_failed() == 2
    trouble.end()
    for peer in peers.peers[:-1]:
        peer.wait_served(NAME, root=peers.pebble.root(), seconds=150)
    assert peers.validations_failed() == 2


def test_without_a_common_store(make_cluster):
    """As in test_cluster.py, but nothing counts at the CA."""
    peers = make_cluster()
    peers.configure_all(cluster.without(EXAMPLE, "ACMEChallengeStore"))
    for peer in peers.peers:
        peer.httpd.announce("AE030: ", "AE092: ")
    peers.start()
    for peer in peers.peers:
        peer.httpd.wait_log(rf"AE092: {NAME}: .* status 503 came back.*"
                            "same ACMEChallengeStore")
    assert peers.pebble.requests("POST /chalZ/") == 0
