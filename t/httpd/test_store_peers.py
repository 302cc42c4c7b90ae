"""A challenge store in the network, shared by peers: a token put by one is
answered by all; the store may be away, slow, emptied or full of what is none
of ours; a flood of invented tokens costs it a bounded number of look-ups."""

import concurrent.futures
import os
import time

import pytest

from lab import client
from lab.command import run
from lab.metrics import metrics
from lab.peers import (NAME, PEER, STORE_FAILS, Peers, ask_all, flood,
                       invented)
from lab.process import free_port
from lab.sites import secure, site
from lab.status import PLAIN, statuses
from lab.strangers import Stranger, other_protocol

KINDS = ["redis", "memcached"]
FLOOD = 100000 if os.environ.get("ACME_EDGE_SOAK") else 3000

# So long a child of httpd may keep a connection that the server has closed,
# and asks nothing for five seconds where it meets one. That is apr-util's, of
# each child by itself, and nothing tells when it is over.
KEPT = 16

# src/edge/edge_toll.h
CLIENT_RATE, CLIENT_BURST = 20, 40
RATE, BURST = 200, 200
PLACES = 8


@pytest.fixture
def make_peers(make_httpd, make_pebble, make_gate, make_store, place,
               started):
    def make(kind):
        peers = Peers(make_httpd, make_pebble, make_gate, make_store(kind),
                      place)
        started.append(peers)
        return peers
    return make


# --- a peer ------------------------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_a_peer_answers_what_another_one_published(make_peers, kind):
    """The CA sees nobody else."""
    peers = make_peers(kind).begin()
    assert peers.answered(peers.orders)
    assert peers.answered(peers.peer)
    assert peers.store.count() == 1
    peers.finish()
    assert metrics(peers.orders).value("challenge_lookups_total") == 0
    assert metrics(peers.peer).value("challenge_lookups_total") >= 1
    peers.orders.require(lambda: peers.store.count() == 0, 20, "empty store")


def test_two_peers_order_the_same_name_at_once(
        make_httpd, make_pebble, make_gate, make_store):
    """Each has its own account and tokens, open together; the CA sees the
    first one alone."""
    store = make_store("redis")
    http = free_port()
    gate = make_gate(http)
    gate.close()
    pebble = make_pebble(gate.port)
    body = (f"ACMEChallengeStore {store.directive}\nACMERenew manual\n"
            + site(NAME))
    pair = [make_httpd(body, pebble=pebble, http=port)
            for port in (http, free_port())]
    for httpd in pair:
        httpd.announce("AE054: ")
        httpd.start()
    with concurrent.futures.ThreadPoolExecutor(len(pair)) as pool:
        told = pool.map(lambda httpd: run(httpd, "sign", NAME), pair)
        pair[0].require(lambda: len(set(gate.paths)) == 2, 20,
                        "look at either's challenge")
        assert store.count() == 2
        gate.open()
        assert [one.status for one in told] == [0, 0]
    for httpd in pair:
        httpd.wait_live(NAME)
    pair[0].require(lambda: store.count() == 0, 20, "empty store")
    keys = {httpd.live(NAME)[1].read_text() for httpd in pair}
    assert len(keys) == 2


# Enough for any two servers to get some of their challenges.
MANY = [NAME] + [f"www{number}.example.org" for number in range(11)]


@pytest.mark.parametrize("up", [2, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_several_servers_are_one_store(make_httpd, make_pebble, make_gate,
                                       make_store, kind, up):
    """Challenges are spread over them; where one is down, the other takes its
    share. The CA asks the peer alone."""
    pair = [make_store(kind) for _ in range(2)]
    both = ",".join([pair[0].directive, pair[1].server])
    http, gate = free_port(), make_gate()
    pebble = make_pebble(gate.port)
    body = f"ACMEChallengeStore {both}\n"
    orders = make_httpd(body + site(*MANY), pebble=pebble, http=http)
    peer = make_httpd(body + "ACMERenew manual\n" + secure(PEER),
                      pebble=pebble)
    gate.targets = (peer.http,)
    for httpd in (orders, peer):
        httpd.announce(STORE_FAILS, "AE054", "AE089", "AE090")
    for store in pair[up:]:
        store.kill()
    peer.start()
    orders.start()
    orders.wait_live(NAME)
    assert all(store.lookups() > 0 for store in pair[:up])


# --- a store that goes away --------------------------------------------------

def put_back(peers):
    peers.orders.wait_log("AE090")
    peers.orders.wait_log(r"has all that was published again")
    time.sleep(KEPT)
    assert all(peers.answered(peers.peer) for _ in range(20))
    assert peers.orders.log().count("AE090") == 1


def test_a_store_that_was_killed_and_comes_back(make_peers):
    """In the middle of a validation: this server's own challenge is answered
    all the while."""
    peers = make_peers("redis").begin()
    peers.announce("AE090")
    assert peers.answered(peers.peer)
    peers.store.kill()
    assert peers.answered(peers.orders)
    assert not peers.answered(peers.peer)
    peers.peer.wait_log("AE089")
    peers.orders.wait_log("AE090.*Redis at 127.0.0.1:")
    assert not peers.answered(peers.peer)
    assert peers.peer.log().count("AE089") == 1
    assert peers.answered(peers.orders)
    peers.store.start()
    put_back(peers)
    peers.finish()


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_is_emptied(make_peers, kind):
    peers = make_peers(kind).begin()
    peers.announce("AE090")
    assert peers.answered(peers.peer)
    peers.store.flush()
    put_back(peers)
    peers.finish()


def test_a_restart_of_httpd_needs_no_store(make_peers):
    """The parent gives the next generation what is open, and asks nobody; the
    next worker sees to the store, and its order waits."""
    peers = make_peers("redis").begin()
    peers.announce("AE090", "AE049", "AE040")
    peers.store.kill()
    peers.orders.graceful()
    peers.orders.wait_log("resuming normal operations", count=2)
    assert peers.answered(peers.orders)
    peers.orders.wait_log("AE090")
    peers.store.start()
    put_back(peers)
    run(peers.orders, "sign", NAME)
    peers.finish()


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_that_hangs_keeps_few_waiting(make_peers, kind):
    """httpd's providers wait for it without end."""
    peers = make_peers(kind).begin()
    peers.announce("AE090")
    peers.store.suspend()
    paths = invented()
    # As many as wait there are never told; all others take their usual way.
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        asked = [pool.submit(ask_all, peers.peer.http, [next(paths)])
                 for _ in range(40)]
        peers.peer.require(
            lambda: sum(one.done() for one in asked) >= 40 - PLACES, 30,
            "answers while the store hangs")
        begun = time.monotonic()
        assert ask_all(peers.peer.http, ["/"] * 100) == [200] * 100
        assert time.monotonic() - begun < 2
        assert peers.answered(peers.orders)
        peers.orders.wait_log("AE090.*does not answer in time")
        peers.store.resume()
        told = [status for one in asked for status in one.result(60)]
    assert told == [404] * 40
    put_back(peers)
    peers.finish()


# --- an order and a store that does not take its token -----------------------

def failed_order(httpd, cause, words):
    """It waits and says so; the CA was never asked to look."""
    httpd.wait_log(rf"AE040: {NAME}: the challenge store \(redis\) did not "
                   rf"keep a token: Redis at \S+: .*{words}")
    facts = httpd.require(
        lambda: statuses(httpd)[NAME].get("Cause") and statuses(httpd)[NAME],
        20, "status with its cause")
    assert facts["Cause"] == cause
    assert facts["State"] == "failing"


def order_again(httpd, store):
    """It goes on by itself a minute later; nobody waits for that here."""
    httpd.announce("AE090")
    httpd.require(lambda: run(httpd, "sign", NAME).status == 0
                  and httpd.live(NAME)[0].exists(), 120, "certificate")
    assert store.lookups() > 0


@pytest.fixture
def alone(make_httpd, make_pebble):
    """One server, with a store wherever it is said to be."""
    def make(directive):
        http = free_port()
        pebble = make_pebble(http)
        httpd = make_httpd(
            f"ACMEChallengeStore {directive}\n" + PLAIN + site(NAME),
            pebble=pebble, http=http)
        httpd.announce("AE040")
        httpd.start()
        return httpd, pebble
    return make


def test_an_order_waits_for_a_store_that_is_down(alone, make_store):
    store = make_store("redis")
    store.kill()
    httpd, pebble = alone(store.directive)
    failed_order(httpd, "challenge-store", "start it, let it listen")
    assert pebble.requests("POST /chalZ/") == 0
    store.start()
    order_again(httpd, store)


def test_a_redis_with_a_password(alone, make_store):
    store = make_store("redis", "--requirepass", "secret")
    httpd, pebble = alone(store.directive)
    failed_order(httpd, "challenge-store-password",
                 "it wants a password.*give the peers a Redis of their own")
    assert pebble.requests("POST /chalZ/") == 0


def test_a_redis_that_hangs(alone, make_store):
    store = make_store("redis")
    store.suspend()
    httpd, _ = alone(store.directive)
    failed_order(httpd, "challenge-store", "does not answer in time")
    store.resume()
    order_again(httpd, store)


def test_a_wrong_name(alone):
    httpd, _ = alone("redis:no.such.host.invalid:6379")
    failed_order(httpd, "challenge-store", "write the right host")


def test_another_service(alone, started):
    port = free_port()
    started.append(Stranger("127.0.0.1", other_protocol, [port]))
    httpd, _ = alone(f"redis:127.0.0.1:{port}")
    failed_order(httpd, "challenge-store", "another service")


# --- what is none of ours ----------------------------------------------------

@pytest.mark.parametrize("kind", KINDS)
def test_other_paths_never_touch_the_store(make_peers, kind):
    peers = make_peers(kind)
    peers.peer.start()
    before = peers.store.lookups()
    path = next(invented())
    for other in ("/", "/index.html", client.CHALLENGE, path + "/", path + "?",
                  path + "?x", "/" + path, path + ".txt", path + "%20",
                  path.upper(), client.CHALLENGE + "x" * 200):
        client.ask(peers.peer.http, other)
    client.ask(peers.peer.http, path, method="POST")
    assert peers.store.lookups() == before
    client.ask(peers.peer.http, path)
    assert peers.store.lookups() == before + 1



@pytest.mark.parametrize("kind", KINDS)
def test_nothing_foreign_is_served(make_peers, kind):
    peers = make_peers(kind).begin()
    peers.announce(r"AH03480|AH00792")  # "OVERFLOW"
    token = "foreign-token-of-this-test"
    path = client.CHALLENGE + token
    for junk in ("", "x", "<html>", token, token + ".", f"{token}.{'A' * 42}",
                 f"{token}.{'A' * 44}", f"other.{'A' * 43}",
                 f"{token}.{'A' * 42}!", f"{token}.{'A' * 42}=",
                 f" {token}.{'A' * 42}", "y" * 300, "z" * 500000):
        peers.store.put(token, junk)
        assert client.ask(peers.peer.http, path).status == 404, junk[:60]
        # What it found is no reason to leave the store alone.
        assert peers.answered(peers.peer)
    peers.finish()


# --- a flood -----------------------------------------------------------------

def published(store):
    """The path of a token that some peer has open, all the while."""
    token = "of-another-peer-all-the-while"
    store.put(token, f"{token}.{'A' * 43}")
    return client.CHALLENGE + token


@pytest.mark.parametrize("kind", KINDS)
def test_a_flood_of_invented_tokens(make_peers, kind):
    """The bound is one of look-ups for a span of time: however long this takes
    here, the store sees no more."""
    peers = make_peers(kind).begin()
    path = published(peers.store)
    before = peers.store.lookups()
    took, told = flood(peers.peer.http, FLOOD, ["127.0.0.3"])
    seen = peers.store.lookups() - before
    assert told == [404] * len(told)
    # Beside what the worker looks at each second.
    assert CLIENT_BURST <= seen <= CLIENT_BURST + (CLIENT_RATE + 2) * took + 2
    said = metrics(peers.peer)
    assert said.value("challenge_lookups_total") \
        + said.value("challenge_lookups_refused_total") == len(told)
    assert said.value("challenge_lookups_refused_total") > 0
    # Other clients are not held up by that, the CA for one.
    assert ask_all(peers.peer.http, [path] * 50, "127.0.0.2") == [200] * 50
    peers.finish()


def test_a_flood_from_everywhere(make_peers):
    """Then what peers published may not be found; this server's own is."""
    peers = make_peers("redis").begin()
    addresses = [f"127.0.{number}.1" for number in range(1, 65)]
    flood(peers.orders.http, FLOOD // 10, addresses, width=64)
    assert peers.answered(peers.orders)
    before = peers.store.lookups()
    took, told = flood(peers.peer.http, FLOOD, addresses, width=64)
    seen = peers.store.lookups() - before
    assert told == [404] * len(told)
    assert seen <= BURST + (RATE + 2) * took + 2
    peers.orders.require(
        lambda: ask_all(peers.peer.http, [published(peers.store)]) == [200],
        20, "answer after the flood")
    peers.finish(peers.orders)
