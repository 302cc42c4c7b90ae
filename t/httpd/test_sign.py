"""acme-edge sign: an order followed to its end, whatever happens to httpd."""

import concurrent.futures
import datetime
import re

import pytest

from lab.command import run, start
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN

NAME = "one.example.org"
ALIAS = "two.example.org"


@pytest.fixture
def followers():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        yield lambda httpd: pool.submit(run, httpd, "sign", NAME)


@pytest.fixture
def begin(make_httpd, make_pebble, make_gate):
    """A server on which nothing is ordered unasked, the gate that Pebble has
    to pass, and Pebble."""
    def start(directives="ACMEDeploy manual"):
        http = free_port()
        gate = make_gate(http, patience=30)
        pebble = make_pebble(gate.port)
        httpd = make_httpd(f"ACMERenew manual\n{directives}\n" + PLAIN
                           + site(NAME, ALIAS), http=http, pebble=pebble)
        httpd.announce("AE054: ")
        httpd.start()
        httpd.require(httpd.worker, 20, "worker")
        return httpd, gate, pebble
    return start


def in_order(text, *patterns):
    """Each behind the one before."""
    at = 0
    for pattern in patterns:
        match = re.compile(pattern, re.M).search(text, at)
        assert match, f"{pattern} after {text[:at]!r} in {text!r}"
        at = match.end()


def test_each_name_on_the_way(begin, place):
    httpd, gate, _ = begin()
    gate.close()
    command = start(httpd, place / "sign.log", "sign", NAME)
    httpd.require(lambda: command.said().count(": pending\n") == 2, 30,
                  "names that are pending")
    gate.open()
    assert command.popen.wait(60) == 0, command.said()
    said = command.said()
    in_order(said,
             rf"^{NAME}: validation of {NAME}: pending$",
             rf"^{NAME}: validation of {NAME}: valid$",
             rf"^{NAME}: issued and staged$",
             rf"^{NAME}: .*it waits for `acme-edge deploy {NAME}`$")
    in_order(said, rf"^{NAME}: validation of {ALIAS}: pending$",
             rf"^{NAME}: validation of {ALIAS}: valid$")
    assert re.search("issued, serial .*; it is pending$", said, re.M)


def test_until_it_is_live(begin):
    httpd, _, _ = begin("ACMEDeploy immediately")
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    assert "the server does by itself" in answer.err
    assert answer.out.endswith("; it is live\n")
    assert httpd.live(NAME)[0].exists()


def test_what_waits_for_its_window(begin):
    """A day that is neither yesterday, today nor tomorrow."""
    day = (datetime.date.today() + datetime.timedelta(days=3)).strftime("%a")
    httpd, _, _ = begin(f"ACMEDeploy {day} 03:00-04:30")
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    assert re.search(f"it waits for the window {day}.*03:00", answer.err)
    assert answer.out.endswith("; it is pending\n")


def test_a_name_that_is_not_validated(begin):
    """Nothing listens where it leads; the other one is well."""
    httpd, _, pebble = begin()
    pebble.lead(ALIAS, "127.0.0.9")
    httpd.announce(f"AE040: {NAME}: ")
    answer = run(httpd, "sign", NAME)
    assert (answer.status, answer.out) == (1, "")
    in_order(answer.err,
             rf"^{NAME}: validation of {ALIAS}: invalid: .*connection",
             rf"^{NAME}: it failed$",
             rf"^acme-edge: The CA could not validate {ALIAS}")


def test_a_second_one_joins(begin, followers):
    httpd, gate, _ = begin()
    gate.close()
    first = followers(httpd)
    httpd.require(lambda: gate.paths, 30, "validation")
    second = followers(httpd)
    httpd.require(lambda: (httpd.store / "requests" / f"{NAME}.sign").exists(),
                  10, "request")
    assert not concurrent.futures.wait([second], timeout=3).done
    gate.open()
    answers = [first.result(), second.result()]
    assert [answer.status for answer in answers] == [0, 0]
    assert answers[0].out == answers[1].out
    assert "it was asked for at " in answers[1].err
    for answer in answers:
        assert f"validation of {ALIAS}: valid" in answer.err
    assert len(re.findall("certificate issued", httpd.log())) == 1


@pytest.mark.parametrize("how", ["graceful", "kill"])
def test_a_restart_in_the_middle(begin, followers, how):
    httpd, gate, _ = begin()
    gate.close()
    follower = followers(httpd)
    httpd.require(lambda: gate.paths, 30, "validation")
    if how == "kill":
        httpd.announce("AH00098")
        httpd.kill()
        httpd.start()
    else:
        httpd.graceful()
        httpd.wait_log("resuming normal operations", count=2)
    gate.open()
    answer = follower.result()
    assert answer.status == 0, answer.err
    assert f"validation of {NAME}: valid" in answer.err
    assert len(re.findall("certificate issued", httpd.log())) == 1
