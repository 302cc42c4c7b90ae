"""acme-edge: what each verb says and how it ends, beside a real server."""

import json
import re
import shutil
import subprocess

import pytest

from lab import client
from lab.command import PROGRAM, run
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, PLAIN, statuses

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
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid"
                  and httpd.worker(), 20, "worker at rest")
    return httpd


@pytest.fixture
def pending(make_httpd, pebble):
    """A server whose first certificate waits to be deployed."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME, ALIAS),
                       pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    return httpd


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
    verbs = [verb["verb"] for verb in json.loads(said("help", "--json"))]
    assert "status" in verbs
    for verb in verbs:
        assert f"  {verb}" in whole
        assert said("help", verb).startswith("usage: acme-edge ")
        assert said("help", verb) == said(verb, "--help")


# --- status ------------------------------------------------------------------

def test_status_says_what_the_server_says(live):
    httpd = live
    table = run(httpd, "status")
    assert (table.status, table.err) == (0, "")
    head, line = table.out.splitlines()
    assert head.split() == ["CERTIFICATE", "STATE", "VALID", "UNTIL", "NEXT",
                            "ACTION", "AT"]
    facts = statuses(httpd)[NAME]
    assert line.split() == [NAME, "valid", facts["NotAfter"], "renew",
                            facts["NextActionAt"]]
    whole = run(httpd, "status", ALIAS).out
    for key in ("Serial", "Provider", "NextActionReason", "LastDeployText"):
        assert facts[key] in whole
    told = run(httpd, "status", "--json").json()
    assert told["worker"] == "active"
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


# --- what must fail ----------------------------------------------------------

# Those that look a certificate up.
LOOKING = ["status"]


def test_a_name_that_does_not_exist(live):
    for verb in LOOKING:
        answer = run(live, verb, "none.example.org")
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.fullmatch(r"acme-edge: There is no certificate "
                            rf"none\.example\.org: .*{NAME}; .*\n",
                            answer.err)
        told = run(live, verb, "none.example.org", "--json")
        assert told.status == 1
        assert NAME in told.json()["error"]["why"]


def test_a_store_of_another_version(live):
    live.stop()
    head = live.store / "store.json"
    kept = json.loads(head.read_text())
    head.write_text(json.dumps({**kept, "version": 99}))
    for verb in LOOKING:
        answer = run(live, verb, NAME)
        assert answer.status == 1
        assert re.search(r"store\.json is of version 99: .*; install",
                         answer.err)


def test_no_store(live):
    live.stop()
    shutil.move(live.store, live.directory / "elsewhere")
    for verb in LOOKING:
        answer = run(live, verb, NAME)
        assert answer.status == 1
        assert re.search(r"There is no store in .*: .*; .*ACMEStore",
                         answer.err)
        assert not live.store.exists()


def test_an_ordinary_user(live):
    """The program may lie where that user cannot read."""
    program = shutil.copy(PROGRAM, live.directory)
    for verb in LOOKING:
        answer = run(live, verb, NAME, program=program, user="www-data")
        assert answer.status == 1
        assert re.search(r"Cannot read the store .*: .*; .*root", answer.err)
