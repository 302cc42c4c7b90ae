"""acme-edge: what each verb says and how it ends, beside a real server."""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes

from lab import client
from lab.command import PROGRAM, run
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, PLAIN, statuses

TOP = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"])
NAME = "one.example.org"
ALIAS = "two.example.org"


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1"})


@pytest.fixture
def live(make_httpd, pebble):
    """A server with one certificate, deployed."""
    httpd = make_httpd(PLAIN + site(NAME, ALIAS), pebble=pebble).start()
    httpd.wait_live(NAME)
    httpd.wait_log("the worker has begun", count=2)
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid", 20,
                  "worker at rest")
    return httpd


@pytest.fixture
def pending(make_httpd, pebble):
    """A server whose first certificate waits to be deployed."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME, ALIAS),
                       pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    return httpd


@pytest.fixture
def by_hand(make_httpd, pebble):
    """A server on which nothing happens unasked."""
    httpd = make_httpd("ACMERenew manual\nACMEDeploy manual\n"
                       + PLAIN + site(NAME, ALIAS) + site("blocked.example"),
                       pebble=pebble)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    return httpd


def orders(pebble):
    """How many it has, whatever nonces it refused on the way."""
    return len(re.findall("There are now . orders", pebble.process.said()))


# --- how it is called --------------------------------------------------------

@pytest.mark.parametrize("words", [
    (), ("staus",), ("status", "a", "b"), ("status", "--colour"), ("show",),
    ("status", "--pem"), ("help", "staus"), ("--store",)])
def test_words_that_make_no_sense(words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 64
    assert done.stdout == ""
    assert re.search(r"^usage: acme-edge ", done.stderr, re.M)


def test_help():
    def said(*words):
        return subprocess.run([PROGRAM, *words], capture_output=True,
                              text=True, check=True).stdout
    whole = said("help")
    assert whole == said("--help")
    assert max(len(line) for line in whole.splitlines()
               if "by default" not in line) < 80
    verbs = [verb["verb"] for verb in json.loads(said("help", "--json"))]
    assert "status" in verbs
    for verb in verbs:
        assert f"  {verb}" in whole
        asked = verb.split()
        assert said("help", *asked).startswith("usage: acme-edge ")
        assert said("help", *asked) == said(*asked, "--help")


COMPLETE = """
. "$1"
COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
_acme_edge "$2"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words):
    """What bash offers for the last of these words."""
    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", TOP / "conf/acme-edge.bash",
         PROGRAM, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_completion():
    """Each verb, each with the options that its help tells of."""
    told = json.loads(subprocess.run(
        [PROGRAM, "help", "--json"], capture_output=True, text=True,
        check=True).stdout)
    assert complete("") == {verb["verb"].split()[0] for verb in told}
    for verb in told:
        assert complete(*verb["verb"].split(), "--") \
            == {"--store", "--json", "--help",
                *re.findall("--[a-z]+", verb["operands"])}


CLOSED = ("AE018: nothing listens on port 80, where the CA asks for "
          f"{NAME}, {ALIAS}; write Listen 80, or have port 80 forwarded to "
          "this server")


# --- status ------------------------------------------------------------------

def test_status_says_what_the_server_says(live):
    httpd = live
    table = run(httpd, "status")
    assert (table.status, table.err) == (0, "")
    head, line, _, found = table.out.splitlines()
    assert head.split() == ["CERTIFICATE", "STATE", "VALID", "UNTIL", "NEXT",
                            "ACTION", "AT"]
    facts = statuses(httpd)[NAME]
    assert line.split() == [NAME, "valid", facts["NotAfter"], "renew",
                            facts["NextActionAt"]]
    assert found == f"warning {CLOSED}"
    whole = run(httpd, "status", ALIAS).out
    for key in ("Serial", "Provider", "NextActionReason", "LastDeployText"):
        assert facts[key] in whole
    told = run(httpd, "status", "--json").json()
    assert told["worker"] == "active"
    assert told["findings"] == [{"level": "warning", "id": "AE018",
                                 "name": None, "text": CLOSED[7:]}]
    (cert,) = told["certificates"]
    assert cert["names"] == [NAME, ALIAS]
    assert cert["attempts"] == 0
    assert cert["step"] is None
    for key in set(facts) - {"Names", "Attempts", "Step"}:
        value = cert[key[0].lower() + key[1:]]
        assert (value or "-") == facts[key], key


def test_status_without_httpd(live):
    live.stop()
    answer = run(live, "status")
    assert answer.status == 0
    assert f"{NAME}  valid " in answer.out
    assert "httpd does not run" in answer.out
    assert run(live, "status", "--json").json()["worker"] == "stopped"


def test_the_catalog_follows_the_configuration(live):
    assert run(live, "status", "more.example.org").status == 1
    live.configure("ACMEReload none" + PLAIN + site(NAME, ALIAS)
                   + site("more.example.org"))
    live.graceful()
    live.wait_log("more.example.org: certificate issued")
    answer = run(live, "status", "more.example.org", "--json")
    (cert,) = answer.json()["certificates"]
    assert cert["state"] == "staged"
    assert "apachectl graceful" in cert["nextActionReason"]


# --- show --------------------------------------------------------------------

def fingerprint(cert, kind):
    return cert.fingerprint(kind()).hex()


def test_show_live(live):
    served = client.certificate(live.https, NAME)
    answer = run(live, "show", NAME, "--json")
    assert answer.status == 0
    told = answer.json()
    assert list(told) == ["live"]
    cert = told["live"]
    assert set(cert["names"]) == {NAME, ALIAS}
    assert int(cert["serial"], 16) == served.serial_number
    assert cert["sha256"] == fingerprint(served, hashes.SHA256)
    assert cert["sha1"] == fingerprint(served, hashes.SHA1)
    assert cert["keyType"] == "ecdsa-p256"
    assert cert["differences"] == []
    assert cert["chain"][0]["subject"] == cert["issuer"]
    text = run(live, "show", NAME, "--live").out
    for key in ("issuer", "serial", "notBefore", "notAfter", "sha256"):
        assert cert[key] in text
    pem = run(live, "show", NAME, "--pem")
    assert pem.out == live.live(NAME)[0].read_text()
    missing = run(live, "show", NAME, "--pending")
    assert (missing.status, missing.out) == (2, "")
    assert "no pending certificate" in missing.err


def test_show_marks_what_differs(live):
    live.stop()
    live.configure("ACMEReload none\nACMEKeyType rsa-2048" + PLAIN
                   + site(NAME, "three.example.org"))
    live.start()
    assert statuses(live)  # it listens before it has started
    differences = run(live, "show", NAME, "--live", "--json").json()[
        "live"]["differences"]
    assert differences == [
        "three.example.org is configured and not in it",
        f"{ALIAS} is in it and not configured",
        "its key is ecdsa-p256, ACMEKeyType is rsa-2048"]


# --- what is pending ---------------------------------------------------------

def test_show_and_discard_what_is_pending(pending):
    httpd = pending
    assert run(httpd, "show", NAME, "--live").status == 2
    told = run(httpd, "show", NAME, "--json").json()
    assert list(told) == ["pending"]
    assert set(told["pending"]["names"]) == {NAME, ALIAS}
    assert run(httpd, "show", NAME).out.startswith("pending")
    answer = run(httpd, "discard", NAME)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{NAME}: the pending certificate is discarded\n"
    assert not (httpd.store / "staging" / NAME / "set").exists()
    again = run(httpd, "discard", NAME, "--json")
    assert again.status == 2
    assert "no pending certificate" in again.json()["error"]["what"]
    assert run(httpd, "deploy", NAME).status == 2


def test_the_server_knows_what_was_discarded(pending, pebble):
    """And orders another one by itself tomorrow, not at once."""
    httpd = pending
    assert statuses(httpd)[NAME]["State"] == "staged"
    assert run(httpd, "discard", NAME).status == 0
    httpd.wait_log(f"{NAME}: the pending certificate was discarded")
    told = httpd.require(lambda: statuses(httpd)[NAME]["State"] != "staged"
                         and statuses(httpd)[NAME], 20, "another state")
    assert "somebody discarded it" in told["NextActionReason"]
    assert list((httpd.store / "requests").iterdir()) == []
    httpd.graceful()
    httpd.require(httpd.worker, 20, "worker after the restart")
    assert orders(pebble) == 1
    assert run(httpd, "sign", NAME).status == 0
    assert orders(pebble) == 2


def test_discard_while_httpd_is_stopped(pending):
    pending.stop()
    assert run(pending, "discard", NAME).status == 0
    assert run(pending, "show", NAME).status == 2
    pending.start()
    pending.wait_log(f"{NAME}: the pending certificate was discarded")


# --- sign --------------------------------------------------------------------

def test_sign_and_deploy_by_hand(by_hand, pebble):
    httpd = by_hand
    assert run(httpd, "show", NAME).status == 2
    assert pebble.requests("POST /order-plz") == 0
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    shown = run(httpd, "show", NAME, "--json").json()
    serial = shown["pending"]["serial"]
    assert re.fullmatch(rf"{NAME}: issued, serial {serial}, valid until "
                        r"\S+; it is pending\n", answer.out)
    assert not httpd.live(NAME)[0].exists()
    assert "restarts for it by itself" in run(httpd, "deploy", NAME).out
    httpd.wait_live(NAME)
    assert run(httpd, "show", NAME, "--json").json()["live"]["serial"] \
        == serial


def test_sign_that_fails(by_hand):
    httpd = by_hand
    httpd.announce("AE040: blocked.example: ")
    answer = run(httpd, "sign", "blocked.example")
    assert (answer.status, answer.out) == (1, "")
    assert "rejectedIdentifier" in answer.err
    assert "Remove the name from the certificate" in answer.err


def test_sign_without_httpd(by_hand):
    """The request is kept, and heard when httpd starts."""
    httpd = by_hand
    httpd.stop()
    answer = run(httpd, "sign", NAME)
    assert (answer.status, answer.out) == (1, "")
    assert "httpd does not run" in answer.err
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")


def test_two_that_sign_get_one_order(by_hand, pebble):
    httpd = by_hand
    with concurrent.futures.ThreadPoolExecutor() as both:
        answers = list(both.map(lambda _: run(httpd, "sign", NAME), range(2)))
    assert [answer.status for answer in answers] == [0, 0]
    assert answers[0].out == answers[1].out
    assert orders(pebble) == 1


def test_deploy(pending):
    httpd = pending
    serial = run(httpd, "show", NAME, "--json").json()["pending"]["serial"]
    answer = run(httpd, "deploy", NAME)
    assert (answer.status, answer.err) == (0, "")
    assert re.fullmatch(rf"{NAME}: serial {serial} is approved, .*"
                        r"apachectl graceful\n", answer.out)
    httpd.graceful()
    httpd.wait_live(NAME)
    assert run(httpd, "show", NAME, "--json").json()["live"]["serial"] == \
        serial


def test_deploy_of_what_does_not_fit(pending):
    """The configuration has changed since it was signed."""
    httpd = pending
    httpd.stop()
    catalog = json.loads((httpd.store / "config.json").read_text())
    catalog["certificates"][0]["names"].append("three.example.org")
    (httpd.store / "config.json").write_text(json.dumps(catalog))
    answer = run(httpd, "deploy", NAME)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(r"cannot go live: .*three\.example\.org.*; .*discard",
                     answer.err)
    assert list((httpd.store / "requests").iterdir()) == []
