"""ACMEProbe and ACMEClusterPeers: the challenge is looked at before the CA is
told to look, in a network of its own."""

import re
import socket
import time

import pytest

from lab.command import run
from lab.network import NOBODYS_V4, NOBODYS_V6, V4, V6
from lab.page import PAGE, one
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN

NAME = "one.example.org"
BEFORE = f"""
Listen {V4}:80
Listen [{V6}]:80
{{words}}
<VirtualHost *:80>
    ServerName {NAME}
    Redirect permanent / https://{NAME}/
</VirtualHost>
"""
UNREACHABLE = "challenge-unreachable"
LOOKED = re.compile(r'"GET /.well-known/acme-challenge/\S+ HTTP/1.1" 200')


@pytest.fixture
def pebble(network, make_pebble):
    made = make_pebble(80, dns=53,
                       environment={"PEBBLE_WFE_NONCEREJECT": "0"})
    made.lead(NAME, V4, V6)
    return made


def configuration(*words):
    return PLAIN + PAGE + BEFORE.format(words="\n".join(words)) + site(NAME)


def begin(make_httpd, pebble, *words, announced=()):
    """Its hosts are of any address, and it listens at one alone: AE022."""
    httpd = make_httpd(configuration(*words), pebble=pebble)
    httpd.announce("AE022", *announced)
    return httpd.start()


def steps(httpd):
    return [step["step"] for step in one(httpd, NAME)["steps"]]


def wait_probe(httpd):
    httpd.require(lambda: steps(httpd)[-1:] == ["probe"], 15,
                  "order at its probe")


def looks(httpd):
    """The addresses that asked for a challenge and were answered."""
    return [line.split()[0] for line in
            (httpd.directory / "access.log").read_text().splitlines()
            if LOOKED.search(line)]


def told(pebble):
    """How often the CA was told to look."""
    return pebble.requests("POST /chalZ/")


def test_each_address_is_asked(pebble, make_httpd):
    httpd = begin(make_httpd, pebble, "ACMEProbe required")
    httpd.wait_live(NAME)
    # Pebble looks at the IPv6 address alone; each asks itself.
    assert set(looks(httpd)) == {V4, V6}
    assert told(pebble) == 1
    taken = steps(httpd)
    assert taken.index("probe") < taken.index("challenge")


def test_required(pebble, make_httpd):
    """The CA is asked nothing, and the order waits for its time."""
    pebble.lead(NAME, V4, NOBODYS_V6)
    httpd = begin(make_httpd, pebble, "ACMEProbe required",
                  announced=["AE092"])
    httpd.wait_log(f"AE092: {NAME}: The challenge for {NAME} at {NOBODYS_V6} "
                   "is not answered: .*(refused|connect).*next attempt")
    assert told(pebble) == 0
    assert pebble.requests("POST /order-plz") == 1
    shown = run(httpd, "status", NAME).out
    assert NOBODYS_V6 in shown and "ACMEProbe off" in shown
    pebble.lead(NAME, V4, V6)
    assert run(httpd, "sign", NAME).status == 0
    httpd.wait_live(NAME)
    assert told(pebble) == 1
    assert pebble.requests("POST /order-plz") == 1


def test_advisory(pebble, make_httpd):
    """Pebble looks at an IPv6 address first, and goes on to the other one."""
    pebble.lead(NAME, NOBODYS_V4, V6)
    httpd = begin(make_httpd, pebble, "ACMEProbe advisory",
                  announced=["AE091"])
    httpd.wait_log(f"AE091: {NAME}: The challenge for {NAME} at {NOBODYS_V4} "
                   "is not answered: .*; .*port 80 of that address")
    httpd.wait_live(NAME)
    assert told(pebble) == 1
    history = httpd.store / "state" / f"{NAME}.history"
    httpd.require(lambda: UNREACHABLE in history.read_text(), 30, "event")


def test_a_redirect_to_another_name(pebble, make_httpd):
    """One address belongs to a server that sends everybody elsewhere."""
    elsewhere = "elsewhere.example.org"
    pebble.lead(NAME, V4, NOBODYS_V6)
    pebble.lead(elsewhere, V4, V6)
    make_httpd(f"Listen [{NOBODYS_V6}]:80\n<VirtualHost *:80>\n"
               f"Redirect / http://{elsewhere}/\n</VirtualHost>\n",
               module=False).start()
    httpd = begin(make_httpd, pebble, "ACMEProbe required")
    httpd.wait_live(NAME)
    assert told(pebble) == 1


def test_a_peer_that_comes_late(pebble, make_httpd, make_store):
    """It is asked again and again, and the order goes on."""
    store = make_store("redis").directive
    port = free_port()
    words = (f"ACMEClusterPeers {V4} {NOBODYS_V4}:{port}",
             f"ACMEChallengeStore {store}", "ACMEProbe required")
    httpd = begin(make_httpd, pebble, *words)
    peer = make_httpd(f"Listen {NOBODYS_V4}:{port}\n"
                      f"ACMEChallengeStore {store}\n"
                      + site(NAME, engine="ACMEEngine on\nACMERenew manual"),
                      pebble=pebble)
    peer.announce("AE054")
    wait_probe(httpd)
    peer.start()
    httpd.wait_live(NAME)
    assert len(looks(peer)) >= 1
    assert told(pebble) == 1


def test_a_peer_with_a_store_of_its_own(pebble, make_httpd):
    """Peers are waited for also where nobody is to look at the addresses."""
    port = free_port()
    make_httpd(f"Listen {NOBODYS_V4}:{port}\n", module=False).start()
    httpd = begin(make_httpd, pebble, "ACMEProbe off",
                  f"ACMEClusterPeers {NOBODYS_V4}:{port}",
                  announced=["AE030", "AE091"])
    httpd.wait_log(f"AE091: .* at {NOBODYS_V4}:{port} is not answered: status "
                   "404 came back; .*same ACMEChallengeStore")
    httpd.wait_live(NAME)
    answer = run(httpd, "check", NAME, "--json").json()
    (row,) = [row for row in answer["rows"] if "the peer" in row["about"]]
    assert row["about"] == f"port {port} of {NAME} at the peer {NOBODYS_V4}"
    assert row["result"] == "failed"
    assert "status 404" in row["found"]
    assert "ACMEClusterPeers" in row["next"]


def test_a_peer_in_the_dns_is_looked_at_once(pebble, make_httpd):
    httpd = begin(make_httpd, pebble, f"ACMEClusterPeers {V4}",
                  announced=["AE030"])
    httpd.wait_live(NAME)
    rows = run(httpd, "check", NAME, "--json").json()["rows"]
    assert [row["about"] for row in rows if "port 80" in row["about"]] == [
        f"port 80 of {NAME} at {V6}", f"port 80 of {NAME} at the peer {V4}"]


def test_name_servers_that_hang(network, place, make_pebble, make_httpd):
    """Neither a restart nor a stop waits for them."""
    pebble = make_pebble(80)
    (place / "resolv.conf").write_text(
        "nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 53))
        httpd = begin(make_httpd, pebble, "ACMEProbe required",
                      announced=["AE092"])
        wait_probe(httpd)
        httpd.graceful()
        httpd.wait_log("the worker has begun", 25, count=2)
        wait_probe(httpd)
        begun = time.monotonic()
        httpd.stop()
        assert time.monotonic() - begun < 20
        assert told(pebble) == 0
