"""The disk fails at each single change of it, once: nothing half written is
ever live, what was live stays, and the next start or attempt goes on."""

import pytest

from lab import client
from lab.damage import copy_store
from lab.httpd import Httpd
from lab.moments import at_each_moment
from lab.pebble import Pebble
from lab.process import answers, free_port, wait_until
from lab.sites import secure, site

NAME = "one.example.org"
BOTH = {NAME, "two.example.org"}

# How a full disk is told, wherever it shows.
TOLD = r"AE0(4\d|53|68|7\d|8[38]): .*No space left on device"


def leftovers(httpd):
    """What a write that failed may not leave behind."""
    return [path for path in httpd.store.rglob(".tmp-*")]


class Row:
    """One server with a fault at one moment of its disk."""

    def __init__(self, place, moment, whom, how):
        self.place = place / f"{whom}-{how}-{moment}"
        self.place.mkdir()
        self.place.chmod(0o777)  # children create the mark too
        self.mark = self.place / "mark"
        self.fault = f"{moment}:{self.mark}:{whom}:{how}"
        self.how = how

    def came(self):
        return self.mark.exists()

    def start(self, httpd, works):
        """Start it; a server that was killed at that is started again. It
        listens before it `works`."""
        httpd.announce(TOLD)
        try:
            httpd.start(ACME_EDGE_FAULT=self.fault)
            httpd.require(works, 30, "server at work")
        except RuntimeError:
            assert self.how == "kill" and self.came()
            httpd.start()
            httpd.require(works, 30, "server at work")

    def judge(self, httpd):
        cert, key = httpd.live(NAME)
        assert cert.exists() and key.exists()
        assert httpd.unannounced() == []
        assert httpd.secrets() == []
        if self.how != "kill":  # the worker may be writing just now
            wait_until(lambda: not leftovers(httpd), 10, "tidy store")


def served(httpd, root):
    """The names of the certificate that is served and holds."""
    try:
        return client.names_of(client.certificate(httpd.https, NAME, root))
    except OSError:
        return None


# --- the parent: a start with a certificate that waits for it ---------------

ALONE = f"ACMEReload none\n{site(NAME)}"
TOGETHER = f"ACMEReload none\n{site(*sorted(BOTH))}"


@pytest.fixture
def waiting(make_httpd, make_pebble):
    """A store with a live certificate, and another one staged."""
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_VA_ALWAYS_VALID": "1"})
    httpd = make_httpd(ALONE, pebble=pebble, http=http).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.graceful()
    httpd.wait_live(NAME)
    httpd.configure(TOGETHER)
    httpd.graceful()
    httpd.wait_log(f"{NAME}: certificate issued", count=2)
    httpd.stop()
    return httpd.store, pebble


def deploy(row, store, pebble, root):
    httpd = Httpd(row.place / "httpd", TOGETHER, pebble=pebble)
    copy_store(store, httpd.store)
    staged = httpd.store / f"staging/{NAME}/set"
    try:
        row.start(httpd, lambda: served(httpd, root))
        if served(httpd, root) != BOTH:
            assert row.came()
            httpd.wait_log(TOLD, seconds=5)
            httpd.graceful()
            httpd.require(lambda: served(httpd, root) == BOTH, 30,
                          "certificate that was staged")
        if staged.exists():  # it is live already: the next start tells
            assert row.came()
            httpd.graceful()
            httpd.require(lambda: not staged.exists(), 30, "end of staging")
        row.judge(httpd)
    finally:
        httpd.stop()
    return row.came()


@pytest.mark.parametrize("how", ["ENOSPC", "kill"])
def test_at_each_change_by_the_parent(place, waiting, how):
    store, pebble = waiting
    root = pebble.root()
    requests = pebble.requests("POST /order-plz")
    came = at_each_moment(lambda moment: deploy(
        Row(place, moment, "parent", how), store, pebble, root))
    print(f"parent, {how}: {came}")
    assert len(came) >= 20
    assert pebble.requests("POST /order-plz") == requests


# --- the worker: from the first start to the first certificate --------------

def issue(row, pebble, root):
    httpd = Httpd(row.place / "httpd", ALONE, pebble=pebble)
    staged = httpd.store / f"staging/{NAME}/set"
    try:
        row.start(httpd, lambda: answers(httpd.https))
        httpd.require(lambda: row.came() or staged.exists(), 60,
                      "fault or certificate")
        # What has failed waits for a minute, or for another configuration.
        httpd.common = httpd.common.replace("admin@", "master@")
        httpd.configure(ALONE)
        httpd.graceful()
        httpd.require(lambda: staged.exists() or served(httpd, root), 60,
                      "certificate")
        if staged.exists():
            httpd.graceful()
        httpd.require(lambda: served(httpd, root) == {NAME}, 60,
                      "certificate that is served")
        row.judge(httpd)
    finally:
        httpd.stop()
    return row.came()


def test_at_each_change_by_the_worker(place, started):
    """One account and one certificate each, whatever was not written down."""
    pebble = Pebble(place / "pebble", free_port(),
                    environment={"PEBBLE_VA_ALWAYS_VALID": "1",
                                 "PEBBLE_WFE_NONCEREJECT": "0"})
    started.append(pebble)
    root = pebble.root()
    rows = []

    def run(moment):
        rows.append(Row(place, moment, "child", "ENOSPC"))
        return issue(rows[-1], pebble, root)

    came = at_each_moment(run, first=13)
    print(f"worker: {came}")
    assert len(came) >= 20
    assert pebble.requests("There are now") >= 1
    assert pebble.requests(f"There are now {len(rows)} accounts") == 1
    assert pebble.requests(f"There are now {len(rows) + 1} accounts") == 0
    assert pebble.requests("POST /finalize-order") == len(rows)
