"""httpd killed, or its disk full, at each change of the disk that a deployment
without a restart makes, and at each step by which it gets into shared memory:
what is live is whole, and is served in the end."""

import contextlib
import shutil

import pytest

from lab.damage import copy_store
from lab.hostile import KILLED
from lab.hot import HASTE, HOT, STEADY, Company, begin
from lab.httpd import Httpd
from lab.moments import at_each_moment
from lab.process import wait_until
from lab.sites import secure

NAME = "one.example.org"
BODY = HOT + STEADY["event"] + secure(NAME)
EXPECTED = [*KILLED, "AE054: ",
            r"AE(0\d\d|109): .*No space left on device",
            "Bad file descriptor: AH00468: error closing socket"]


@pytest.fixture
def base(make_httpd):
    """The CA and the store of a server that has deployed one."""
    company = begin(make_httpd(BODY), HASTE)
    company.deploy(NAME)
    company.httpd.stop()
    return company


class Row:
    """A copy of that, and a fault of the parent at one moment."""

    def __init__(self, base, place, moment, how):
        self.how = how
        self.place = place / f"{how}-{moment}"
        self.place.mkdir()
        self.mark = self.place / "mark"
        self.fault = f"{moment}:{self.mark}:parent:{how}"
        self.httpd = Httpd(self.place / "httpd", BODY)
        self.httpd.announce(*EXPECTED)
        self.httpd.haste = HASTE
        copy_store(base.httpd.store, self.httpd.store)
        self.company = Company(self.httpd, base.authority)
        self.former = base.live(NAME)
        self.left = None  # what children served whose parent was killed

    def go(self):
        try:
            self._start()
            self._deploy()
        finally:
            self.httpd.stop()
        assert self.httpd.unannounced() == []
        assert self.httpd.secrets() == []
        shutil.rmtree(self.place / "httpd")
        self.amid = self.amid and self.mark.exists()
        return self.mark.exists()

    def _start(self):
        try:
            self.httpd.start(ACME_EDGE_FAULT=self.fault)
        except RuntimeError:  # killed before it listened
            assert self._is_dead()
            self.httpd.start()
        wait_until(lambda: self.httpd.worker() or self._is_dead()
                   or self._is_without_store(), 30, "worker")
        if self._is_without_store():
            self.httpd.graceful()

    def _is_dead(self):
        """By the kill, and nothing else."""
        if self.httpd.process.running():
            return False
        assert self.how == "kill" and self.mark.exists()
        return True

    def _is_without_store(self):
        return "AE070: the store cannot be used" in self.httpd.log()

    def _deploy(self):
        self.amid = not self.mark.exists()
        serial = self.company.stage(NAME)
        wait_until(lambda: self._is_dead()
                   or self.company.serves(NAME, serial), 60,
                   "certificate, or kill")
        if self._is_dead():
            if self.amid:
                self.left = self.company.served(NAME)
                assert self.left in (self.former, serial)
            with contextlib.suppress(ProcessLookupError):
                self.httpd.kill()  # the children, who go on without it
            self._require_whole()
            self.httpd.start()
        self.httpd.require(lambda: self.company.serves(NAME, serial), 60,
                           "certificate")
        assert self.company.live(NAME) == serial

    def _require_whole(self):
        """Both files, or a directory that the next start puts there."""
        files = self.httpd.live(NAME)
        assert not files[0].parent.exists() \
            or all(path.exists() for path in files)


def rows_at(base, place, how, kind=""):
    """One for each moment that came, in their order."""
    rows = {}

    def go(moment):
        rows[moment] = Row(base, place, f"{moment}{kind}", how)
        return rows[moment].go()
    return [rows[moment] for moment in at_each_moment(go)]


def amid(rows):
    """Those with children at work."""
    return [row for row in rows if row.amid]


@pytest.mark.parametrize("how", ["kill", "ENOSPC"])
def test_at_each_change_of_the_disk(base, place, how):
    assert len(amid(rows_at(base, place, how))) >= 10


def test_at_each_step_into_the_slot(base, place):
    """Nothing of it yet, a half, all of it; and one that is said to be there:
    that alone is served by those who go on without their parent."""
    rows = amid(rows_at(base, place, "kill", "m"))
    assert [row.left == row.former for row in rows] == [True] * 3 + [False]
