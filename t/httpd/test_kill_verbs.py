"""Rollback, import and csr killed, or out of space, at each change of the disk,
and then the server at each change of the deployment: the store is as before or
as after, never between, and the same again comes to the end."""

import pathlib
import shutil
import signal

import pytest

from lab import client
from lab.authority import Authority, pem
from lab.command import run
from lab.damage import copy_store
from lab.hostile import KILLED
from lab.httpd import Httpd
from lab.moments import at_each_moment
from lab.process import wait_until
from lab.sites import site

NAME = "one.example.org"
BODY = f"ACMERenew manual\nACMEDeploy manual\nACMEReload none\n{site(NAME)}"
EXPECTED = [*KILLED, "AE054: "]


class Base:
    """A store on its second certificate, and a third one in a file."""

    def __init__(self, httpd, place):
        self.authority = Authority()
        self.trust = place / "root.pem"
        self.trust.write_bytes(pem(self.authority.root))
        self.file = place / "third.pem"
        self.csr = run(httpd, "csr", NAME).out
        self.first = self._deploy(httpd)
        self.second = self._deploy(httpd)
        self.third = self._sign()
        httpd.stop()
        self.store = httpd.store

    def _sign(self):
        cert = self.authority.sign(self.csr)
        self.file.write_bytes(pem(cert, self.authority.intermediate))
        return cert

    def _deploy(self, httpd):
        cert = self._sign()
        assert run(httpd, *self.words("import")).status == 0
        assert run(httpd, "deploy", NAME).status == 0
        httpd.graceful()
        httpd.require(lambda: self.served(httpd) == cert, 30, "certificate")
        httpd.require(httpd.worker, 20, "worker")
        return cert

    def words(self, verb):
        files = [self.file, "--trust", self.trust] if verb == "import" else []
        return verb, NAME, *files

    def brings(self, verb):
        return {"rollback": self.first, "import": self.third}[verb]

    def served(self, httpd):
        try:
            return client.certificate(httpd.https, NAME,
                                      pem(self.authority.root).decode())
        except OSError:
            return None


@pytest.fixture
def base(make_httpd, place):
    httpd = make_httpd(BODY)
    httpd.announce(*EXPECTED)
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    return Base(httpd, place)


def asked(httpd):
    """Requests without what a killed write left, which waits for an hour."""
    return list((httpd.store / "requests").glob("[!.]*"))


class Row:
    """A copy of that store, and a fault at one moment."""

    def __init__(self, base, place, moment, whom, how):
        self.base = base
        self.place = place / f"{whom}-{how}-{moment}"
        self.place.mkdir()
        self.place.chmod(0o777)  # children create the mark too
        self.mark = self.place / "mark"
        self.how = how
        self.fault = {"ACME_EDGE_FAULT": f"{moment}:{self.mark}:{whom}:{how}"}
        self.httpd = Httpd(self.place / "httpd", BODY)
        self.httpd.announce(*EXPECTED)
        copy_store(base.store, self.httpd.store)

    def came(self):
        return self.mark.exists()

    def pending(self):
        """The serial of what is staged whole: `show` opens its key too."""
        answer = run(self.httpd, "show", NAME, "--pending", "--json")
        assert answer.status in (0, 2), answer.err
        return int(answer.json()["pending"]["serial"], 16) \
            if answer.status == 0 else None

    def live(self):
        answer = run(self.httpd, "show", NAME, "--live", "--json")
        return int(answer.json()["live"]["serial"], 16)

    def approved(self):
        return (self.httpd.store / f"requests/{NAME}.deploy").exists()

    def interrupt(self, *words):
        """Run it with the fault. @return whether it says it is done"""
        answer = run(self.httpd, *words, environment=self.fault)
        if not self.came():
            assert answer.status == 0, answer.err
        elif self.how == "kill":
            assert answer.status == -signal.SIGKILL
        elif answer.status:
            assert "No space left on device" in answer.err
            assert list(self.httpd.store.rglob(".tmp-*")) == []
        return answer.status == 0

    def serves(self, cert):
        """Start, and see what comes of it."""
        self.httpd.start()
        self.settles(cert)

    def settles(self, cert):
        httpd = self.httpd
        httpd.require(lambda: self.base.served(httpd) == cert, 40,
                      "certificate that is served")
        httpd.require(lambda: not asked(httpd), 40,
                      "requests that had their answer")
        assert self.pending() is None
        assert not (httpd.store / "archive/incoming").exists()
        assert httpd.unannounced() == []
        assert httpd.secrets() == []


# --- the command -------------------------------------------------------------

def stage(row, verb):
    base = row.base
    wanted = base.brings(verb).serial_number
    done = row.interrupt(*base.words(verb))
    found = row.pending()
    assert found in (None, wanted)
    assert row.live() == base.second.serial_number
    if found and verb == "rollback":
        assert row.approved()
    if row.how != "kill":
        assert done == (found is not None)
        assert done or asked(row.httpd) == []
    try:
        assert run(row.httpd, *base.words(verb)).status == (2 if found else 0)
        assert run(row.httpd, "deploy", NAME).status == 0
        row.serves(base.brings(verb))
    finally:
        row.httpd.stop()
    shutil.rmtree(row.place / "httpd")
    return row.came()


@pytest.mark.parametrize("how", ["kill", "ENOSPC"])
@pytest.mark.parametrize("verb", ["rollback", "import"])
def test_the_command(base, place, verb, how):
    came = at_each_moment(lambda moment: stage(
        Row(base, place, moment, "child", how), verb))
    print(f"{verb}, {how}: {came}")
    assert len(came) >= 9


def make_request(row):
    """A first one, of a key that is made for it."""
    kept = row.httpd.store / f"kept/{NAME}"
    shutil.rmtree(kept)
    row.interrupt("csr", NAME)
    before = run(row.httpd, "show", NAME, "--csr", "--pem")
    assert before.status in (0, 2), before.err
    again = run(row.httpd, "csr", NAME)
    assert again.status == 0, again.err
    assert before.out in ("", again.out)
    assert run(row.httpd, "show", NAME, "--csr", "--pem").out == again.out
    return row.came()


@pytest.mark.parametrize("how", ["kill", "ENOSPC"])
def test_csr(base, place, how):
    came = at_each_moment(lambda moment: make_request(
        Row(base, place, moment, "child", how)))
    assert len(came) >= 3


# --- the deployment that follows ---------------------------------------------

def start(row):
    """With the fault; whoever is dead then starts again. A worker cannot kill
    the parent, which is root's."""
    httpd = row.httpd

    def over():
        return not httpd.process.running() or not asked(httpd)

    try:
        httpd.start(**row.fault)
        wait_until(over, 40, "kill, or an end without")
    except RuntimeError:  # killed before it listened
        assert row.came()
    if not httpd.process.running():
        assert row.came()
        httpd.start()


def is_whole(store):
    """Any moment's live/ is a pair, or what recovers it is there."""
    live = pathlib.Path(store) / f"live/{NAME}"
    return not live.exists() or {"ecdsa-p256.cert", "ecdsa-p256.key"} <= {
        path.name for path in live.iterdir()}


def deploy(row, verb):
    base = row.base
    try:
        assert run(row.httpd, *base.words(verb)).status == 0
        assert run(row.httpd, "deploy", NAME).status == 0
        start(row)
        assert is_whole(row.httpd.store)
        row.settles(base.brings(verb))
        kept = list((row.httpd.store / f"archive/{NAME}").glob("[0-9]*"))
        assert len(kept) == 2
    finally:
        row.httpd.stop()
    shutil.rmtree(row.place / "httpd")
    return row.came()


@pytest.mark.parametrize("whom", ["parent", "child", "all"])
@pytest.mark.parametrize("verb", ["rollback", "import"])
def test_the_deployment(base, place, verb, whom):
    came = at_each_moment(lambda moment: deploy(
        Row(base, place, moment, whom, "kill"), verb))
    print(f"deployment after {verb}, {whom}: {came}")
    assert len(came) >= (3 if whom == "child" else 15)
