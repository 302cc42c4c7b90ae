"""acme-edge account: what each of its verbs says and how it ends."""

import json
import re
import shutil
import subprocess

import pytest

from lab.command import PROGRAM, run
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN

NAME = "one.example.org"
OTHER = "two.example.org"


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1",
                                    "PEBBLE_WFE_NONCEREJECT": "0"})


@pytest.fixture
def live(make_httpd, pebble):
    """A server with one certificate and its account."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME),
                       pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.require(httpd.worker, 20, "worker")
    return httpd


def accounts(httpd, *words):
    answer = run(httpd, "account", "list", *words, "--json")
    assert (answer.status, answer.err) == (0, "")
    return answer.json()["accounts"]


def place(httpd):
    """Where the one account that there is lies."""
    (found,) = (httpd.store / "accounts").iterdir()
    return found


def record(httpd):
    return json.loads((place(httpd) / "account.json").read_text())


# --- how it is called --------------------------------------------------------

@pytest.mark.parametrize("words", [
    ("account",), ("account", "lis"), ("account", "list", "a", "b"),
    ("account", "list", "--pem"), ("accoun", "list"), ("account list",),
    ("help", "account", "lis"), ("help", "account", "list", "x")])
def test_words_that_make_no_sense(words):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (64, "")
    assert re.search(r"^usage: acme-edge ", done.stderr, re.M)


def test_help_on_all_of_them():
    said = subprocess.run([PROGRAM, "account", "--help"], capture_output=True,
                          text=True, check=True).stdout
    assert "account list [PROVIDER]" in said
    assert "status" not in said.split("Exit status")[0]


# --- list --------------------------------------------------------------------

def test_list(live, pebble):
    (account,) = accounts(live)
    kept = record(live)
    assert account == {
        "provider": place(live).name, "state": "valid",
        "directory": pebble.url, "account": kept["account"],
        "contacts": ["mailto:admin@example.org"], "terms": kept["terms"],
        "keyType": "ecdsa-p256", "thumbprint": kept["key"],
        "pausedUntil": None, "damage": None, "certificates": [NAME]}
    answer = run(live, "account", "list")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines()[0].split() == ["provider",
                                                  account["provider"]]
    for key in ("account", "directory", "terms", "keyType", "thumbprint"):
        assert account[key] in answer.out
    assert f"  certificates      {NAME}\n" in answer.out


def test_list_of_one(live, pebble):
    by_url = accounts(live, pebble.url)
    assert by_url == accounts(live, by_url[0]["provider"])
    answer = run(live, "account", "list", "zerossl")
    assert (answer.status, answer.out) == (1, "")
    assert re.fullmatch(r"acme-edge: There is no provider zerossl: .*"
                        rf"{by_url[0]['provider']}; .*\n", answer.err)


def test_list_without_httpd(live):
    before = accounts(live)
    live.stop()
    assert accounts(live) == before


def test_list_before_there_is_one(make_httpd, pebble):
    httpd = make_httpd("ACMERenew manual\n" + PLAIN + site(NAME) + site(OTHER),
                       pebble=pebble)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require((httpd.store / "config.json").exists, 20, "catalog")
    (account,) = accounts(httpd)
    assert account["state"] == "none"
    assert account["account"] is account["keyType"] is None
    assert account["certificates"] == [NAME, OTHER]


def test_list_of_what_is_damaged(live):
    live.stop()
    (place(live) / "account.key").write_text("rubbish")
    (account,) = accounts(live)
    assert account["state"] == "damaged"
    assert "backup" in account["damage"]
    answer = run(live, "account", "list")
    assert answer.status == 0 and "restore it from a backup" in answer.out


# --- what must fail ----------------------------------------------------------

# Those with nothing but a provider behind them.
VERBS = [("list",)]


def test_a_store_of_another_version(live):
    live.stop()
    head = live.store / "store.json"
    kept = json.loads(head.read_text())
    head.write_text(json.dumps({**kept, "version": 99}))
    for verb in VERBS:
        answer = run(live, "account", *verb)
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.search(r"store\.json is of version 99: .*; install",
                         answer.err)


def test_an_ordinary_user(live):
    program = shutil.copy(PROGRAM, live.directory)
    for verb in VERBS:
        answer = run(live, "account", *verb, program=program,
                     user="www-data")
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.search(r"Cannot read the store .*: .*; .*root", answer.err)
