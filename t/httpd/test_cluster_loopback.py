"""Three servers behind one name where no network can be made, as for an
ordinary user: at addresses of the loopback interface, by IPv4 alone."""

import re

from lab import client, cluster
from lab.nameserver import Nameserver
from lab.process import free_port

ADDRESSES = [f"127.0.0.{number}" for number in (2, 3, 4)]


def configuration(pebble, store, port):
    """The document's, with other addresses and ports. Nobody but the CA asks
    the nameserver for them."""
    peers = " ".join(f"{address}:{port}" for address in ADDRESSES)
    text = cluster.without(cluster.example(), "ACMEChallengeStore",
                           "ACMEClusterPeers", "ACMEProbe")
    text = text.replace("*:80>", f"*:{port}>").replace("*:443>", "*:{https}>")
    return re.sub("ACMEProvider .*", f"""
ACMEProvider {pebble.url}
ACMETrustFile "{pebble.trust_file}"
ACMEChallengeStore {store.directive}
ACMEClusterPeers {peers}
""", text)


def serial(httpd, root):
    try:
        return client.certificate(httpd.https, cluster.NAME,
                                  root).serial_number
    except OSError:
        return None


def test_three_servers(make_httpd, make_pebble, make_store, started):
    port = free_port()
    nameserver = Nameserver("127.0.0.1", cluster.DOMAIN, ADDRESSES,
                            free_port())
    started.append(nameserver)
    pebble = make_pebble(port, resolver=nameserver.place)
    body = configuration(pebble, make_store("redis"), port)
    peers = [make_httpd(f"Listen {address}:{port}\n{body}")
             for address in ADDRESSES]
    for peer in peers:
        peer.announce("AE022: ")
        peer.start()
    root = pebble.root()
    found = {peer.require(lambda one=peer: serial(one, root), 90,
                          "verified certificate") for peer in peers}
    assert len(found) == len(peers)
    assert pebble.requests("set INVALID by completed challenge") == 0
