"""Deployments without a restart, and what goes wrong meanwhile: whatever it is,
a whole certificate is served, and the newest one at the end."""

import concurrent.futures
import os
import random
import time

import pytest

from lab import client
from lab.command import run
from lab.hammer import Hammer, Ledger
from lab.hostile import KILLED, Repeater, at_random, kill_any, kill_child
from lab.hot import HASTE, HOT, STEADY, begin, generations
from lab.httpd import MODULE
from lab.memory import Slot, total, write
from lab.process import wait_until
from lab.requests import key_pem, make_key
from lab.sanitizers import libraries
from lab.sites import secure
from lab.status import statuses

SOAK = bool(os.environ.get("ACME_EDGE_SOAK"))
NAME = "one.example.org"
OTHER = "other.example.org"
ROUNDS = 30 if SOAK else 3
ASKED = 30  # times in a row

# Rounds of six deployments, and kilobytes: far from what even one lost copy
# of each would take. What sanitizers keep back counts for nothing.
WARM = 6
LONG = 170 if SOAK else 15
ROOM = (3 if SOAK else 1.5) * 1024 * (50 if libraries(MODULE) else 1)

# Threads share one heap: for a long time, each of many would grow a little.
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


# Who answered.
PIDS = 'LogFormat "%P" pid\nCustomLog {root}/pids.log pid\n'
BODY = PIDS + HOT + STEADY["event"]


def everybody(company, name=NAME):
    """What the children serve, asked until each has answered."""
    httpd = company.httpd
    log = httpd.directory / "pids.log"
    before = log.stat().st_size
    seen = set()

    def ask(_):
        with client.tls(httpd.https, name) as wire:
            client.ask_on(wire, name)
            return client.peer(wire).serial_number

    def all_answered():
        seen.update(pool.map(ask, range(ASKED)))
        answered = log.read_text()[before:].split()
        return {str(pid) for pid in httpd.children()} <= set(answered)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wait_until(all_answered, 60, "answer of each child")
    return seen


# --- kills and restarts -------------------------------------------------------

def wait_newest(company, *names):
    company.httpd.require(
        lambda: all(company.serves(name, company.known[name][-1])
                    for name in names), 120, "newest certificates")


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_children_killed_and_restarts_all_the_while(make_httpd, started, mpm,
                                                    record_property):
    """Two deployments of each in a row, amid all that."""
    company = begin(make_httpd(HOT + secure(NAME) + secure(OTHER), mpm=mpm))
    httpd = company.httpd
    httpd.announce(*KILLED)
    company.deploy(NAME, OTHER)
    hammer = Hammer(httpd.https, company.root,
                    Ledger(company.known, in_order=False), mortal=True)
    hostile = [Repeater(lambda: kill_any(httpd), at_random(2)),
               Repeater(httpd.graceful, at_random(15))]
    started += [hammer, *hostile]
    for _ in range(ROUNDS):
        for name in (NAME, NAME, OTHER, OTHER):
            company.stage(name)
        wait_newest(company, NAME, OTHER)
    for part in (*hostile, hammer):
        part.stop()
    record_property("hot", f"{mpm}: {hostile[0].count} kills, "
                    f"{hostile[1].count} restarts, {hammer.asked} answers, "
                    f"{hammer.cut} cut")
    assert all(one.count for one in hostile)
    assert hammer.failures == []
    wait_newest(company, NAME, OTHER)
    for name in (NAME, OTHER):
        assert {company.served(name) for _ in range(ASKED)} \
            == {company.known[name][-1]}
        assert company.live(name) == company.known[name][-1]


def test_new_children_have_the_newest(make_httpd):
    """At once, and the same as those that were there."""
    company = begin(make_httpd(BODY + secure(NAME)))
    httpd = company.httpd
    httpd.announce(*KILLED)
    before = generations(httpd)
    for _ in range(2):
        serial, = company.deploy(NAME)
        old = set(httpd.children())
        for pid in old:
            kill_child(pid)
        httpd.require(lambda: len(set(httpd.children()) - old) == len(old), 30,
                      "other children")
        assert everybody(company) == {serial}
        assert generations(httpd) == before


# --- slots --------------------------------------------------------------------

@pytest.fixture
def three(make_httpd):
    """A server that read a certificate at its start and deployed a second;
    the third is in its slot, and no child has looked yet."""
    company = begin(make_httpd(BODY + secure(NAME)))
    httpd = company.httpd
    company.deploy(NAME)
    httpd.restart()
    httpd.wait_log("the worker has begun", count=2)
    serial, = company.deploy(NAME)
    assert everybody(company) == {serial}
    company.forget_key(NAME)
    company.stage(NAME)
    httpd.wait_log(f"{NAME}: serial \\S+ is served from now on", count=3)
    return company


def slot_of(company):
    cert, _ = company.httpd.live(NAME)
    return Slot(company.httpd, cert.read_bytes())


def torn(company):
    slot = slot_of(company)
    middle = (slot.chain + slot.end) // 2
    slot.damage(middle, bytes(slot.end - middle))


def one_bit(company):
    """Of the key."""
    slot = slot_of(company)
    data = slot.contents()
    at = slot.key - slot.chain + 60
    slot.damage(slot.chain + at, bytes([data[at] ^ 1]))


def foreign_key(company):
    """Sealed as if it were right."""
    slot = slot_of(company)
    made = key_pem(make_key())
    assert len(made) == slot.end - slot.key
    slot.damage(slot.key, made)
    slot.seal()


def no_pem(company):
    slot = slot_of(company)
    slot.damage(slot.chain, b"-----BEGIN NOTHING")
    slot.seal()


def rubbish(company):
    """All that the parent and its children share in this way."""
    slot = slot_of(company)
    write(slot.pid, slot.mapping.begin,
          random.randbytes(slot.mapping.end - slot.mapping.begin))


def told_by_command(httpd):
    answer = run(httpd, "status", NAME)
    assert answer.status == 0, answer.err
    return answer.out


@pytest.mark.parametrize("damage", [torn, one_bit, foreign_key, no_pem])
def test_a_damaged_slot(three, damage):
    """Those who served the second one go on, new children have the first; it
    is told once in the log, and in status, until the next deployment."""
    company, httpd = three, three.httpd
    first, second, _ = company.known[NAME]
    httpd.announce(f"AE107: {NAME}: ", *KILLED)
    damage(company)
    assert everybody(company) == {second}
    old = httpd.children()
    kill_child(next(pid for pid in old if pid != httpd.worker()))
    httpd.require(lambda: first in everybody(company), 30, "new child")
    assert everybody(company) <= {first, second}
    httpd.require(lambda: "error log says why" in told_by_command(httpd), 30,
                  "command that knows")
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "staged", 10,
                  "status that knows")
    assert httpd.log().count(f"AE107: {NAME}: ") == 1
    fourth, = company.deploy(NAME)
    assert everybody(company) == {fourth}
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid", 30,
                  "status that knows")
    assert httpd.log().count("AE107") == 1


def test_rubbish_everywhere(three):
    """Root's process believes nothing of what its children could write."""
    company, httpd = three, three.httpd
    httpd.announce("AE107: ")
    rubbish(company)
    assert everybody(company) == {company.known[NAME][1]}
    fourth, = company.deploy(NAME)
    assert everybody(company) == {fourth}


def test_a_chain_too_large(make_httpd):
    """It is live, and goes into no slot; a restart serves it."""
    company = begin(make_httpd(BODY + secure(NAME)), HASTE)
    httpd = company.httpd
    httpd.announce(f"AE108: {NAME}: ")
    serial, = company.deploy(NAME)
    cert = company.sign(NAME)
    answer = company.bring(NAME, cert, company.authority.heavy(40_000))
    assert answer.status == 0, answer.err
    httpd.wait_log(f"AE108: {NAME}: .*32768")
    assert company.live(NAME) == cert.serial_number
    time.sleep(25 / HASTE)  # the parent looks twice
    assert everybody(company) == {serial}
    assert httpd.log().count("AE108") == 1
    assert statuses(httpd)[NAME]["State"] == "staged"
    httpd.graceful()
    wait_newest(company, NAME)
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid", 10,
                  "status after the restart")
    company.deploy(NAME)
    assert httpd.log().count("AE108") == 1


# --- memory -------------------------------------------------------------------

MANY = [f"n{number}.example.org" for number in range(6)]


def deploy_many(company, rounds):
    for _ in range(rounds):
        company.deploy(*MANY)
        for name in MANY:
            everybody(company, name)
    return total(company.httpd)


def test_memory_stays_as_it_is(make_httpd, record_property):
    company = begin(make_httpd(BODY + "".join(
        secure(name) for name in MANY)), HASTE, **ONE_HEAP)
    children = company.httpd.children()
    before = deploy_many(company, WARM)
    after = deploy_many(company, LONG)
    record_property("memory", f"{LONG * len(MANY)} deployments: {before} kB, "
                    f"then {after} kB")
    assert company.httpd.children() == children
    assert after - before < ROOM
