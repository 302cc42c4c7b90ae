"""acme-edge rollback: the certificate before this one comes back, through the
same checks and restart as any other, and renewal goes on."""

import json
import re

import pytest

from lab import client
from lab.clock import Clock
from lab.command import run
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN, moment, statuses

NAME = "one.example.org"
ALIAS = "two.example.org"
BY_HAND = "ACMERenew manual\nACMEDeploy manual\nACMEReload none\n"


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(), environment={
        "PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_WFE_NONCEREJECT": "0"})


def live_serial(httpd):
    answer = run(httpd, "show", NAME, "--live", "--json")
    return answer.json()["live"]["serial"] if answer.status == 0 else None


def served_serial(httpd):
    try:
        return f"{client.certificate(httpd.https, NAME).serial_number:x}"
    except OSError:
        return None


def goes_live(httpd, serial):
    httpd.require(lambda: served_serial(httpd) == serial.lstrip("0"), 90,
                  f"served certificate {serial}")
    httpd.require(httpd.worker, 20, "worker")


def deploy_another(httpd):
    """Sign one, deploy it, and tell its serial."""
    assert run(httpd, "sign", NAME).status == 0
    serial = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    assert run(httpd, "deploy", NAME).status == 0
    httpd.graceful()
    goes_live(httpd, serial)
    return serial


def go_back(httpd, serial, how="it goes live with the next restart: "
                              "apachectl graceful"):
    """Roll back to this one, and restart at once."""
    answer = run(httpd, "rollback", NAME)
    assert (answer.status, answer.err) == (0, "")
    assert re.fullmatch(rf"{NAME}: serial {serial}, valid until \S+, comes "
                        rf"back: {how}\n", answer.out)
    httpd.graceful()
    goes_live(httpd, serial)


@pytest.fixture
def by_hand(make_httpd, pebble):
    """A server on which nothing happens unasked."""
    httpd = make_httpd(BY_HAND + PLAIN + site(NAME, ALIAS), pebble=pebble)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    return httpd


@pytest.fixture
def two(by_hand):
    """The same with a second certificate: the server, and both serials."""
    return by_hand, [deploy_another(by_hand) for _ in range(2)]


def test_back_and_further_back(two, pebble):
    """Each time one further, never forth again; a new one is before all."""
    httpd, (first, second) = two
    third = deploy_another(httpd)
    go_back(httpd, second)
    go_back(httpd, first)
    oldest = run(httpd, "rollback", NAME)
    assert (oldest.status, oldest.out) == (1, "")
    assert re.search(r"no certificate of \S+ before this: .* is the oldest "
                     r"that is kept; acme-edge sign", oldest.err)
    fourth = deploy_another(httpd)
    go_back(httpd, first)
    assert len({first, second, third, fourth}) == 4
    assert pebble.requests("POST /finalize-order") == 4


@pytest.fixture
def renewing(make_httpd, pebble):
    """A server that renews by itself, on its second certificate, and the
    serials of both."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME, ALIAS),
                       pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.graceful()
    httpd.require(lambda: live_serial(httpd), 30, "first certificate")
    first = live_serial(httpd)
    goes_live(httpd, first)
    return httpd, [first, deploy_another(httpd)]


def test_renewal_goes_on(renewing, pebble):
    """What was asked for waits for no window; what comes back has its own time
    of renewal, and a new one takes its place then."""
    httpd, (first, second) = renewing
    httpd.configure("ACMEDeploy manual" + PLAIN + site(NAME, ALIAS))
    httpd.graceful()
    httpd.require(lambda: json.loads((httpd.store / "config.json").read_text())
                  ["restartsItself"], 20, "restart")
    httpd.require(httpd.worker, 20, "worker")
    answer = run(httpd, "rollback", NAME)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith(": httpd restarts for it by itself\n")
    goes_live(httpd, first)
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid", 20,
                  "worker at rest")
    facts = statuses(httpd)[NAME]
    assert facts["Serial"] == first
    assert facts["NextAction"] == "renew"
    left = moment(facts["NotAfter"]) - moment(facts["NextActionAt"])
    assert left.days in (28, 29)  # a third of ninety, less half a day
    assert pebble.requests("POST /finalize-order") == 2
    third = deploy_another(httpd)
    assert third not in (first, second)
    go_back(httpd, first, "httpd restarts for it by itself")


def test_what_is_due_is_renewed_at_once(renewing, place):
    """By policy, and the command says so."""
    httpd, _ = renewing
    httpd.stop()
    clock = Clock(place)
    clock.set(65)
    answer = run(httpd, "rollback", NAME, environment=clock.environment)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith(": it goes live when httpd starts; its renewal "
                               "is due and follows at once\n")


def test_while_httpd_is_stopped(two):
    httpd, (first, second) = two
    httpd.stop()
    told = run(httpd, "rollback", NAME, "--json")
    assert told.status == 0
    assert re.search(rf"serial {first}, .* it goes live when httpd starts$",
                     told.json()["done"])
    assert live_serial(httpd) == second
    again = run(httpd, "rollback", NAME)
    assert (again.status, again.out) == (2, "")
    assert f"serial {first} is about to come back already" in again.err
    assert run(httpd, "show", NAME, "--json").json()["pending"]["serial"] \
        == first
    httpd.start()
    goes_live(httpd, first)
    assert run(httpd, "discard", NAME).status == 2


def test_what_is_pending_stays(two):
    """Nothing of it is lost, nor its approval."""
    httpd, _ = two
    assert run(httpd, "sign", NAME).status == 0
    serial = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    assert run(httpd, "deploy", NAME).status == 0
    httpd.stop()
    answer = run(httpd, "rollback", NAME)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(r"has a pending certificate already; .*discard",
                     answer.err)
    httpd.start()
    goes_live(httpd, serial)


def test_what_came_back_can_be_discarded(two):
    httpd, (first, second) = two
    httpd.stop()
    assert run(httpd, "rollback", NAME).status == 0
    assert run(httpd, "discard", NAME).status == 0
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    assert served_serial(httpd) == second.lstrip("0")
    go_back(httpd, first)


def test_none_before(by_hand):
    httpd = by_hand
    answer = run(httpd, "rollback", NAME, "--json")
    assert answer.status == 1
    assert answer.json()["error"]["why"] == \
        "no other one was in use before, or none is kept"
    deploy_another(httpd)
    assert run(httpd, "rollback", NAME).status == 1


def test_the_same_checks(two):
    """What would be refused at the restart is refused before."""
    httpd, _ = two
    httpd.stop()
    catalog = httpd.store / "config.json"
    kept = json.loads(catalog.read_text())
    archived = httpd.store / f"archive/{NAME}/0001"

    def refused(why):
        answer = run(httpd, "rollback", NAME)
        assert (answer.status, answer.out) == (1, "")
        assert re.search(rf"can go live again: .*{why}.*; .*sign {NAME}",
                         answer.err)
        assert list((httpd.store / "requests").iterdir()) == []
        assert not (httpd.store / f"staging/{NAME}/set").exists()

    changed = json.loads(catalog.read_text())
    changed["certificates"][0]["names"].append("three.example.org")
    catalog.write_text(json.dumps(changed))
    refused("three.example.org")
    changed = json.loads(json.dumps(kept).replace("ecdsa-p256", "rsa-2048"))
    catalog.write_text(json.dumps(changed))
    refused("ACMEKeyType is rsa-2048")
    catalog.write_text(json.dumps(kept))
    (archived / "ecdsa-p256.key").write_bytes(
        httpd.live(NAME)[1].read_bytes())
    (archived / "ecdsa-p256.seen").unlink()
    refused("key")


def test_a_staging_that_leads_elsewhere(two):
    """The worker's directories are not believed."""
    httpd, _ = two
    httpd.stop()
    staging = httpd.store / "staging" / NAME
    elsewhere = httpd.directory / "elsewhere"
    staging.rename(elsewhere)
    staging.symlink_to(elsewhere)
    answer = run(httpd, "rollback", NAME)
    assert (answer.status, answer.out) == (1, "")
    assert "a link or a file" in answer.err
    assert not (elsewhere / "set").exists()
