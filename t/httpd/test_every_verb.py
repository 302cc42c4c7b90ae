"""acme-edge: each verb where nothing can come of it."""

import json
import re
import shutil

import pytest

from lab.authority import Authority, pem
from lab.command import PROGRAM, run
from lab.damage import fill
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN, statuses

NAME = "one.example.org"

# What each is called with behind the certificate's name.
LOOKING = {"status": [], "show": [], "sign": [], "deploy": [], "discard": [],
           "csr": [], "import": ["/etc/hostname"], "rollback": [],
           "revoke": ["--force"], "check": []}
# And those that are about accounts.
ACCOUNT = {"account list": [], "account update": [], "account rollover": [],
           "account deactivate": ["--force"]}

CHANGING = [verb for verb in ACCOUNT if verb != "account list"]


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1"})


@pytest.fixture
def stopped(make_httpd, pebble):
    """The store of a server that ran with one certificate, deployed."""
    httpd = make_httpd(PLAIN + site(NAME), pebble=pebble).start()
    httpd.wait_live(NAME)
    httpd.wait_log("the worker has begun", count=2)
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid", 20,
                  "worker at rest")
    httpd.stop()
    return httpd


def call(httpd, verb, *words, name=NAME, **options):
    named = [name] if verb in LOOKING else []
    more = LOOKING.get(verb, ACCOUNT.get(verb, []))
    return run(httpd, *verb.split(), *named, *more, *words, **options)


def kept(httpd):
    """All that is in the store, and what is in it."""
    return {path: path.read_bytes() for path in httpd.store.rglob("*")
            if path.is_file()}


def test_there_is_no_other_verb(stopped):
    verbs = {verb["verb"] for verb in run(stopped, "help", "--json").json()}
    assert verbs - {"help"} == {*LOOKING, *ACCOUNT}


def test_a_name_that_does_not_exist(stopped):
    before = kept(stopped)
    for verb in LOOKING:
        answer = call(stopped, verb, name="none.example.org")
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.fullmatch(r"acme-edge: There is no certificate "
                            rf"none\.example\.org: .*{NAME}; .*\n",
                            answer.err)
        told = call(stopped, verb, "--json", name="none.example.org")
        assert told.status == 1
        assert NAME in told.json()["error"]["why"]
    for verb in ACCOUNT:
        answer = call(stopped, verb, "nobody")
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.fullmatch(r"acme-edge: There is no provider nobody: .*\n",
                            answer.err)
    assert kept(stopped) == before


def test_a_store_of_another_version(stopped):
    head = stopped.store / "store.json"
    head.write_text(json.dumps({**json.loads(head.read_text()),
                                "version": 99}))
    before = kept(stopped)
    for verb in {**LOOKING, **ACCOUNT}:
        answer = call(stopped, verb)
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.search(r"store\.json is of version 99: .*; install",
                         answer.err)
    assert kept(stopped) == before


def test_no_store(stopped):
    shutil.move(stopped.store, stopped.directory / "elsewhere")
    for verb in {**LOOKING, **ACCOUNT}:
        answer = call(stopped, verb)
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.search(r"There is no store in .*: .*; .*ACMEStore",
                         answer.err)
        assert not stopped.store.exists()


def test_an_ordinary_user(stopped):
    """The program may lie where that user cannot read."""
    program = shutil.copy(PROGRAM, stopped.directory)
    for verb in {**LOOKING, **ACCOUNT}:
        answer = call(stopped, verb, program=program, user="www-data")
        assert (answer.status, answer.out) == (1, ""), verb
        assert re.search(r"Cannot read the store .*: .*; .*root", answer.err)


# What the store alone can answer is answered; nothing is pending, and nothing
# was live before.
STOPPED = {"status": 0, "show": 0, "csr": 0, "account list": 0,
           "deploy": 2, "discard": 2}


def test_httpd_is_stopped(stopped):
    for verb in {**LOOKING, **ACCOUNT}:
        answer = call(stopped, verb)
        assert answer.status == STOPPED.get(verb, 1), verb
        if verb in ("sign", "revoke") or (verb in ACCOUNT and answer.status):
            assert "httpd does not run" in answer.err, verb
    assert [path.name for path in (stopped.store / "requests").iterdir()] \
        == [f"{NAME}.sign"]


@pytest.fixture
def small(make_httpd, pebble, small_disk):
    """A server whose first certificate is pending, on a small disk."""
    httpd = make_httpd(f"ACMEStore {small_disk}/acme\nACMEReload none\n"
                       + PLAIN + site(NAME), pebble=pebble)
    httpd.store = small_disk / "acme"
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    return httpd


def no_room(httpd, verb, *words):
    answer = call(httpd, verb, *words)
    assert (answer.status, answer.out) == (1, ""), verb
    assert "No space left on device" in answer.err, verb


def test_a_full_disk(small, small_disk):
    small.stop()
    fill(small_disk / "ballast")
    before = kept(small)
    for verb in ("sign", "deploy", "csr", *CHANGING):
        no_room(small, verb)
    assert kept(small) == before
    for verb in ("status", "show", "account list", "discard"):
        assert call(small, verb).status == 0, verb


def test_a_full_disk_with_another_certificate(small, small_disk, place):
    """One to be brought back, and one to be imported."""
    small.graceful()
    small.wait_log(f"{NAME}: deployed")
    assert call(small, "sign").status == 0
    small.graceful()
    small.wait_log(f"{NAME}: deployed", count=2)
    small.stop()
    authority = Authority()
    (place / "root.pem").write_bytes(pem(authority.root))
    (place / "cert.pem").write_bytes(
        pem(authority.sign(call(small, "csr").out), authority.intermediate))
    fill(small_disk / "ballast")
    before = kept(small)
    no_room(small, "rollback")
    no_room(small, "revoke")
    answer = run(small, "import", NAME, place / "cert.pem", "--trust",
                 place / "root.pem")
    assert (answer.status, answer.out) == (1, "")
    assert "No space left on device" in answer.err
    assert kept(small) == before
    assert call(small, "csr").status == 0
