"""The command beside ACMEReload hot: what it says, when it ends, and what
status tells of how a certificate went live."""

import contextlib
import json
import re
import time

import pytest

from lab import client
from lab.command import run, start
from lab.metrics import metrics
from lab.page import PAGE, get
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN, moment, statuses

NAME = "one.example.org"
HOT = "ACMEReload hot\nACMERenew manual\n"
NEXT = "it goes live within seconds, with no restart"
SERVED = "is served from now on"
TROUBLE = {"status": 5, "what": "Something is in the way", "why": "",
           "next": ""}


@pytest.fixture
def begin(make_httpd, make_pebble):
    pebble = make_pebble(free_port(), environment={
        "PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_WFE_NONCEREJECT": "0"})

    def make(words="ACMEDeploy immediately"):
        httpd = make_httpd(HOT + words + PLAIN + PAGE + site(NAME),
                           pebble=pebble)
        httpd.announce("AE054: ")
        httpd.start()
        httpd.require(httpd.worker, 20, "worker")
        return httpd
    return make


@pytest.fixture
def hot(begin):
    """A server that must not have been restarted at the end."""
    made = []

    def make(*words):
        made.append(begin(*words))
        return made[-1]
    yield make
    for httpd in made:
        assert httpd.log().count("resuming normal operations") == 1


def served(httpd):
    return f"{client.certificate(httpd.https, NAME).serial_number:x}"


def sign(httpd):
    """@return the serial that is served at the command's end"""
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    assert NEXT in answer.err
    found = re.search(r"serial ([0-9a-f]+), .*; it is live\n$", answer.out)
    assert found, answer.out
    assert served(httpd) == found[1].lstrip("0")
    return found[1]


def at_rest(httpd, serial):
    """The worker has noticed, and says so everywhere."""
    httpd.require(lambda: statuses(httpd)[NAME]["Serial"] == serial, 20,
                  "status of what is live")
    httpd.require(lambda: statuses(httpd)[NAME]["LiveBy"] == "hot", 20,
                  "status of how it went live")
    return statuses(httpd)[NAME]


def test_sign_waits_until_it_is_served(hot):
    httpd = hot()
    serials = [sign(httpd), sign(httpd)]
    assert serials[0] != serials[1]
    facts = at_rest(httpd, serials[1])
    assert facts["State"] == "valid"
    assert facts["LastDeployText"] \
        == f"serial {serials[1]} went live, with no restart"
    assert facts["PendingSerial"] == "-"
    since = moment(facts["LiveSince"])
    assert since >= moment(facts["LastSignAt"])
    told = run(httpd, "status", NAME, "--json").json()["certificates"][0]
    assert (told["liveBy"], told["liveSince"]) == ("hot", facts["LiveSince"])
    assert [event["event"] for event in told["history"]
            if event["event"] != "renewal-due"] \
        == ["renewed", "staged", "deployed", "staged"]
    text = run(httpd, "status", NAME).out
    assert re.search(r"^went live by +hot$", text, re.M)
    counts = metrics(httpd)
    for word, count in (("deployed", 2), ("deployed_hot", 2),
                        ("restarts_asked", 0), ("restarts", 0)):
        assert counts.value(f"{word}_total") == count, word
    assert re.search(r"<dt>Live since</dt>\n<dd>.*, with no restart</dd>",
                     get(httpd, f"?cert={NAME}").text())


def test_rollback(hot):
    httpd = hot()
    first = sign(httpd)
    sign(httpd)
    answer = run(httpd, "rollback", NAME)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith(f", comes back: {NEXT}\n")
    httpd.require(lambda: served(httpd) == first.lstrip("0"), 20,
                  "the certificate before")
    at_rest(httpd, first)


def test_what_waits_for_an_approval(hot):
    httpd = hot("ACMEDeploy manual")
    assert run(httpd, "sign", NAME).out.endswith("; it is pending\n")
    serial = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    answer = run(httpd, "deploy", NAME)
    assert answer.out.endswith(f"is approved, {NEXT}\n")
    httpd.require(lambda: served(httpd) == serial.lstrip("0"), 20,
                  "the approved certificate")
    at_rest(httpd, serial)
    assert not list((httpd.store / "requests").glob(f"{NAME}.deploy"))


def test_revoked_once_the_other_is_served(hot):
    httpd = hot("ACMEDeploy manual")
    run(httpd, "sign", NAME)
    assert run(httpd, "deploy", NAME).status == 0
    old = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    at_rest(httpd, old)
    answer = run(httpd, "revoke", NAME, "--replace")
    assert answer.status == 0, answer.err
    assert f"the new certificate is approved; {NEXT}" in answer.err
    record = json.loads((httpd.store / f"deploy/{NAME}.json").read_text())
    assert (record["by"], record["waits"]) == ("hot", False)
    assert served(httpd) == record["serial"].lstrip("0") != old.lstrip("0")


# --- live on the disk, and served by nobody -----------------------------------

def put(path, text):
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").rename(path)


@contextlib.contextmanager
def unserved(httpd, log, *words, **facts):
    """A command that finds its new certificate in live/, and for so long a
    record that nobody serves it, which has these facts too."""
    path = httpd.store / f"deploy/{NAME}.json"
    count = httpd.log().count(SERVED) + 1
    with contextlib.ExitStack() as later:
        with httpd.process.held():
            command = start(httpd, log, *words)
            command.require(lambda: NEXT in command.said(), 20, "staged set")
            later.enter_context(command.held())
        httpd.wait_log(SERVED, count=count)
        httpd.require(lambda: not json.loads(path.read_text())["waits"], 5,
                      "record of who serves it")
        said = path.read_text()
        put(path, json.dumps({**json.loads(said), **facts, "waits": True}))
    yield command
    put(path, said)


def test_sign_waits_for_who_serves_it(hot, place):
    httpd = hot()
    with unserved(httpd, place / "sign.log", "sign", NAME) as command:
        time.sleep(2)
        assert command.running()
    assert command.popen.wait(20) == 0
    assert command.said().endswith("; it is live\n")


def test_sign_says_why_nobody_serves_it(hot, place):
    httpd = hot()
    with unserved(httpd, place / "sign.log", "sign", NAME,
                  error=TROUBLE) as command:
        assert command.popen.wait(20) == 1
    assert "is in live/ and not served yet: Something is in the way" \
        in command.said()


def test_nothing_is_revoked_before_the_other_is_served(hot, place):
    httpd = hot()
    sign(httpd)
    with unserved(httpd, place / "revoke.log", "revoke", NAME, "--replace",
                  error=TROUBLE) as command:
        time.sleep(2)
        assert command.running()
        assert "is revoked" not in httpd.log()
    assert command.popen.wait(30) == 0, command.said()
    assert "is revoked" in httpd.log()


def test_a_replacement_that_is_refused(begin):
    """The command says so at once, and nothing is revoked."""
    httpd = begin("ACMEDeploy manual")
    httpd.announce("AE052: ", f"AE071: {NAME}: ")
    run(httpd, "sign", NAME)
    assert run(httpd, "deploy", NAME).status == 0
    old = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    at_rest(httpd, old)
    httpd.stop()
    text = httpd.config.read_text()
    httpd.config.write_text(text.replace(
        "ACMEDeploy", "ACMEKeyType rsa-2048\nACMEDeploy").replace(
            "SSLEngine on", "SSLEngine on\nSSLCipherSuite DEFAULT@SECLEVEL=3"))
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    answer = run(httpd, "revoke", NAME, "--replace")
    assert answer.status == 1
    assert "was not replaced, and not revoked" in answer.err
    assert "too small" in answer.err and "mend SSLCipherSuite" in answer.err
    assert "is revoked" not in httpd.log()
    assert served(httpd) == old.lstrip("0")


def test_news_that_cannot_be_written(hot):
    """That is told once, and the worker finds out by itself."""
    httpd = hot()
    httpd.announce(f"AE109: {NAME}: ")
    way = httpd.store / f"requests/{NAME}.look/in the way"
    way.mkdir(parents=True)
    at_rest(httpd, sign(httpd))
    time.sleep(12)  # the parent looks again
    assert httpd.log().count("AE109: ") == 1
    way.rmdir()
    way.parent.rmdir()


def test_a_restart_does_not_change_how_it_went_live(begin):
    httpd = begin()
    before = at_rest(httpd, sign(httpd))["LiveSince"]
    httpd.graceful()
    httpd.require(httpd.worker, 20, "worker")
    assert statuses(httpd)[NAME]["LiveSince"] == before
    assert statuses(httpd)[NAME]["LiveBy"] == "hot"


def test_configtest_tells_what_needs_a_restart(begin):
    """A name that is new, in a host or beside others, until it is served."""
    httpd = begin()
    assert "AE036" not in httpd.check()[1]
    httpd.configure(HOT + PLAIN + site(NAME) + site("new.example.org"))
    told = httpd.check()[1]
    assert re.search(r"AE036: new\.example\.org: new in the configuration, "
                     r"which httpd takes up by a restart of yours alone",
                     told), told
    httpd.configure(HOT + PLAIN + site(NAME, "alias.example.org"))
    assert f"AE036: {NAME}: " in httpd.check()[1]
    httpd.graceful()
    httpd.require(httpd.worker, 20, "worker")
    assert "AE036" not in httpd.check()[1]
    assert "AE036" not in httpd.log()
