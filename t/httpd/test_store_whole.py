"""What all certificates of a store depend on, damaged in each way: each row
has a copy of the store and a server of its own. What is live is served in any
case. Either the store is refused, told with the remedy and left as it is, and
all goes on once it is put right; or it is put right by httpd itself."""

import concurrent.futures
import json
import re
import shutil
import stat
import subprocess

import pytest

from lab import client
from lab.damage import (ALL, copy_store, directory, empty, fifo, foreign,
                        garbage, link, missing)
from lab.httpd import Httpd
from lab.process import free_port, wait_until
from lab.sites import site

NAME = "one.example.org"
MORE = "more.example.org"  # to be ordered when all is well
ONE = f"ACMEReload none\n{site(NAME)}"
TWO = ONE + site(MORE)
SIDE_BY_SIDE = 8
PLACES = ("accounts", "staging", "state", "live", "archive", "deploy",
          "fallback", "requests", "kept")


# --- damages of the store as a whole ----------------------------------------

def newer(path):
    kept = json.loads(path.read_text())
    path.write_text(json.dumps({**kept, "version": 99}))


def file_instead(path):
    shutil.rmtree(path)
    path.write_text("a file where a directory should be")


def link_instead(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("/tmp")


def given_away(path):
    shutil.chown(path, "www-data", "www-data")


def taken_away(path):
    shutil.chown(path, "root", "root")


def mode(bits):
    def change(path):
        path.chmod(bits)
    change.__name__ = f"mode_{bits:o}"
    return change


class Row:
    """One server; `path` is where the damage is, below the store."""

    def __init__(self, path, damage):
        self.path, self.damage = path, damage
        self.label = f"{path} {damage.__name__}"

    def find(self, store):
        """The only one of a pattern."""
        if self.path == ".":
            return store
        (found,) = store.glob(self.path)
        return found

    def go(self, place, store, pebble, root):
        httpd = Httpd(place / re.sub(r"\W+", "-", self.label), TWO,
                      pebble=pebble)
        copy_store(store, httpd.store)
        damaged = self.find(httpd.store)
        self.damage(damaged)
        try:
            httpd.start()
            httpd.require(lambda: served(httpd, NAME, root), 30,
                          "live certificate")
            self.judge(httpd, damaged, store)
            assert served(httpd, NAME, root)
            assert httpd.unannounced() == []
            assert httpd.secrets() == []
        except (AssertionError, TimeoutError, RuntimeError) as wrong:
            return f"{self.label}: {str(wrong)[:1000]}"
        finally:
            httpd.stop()
        return None

    def judge(self, httpd, damaged, store):
        raise NotImplementedError


class Refused(Row):
    """No order is made, nothing is changed."""

    def judge(self, httpd, damaged, store):
        told = rf"AE070: .*{damaged}.*; \w.*; \w"
        httpd.announce(told)
        httpd.wait_log(told, 10)
        assert client.ask_tls(httpd.https, MORE).status == 503
        assert not (httpd.store / "staging" / MORE).exists()
        httpd.store.rename(httpd.directory / "damaged")
        copy_store(store, httpd.store)
        httpd.graceful()
        wait_staged(httpd)


class Mended(Row):
    """Put right, and told where that matters."""

    def __init__(self, path, damage, told=None, right=None):
        super().__init__(path, damage)
        self.told = told
        self.right = right  # what the mode is to be

    def judge(self, httpd, damaged, store):
        if self.told:
            told = rf"{self.told}: .*{damaged}"
            httpd.announce(told)
            httpd.wait_log(told, 20)
        wait_staged(httpd)
        if self.right is not None:
            assert stat.S_IMODE(damaged.stat().st_mode) == self.right
        if damaged.exists() and not self.told:
            assert damaged.stat().st_uid == self.find(store).stat().st_uid


class Kept(Row):
    """The key of an account: with it more would be lost than time."""

    def judge(self, httpd, damaged, store):
        told = rf"AE040: {MORE}: .*{damaged}.*; next attempt .*; restore it "
        httpd.announce(told, rf"{self.path}")
        httpd.wait_log(told, 20)
        assert damaged.is_symlink() or damaged.exists()
        assert not (httpd.store / f"staging/{MORE}/set").exists()
        damaged.rename(httpd.directory / "away")
        httpd.common = httpd.common.replace("admin@", "master@")
        httpd.configure(TWO)
        httpd.graceful()
        wait_staged(httpd)


ROWS = [
    *(Refused("store.json", damage) for damage in
      (*ALL, missing, newer, given_away)),
    *(Refused("lock", damage) for damage in (link, directory, fifo)),
    *(Refused(place, damage) for place in PLACES if place != "live"
      for damage in (file_instead, link_instead)),
    Refused(".", given_away),
    *(Mended("lock", damage) for damage in (garbage, missing, taken_away)),
    Mended("store.json", mode(0o644), right=0o600),
    Mended(".", mode(0o777), right=0o755),
    Mended(".", mode(0o700), right=0o711),
    Mended("accounts", mode(0o755), right=0o700),
    Mended("accounts", taken_away),
    Mended("staging", taken_away),
    Mended("kept", mode(0o755), right=0o700),
    Mended("state", taken_away),
    Mended("live", mode(0o777), right=0o755),
    Mended("live", given_away, right=0o755),
    Mended("archive", mode(0o777), right=0o700),
    Mended("deploy", given_away),
    Mended("fallback", mode(0o755), right=0o700),
    *(Mended("accounts/*/account.json", damage, told="AE047")
      for damage in (*ALL, foreign)),
    *(Mended("fallback/key", damage) for damage in (empty, garbage, fifo)),
    Mended("fallback/key", directory, told="AE083"),
    *(Kept("accounts/*/account.key", damage) for damage in (*ALL, foreign)),
]


def served(httpd, name, root):
    try:
        return bool(client.certificate(httpd.https, name, root))
    except OSError:
        return False


def wait_staged(httpd):
    httpd.require((httpd.store / f"staging/{MORE}/set").exists, 40,
                  "certificate in the end")


@pytest.fixture
def issued(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http, environment={
        "PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_WFE_NONCEREJECT": "0"})
    httpd = make_httpd(ONE, pebble=pebble, http=http).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.graceful()
    httpd.wait_live(NAME)
    httpd.stop()
    return httpd, pebble


def test_each_part_with_each_damage(place, issued):
    httpd, pebble = issued
    root = pebble.root()
    orders = pebble.requests("POST /order-plz")
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        wrong = list(filter(None, pool.map(
            lambda row: row.go(place, httpd.store, pebble, root), ROWS)))
    assert not wrong, "\n".join(wrong)
    assert pebble.requests("POST /order-plz") == orders + len(ROWS)
    keys = sum(isinstance(row, Kept) for row in ROWS)
    assert pebble.requests(f"There are now {1 + keys} accounts") == 1
    assert pebble.requests(f"There are now {2 + keys} accounts") == 0


@pytest.fixture
def read_only(issued):
    """The store, as a file system that takes no writes."""
    store = str(issued[0].store)
    subprocess.run(["mount", "--bind", store, store], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", store], check=True)
    yield
    wait_until(lambda: subprocess.run(["umount", store],
                                      check=False).returncode == 0,
               20, "unmounted store")


def test_a_read_only_store(issued, read_only):
    httpd, pebble = issued
    root = pebble.root()
    orders = pebble.requests("POST /order-plz")
    httpd.configure(TWO)
    httpd.announce(rf"AE070: .*{httpd.store}")
    httpd.start()
    httpd.wait_log(rf"AE070: .*{httpd.store}.*Read-only file system; \w")
    httpd.require(lambda: served(httpd, NAME, root), 30, "live certificate")
    assert client.ask_tls(httpd.https, MORE).status == 503
    assert pebble.requests("POST /order-plz") == orders
    subprocess.run(["mount", "-o", "remount,rw,bind", str(httpd.store)],
                   check=True)
    httpd.graceful()
    wait_staged(httpd)
    httpd.stop()
