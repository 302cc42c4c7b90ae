"""acme-edge account: what each of its verbs says and how it ends."""

import concurrent.futures
import json
import re
import shutil
import subprocess

import pytest

from lab.command import PROGRAM, run
from lab.damage import fill
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
        "pausedUntil": None, "damage": None, "rolloverUnderWay": False,
        "certificates": [NAME]}
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
VERBS = [("list",), ("update",), ("rollover",), ("deactivate", "--force")]


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


# --- update ------------------------------------------------------------------

def test_update(live, pebble):
    answer = run(live, "account", "update")
    assert (answer.status, answer.err) == (0, "")
    assert record(live)["account"] in answer.out
    assert "mailto:admin@example.org" in answer.out
    assert pebble.requests("POST /my-account/") == 1
    live.configure("ACMEReload none\nACMEEmail root@example.org" + PLAIN
                   + site(NAME))
    live.graceful()
    live.wait_log("the worker has begun", count=2)
    told = run(live, "account", "update", place(live).name, "--json")
    assert told.status == 0
    assert "mailto:root@example.org" in told.json()["done"]
    assert pebble.requests("POST /my-account/") == 2
    assert accounts(live)[0]["contacts"] == ["mailto:root@example.org"]


def test_an_update_that_the_ca_refuses(live):
    """Pebble takes two contacts at most."""
    live.announce("AE061")
    live.configure(
        "ACMEReload none" + PLAIN
        + "".join(site(f"n{i}.example.org", inside=f"ACMEEmail {i}@a.example")
                  for i in range(3)) + site(NAME))
    live.announce("AE060")
    live.graceful()
    live.wait_log("the worker has begun", count=2)
    answer = run(live, "account", "update")
    assert (answer.status, answer.out) == (1, "")
    assert re.search("too many contacts.*; .*ACMEEmail", answer.err)


# --- rollover ----------------------------------------------------------------

def next_key(httpd):
    return place(httpd) / "account.key.next"


def test_rollover(live, pebble):
    (before,) = accounts(live)
    kept = (place(live) / "account.key").read_bytes()
    answer = run(live, "account", "rollover")
    assert (answer.status, answer.err) == (0, "")
    (after,) = accounts(live)
    assert after["thumbprint"] != before["thumbprint"]
    assert after["thumbprint"] in answer.out
    assert {**after, "thumbprint": None} == {**before, "thumbprint": None}
    assert (place(live) / "account.key").read_bytes() != kept
    assert not next_key(live).exists()
    goes_on(live, pebble)
    # And with the worker that finds the key in the store.
    live.graceful()
    live.wait_log("the worker has begun", count=2)
    goes_on(live, pebble)


def goes_on(httpd, pebble):
    """A certificate is ordered with the same account."""
    account = record(httpd)["account"]
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    assert record(httpd)["account"] == account
    said = pebble.process.said()
    assert set(re.findall(r"There are now (\d+) accounts", said)) == {"1"}


def test_rollover_beside_orders(make_httpd, make_pebble):
    """Key authorizations are of the key that the account has."""
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0",
                                            "PEBBLE_VA_NOSLEEP": "0"})
    hosts = [f"n{i}.example.org" for i in range(4)]
    httpd = make_httpd("ACMEReload none" + PLAIN
                       + "".join(site(host) for host in hosts),
                       pebble=pebble, http=http).start()
    httpd.wait_log("POST /order-plz|newOrder", seconds=30)
    httpd.require(lambda: list(httpd.store.glob("accounts/*/account.json")),
                  30, "account")
    before = record(httpd)["key"]
    answer = run(httpd, "account", "rollover")
    assert (answer.status, answer.err) == (0, "")
    assert record(httpd)["key"] != before
    for host in hosts:
        httpd.wait_log(f"{host}: certificate issued")
    assert run(httpd, "sign", hosts[0]).status == 0


# --- deactivate --------------------------------------------------------------

def test_deactivate(live, pebble):
    (before,) = accounts(live)
    refused = run(live, "account", "deactivate")
    assert (refused.status, refused.out) == (1, "")
    assert re.search(rf"is in use: {NAME} is ordered there; .*--force",
                     refused.err)
    assert accounts(live) == [before]
    answer = run(live, "account", "deactivate", "--force")
    assert (answer.status, answer.err) == (0, "")
    assert before["account"] in answer.out
    assert "the next order opens another account" in answer.out
    (after,) = accounts(live)
    assert after["state"] == "deactivated"
    assert after["account"] == before["account"]
    assert (place(live) / "account.key.deactivated").exists()
    for verb in ("update", "rollover", "deactivate"):
        again = run(live, "account", verb)
        assert (again.status, again.out) == (2, ""), verb
        assert "was deactivated; the next order opens one" in again.err
    assert run(live, "sign", NAME).status == 0
    (new,) = accounts(live)
    assert new["state"] == "valid"
    assert new["account"] != before["account"]
    assert "There are now 2 accounts" in pebble.process.said()


def test_deactivate_what_nobody_uses(live):
    """Its CA is configured no more."""
    before = record(live)
    old = place(live).name
    live.announce("AE054: ")
    live.configure("ACMERenew manual\nACMEProvider https://127.0.0.1:1/dir"
                   + PLAIN + site(NAME))
    live.graceful()
    live.wait_log("the worker has begun", count=2)
    answer = run(live, "account", "deactivate", old)
    assert (answer.status, answer.err) == (0, "")
    assert before["account"] in answer.out
    states = {one["provider"]: one["state"] for one in accounts(live)}
    assert states[old] == "deactivated"


# --- nobody there ------------------------------------------------------------

CHANGES = [("update",), ("rollover",), ("deactivate", "--force")]


def test_without_httpd(live):
    """Nothing is changed, now or later."""
    before = accounts(live)
    live.stop()
    with concurrent.futures.ThreadPoolExecutor() as all_of_them:
        answers = list(all_of_them.map(
            lambda verb: run(live, "account", *verb), CHANGES))
    for answer in answers:
        assert (answer.status, answer.out) == (1, "")
        assert "httpd does not run" in answer.err
        assert "nothing was done" in answer.err
    assert list((live.store / "requests").iterdir()) == []
    assert accounts(live) == before


def test_a_full_disk(make_httpd, pebble, small_disk):
    httpd = make_httpd(f"ACMEStore {small_disk}/acme\nACMEReload none\n"
                       + PLAIN + site(NAME), pebble=pebble)
    httpd.store = small_disk / "acme"
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    before = accounts(httpd)
    fill(small_disk / "ballast")
    for verb in CHANGES:
        answer = run(httpd, "account", *verb)
        assert (answer.status, answer.out) == (1, ""), verb
        assert "No space left on device" in answer.err
    assert list((httpd.store / "requests").iterdir()) == []
    assert accounts(httpd) == before
    (small_disk / "ballast").unlink()
    assert run(httpd, "account", "rollover").status == 0
    httpd.stop()  # its disk goes first


def test_before_there_is_one(make_httpd, pebble):
    httpd = make_httpd("ACMERenew manual\n" + PLAIN + site(NAME),
                       pebble=pebble)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    for verb in CHANGES:
        answer = run(httpd, "account", *verb, "--json")
        assert answer.status == 2, verb
        assert answer.json()["error"]["next"] == "the next order opens one"
    assert not list(httpd.store.glob("accounts/*/account.key"))
