"""Three servers behind one name, as docs/cluster.md sets them up."""

import pytest

from lab import cluster

NAMES = [cluster.NAME] + [f"n{number}.example.org" for number in range(16)]


def serials(peers):
    root = peers.pebble.root()
    return {peer.serial(name, root) for peer in peers.peers for name in NAMES}


@pytest.mark.parametrize("kind", ["redis", "memcached"])
def test_all_order_the_same_names_at_once(make_cluster, kind):
    """Each for itself: 51 certificates. The CA looks at them all by both
    families of addresses, at some names by IPv4 alone."""
    peers = make_cluster(kind=kind)
    peers.configure_all(cluster.example(kind)
                        + cluster.more_sites(*NAMES[1:]))
    for name in NAMES[::4]:
        peers.nameserver.add(name, *(four for four, _ in cluster.PEERS))
    peers.start()
    peers.wait_served(*NAMES)
    assert len(serials(peers) - {None}) == len(NAMES) * len(peers.peers)
    assert peers.validations_failed() == 0


def test_without_a_common_store_it_fails_and_says_why(make_cluster):
    peers = make_cluster()
    body = cluster.example()
    peers.configure_all(cluster.without(body, "ACMEChallengeStore",
                                        "ACMEClusterPeers", "ACMEProbe"))
    peers.start()
    for peer in peers.peers:
        peer.httpd.announce("AE040: ")
        peer.httpd.wait_log("AE040: .* share one ACMEChallengeStore")
    assert peers.validations_failed() == len(peers.peers)
    peers.configure_all(body)
    for peer in peers.peers:
        peer.httpd.graceful()
    peers.wait_served(cluster.NAME)
