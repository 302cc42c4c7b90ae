"""When a certificate goes live, and when it is renewed at all: ACMEDeploy
and ACMERenew in the administrator's hand."""

import datetime
import json
import os
import re
import time

import pytest

from lab.process import free_port
from lab.sites import site

NAME = "one.example.org"


def ask(httpd, verb, serial=""):
    """As the command does: whole, in one step, the worker's."""
    place = httpd.store / "requests"
    owner = place.stat()
    made = place / f".{NAME}.{verb}"
    made.write_text(json.dumps({"at": int(time.time() * 1e6),
                                "serial": serial}))
    os.chown(made, owner.st_uid, owner.st_gid)
    made.rename(place / f"{NAME}.{verb}")


def asked(httpd, verb):
    return (httpd.store / "requests" / f"{NAME}.{verb}").exists()


def staged_serial(httpd):
    state = httpd.store / "state" / f"{NAME}.json"
    if not (httpd.store / "staging" / NAME / "set").exists() or \
            not state.exists():
        return None
    return json.loads(state.read_text())["renewSerial"]


def count(httpd, pattern):
    return len(re.findall(pattern, httpd.log()))


def restart_and_settle(httpd):
    """A graceful restart for another reason, until its worker is at work."""
    started = count(httpd, "resuming normal operations")
    httpd.graceful()
    httpd.wait_log("resuming normal operations", count=started + 1)
    httpd.require(lambda: httpd.worker(), 30, "worker")


@pytest.fixture
def begin(make_httpd, make_pebble):
    """Start httpd with some more directives."""
    def start(directives, **environment):
        http = free_port()
        return make_httpd(f"{directives}\n{site(NAME)}",
                          pebble=make_pebble(http),
                          http=http).start(**environment)
    return start


def test_a_deployment_by_hand(begin):
    httpd = begin("ACMEDeploy manual")
    serial = httpd.require(lambda: staged_serial(httpd), 60, "staged set")
    httpd.wait_log(f"staged; it waits for `acme-edge deploy {NAME}`")
    restart_and_settle(httpd)
    assert not httpd.live(NAME)[0].exists()
    ask(httpd, "deploy", "00" + serial)  # another one
    httpd.require(lambda: not asked(httpd, "deploy"), 30, "request dropped")
    restart_and_settle(httpd)
    assert not httpd.live(NAME)[0].exists()
    ask(httpd, "deploy", serial)
    httpd.wait_live(NAME)
    httpd.require(lambda: not asked(httpd, "deploy"), 60, "request dropped")
    assert staged_serial(httpd) is None
    assert count(httpd, "certificate issued by") == 1


def test_a_restart_names_what_it_deploys(make_httpd, make_pebble):
    """And not what waits for somebody meanwhile."""
    http = free_port()
    httpd = make_httpd(site(NAME, inside="ACMEDeploy manual")
                       + site("two.example.org"),
                       pebble=make_pebble(http), http=http).start()
    httpd.wait_log(f"{NAME}: certificate issued by")
    httpd.wait_live("two.example.org")
    assert re.findall("restarting gracefully to (.*)", httpd.log()) \
        == ["deploy two.example.org"]


def test_a_renewal_by_hand(begin):
    httpd = begin("ACMERenew manual")
    httpd.announce("AE054: " + NAME)
    httpd.wait_log(f"AE054: {NAME}: .*there is no certificate yet")
    time.sleep(3)  # that nothing happens has no other sign
    assert not list((httpd.store / "accounts").glob("*/account.json"))
    ask(httpd, "sign")
    httpd.wait_live(NAME)
    httpd.require(lambda: not asked(httpd, "sign"), 30, "request dropped")
    first = httpd.live(NAME)[0].read_bytes()
    ask(httpd, "sign")
    httpd.require(lambda: httpd.live(NAME)[0].exists() and
                  httpd.live(NAME)[0].read_bytes() != first, 150,
                  "another certificate")
    httpd.require(lambda: not asked(httpd, "sign"), 30, "request dropped")
    assert count(httpd, "certificate issued by") == 2


def test_a_window_that_opens(begin):
    """At the begin of one of the next minutes."""
    now = datetime.datetime.now(datetime.timezone.utc)
    opens = (now + datetime.timedelta(seconds=80)).replace(second=0,
                                                           microsecond=0)
    window = opens.strftime("%a %H:%M")
    httpd = begin(f"ACMEDeploy {window}", TZ="UTC")
    httpd.require(lambda: staged_serial(httpd), 60, "staged set")
    httpd.wait_log(f"staged; it waits for the window {window}")
    restart_and_settle(httpd)
    if datetime.datetime.now(datetime.timezone.utc) < opens:
        assert not httpd.live(NAME)[0].exists()
    httpd.wait_live(NAME, seconds=180)
    live_since = httpd.live(NAME)[0].stat().st_mtime
    assert live_since >= opens.timestamp()
