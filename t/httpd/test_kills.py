"""Killed at each change of the disk: the same order is finished, with one
account and one key, and nothing half written is ever live."""

import re

import pytest

from lab import client
from lab.hostile import KILLED
from lab.httpd import Httpd
from lab.moments import at_each_moment
from lab.pebble import Pebble
from lab.process import free_port, wait_until
from lab.sites import site

NAME = "one.example.org"


def live_is_whole(httpd):
    cert, key = httpd.live(NAME)
    return cert.exists() == key.exists()


class Run:
    """One issuance with one kill in it, `whom` at `moment`."""

    def __init__(self, place, moment, whom):
        self.place = place / f"{whom}-{moment}"
        self.place.mkdir(mode=0o755)
        self.place.chmod(0o755)
        self.mark = self.place / "mark"
        self.mark.parent.chmod(0o777)  # children create it too
        self.fault = f"{moment}:{self.mark}:{whom}"
        self.whom = whom

    def go(self):
        http = free_port()
        pebble = Pebble(self.place / "pebble", http, environment={
            "PEBBLE_WFE_NONCEREJECT": "0"})
        httpd = Httpd(self.place / "httpd", site(NAME), pebble=pebble,
                      http=http)
        try:
            return self._issue(httpd, pebble)
        finally:
            httpd.stop()
            pebble.stop()

    def _issue(self, httpd, pebble):
        httpd.announce(*KILLED)
        try:
            httpd.start(ACME_EDGE_FAULT=self.fault)
        except RuntimeError:  # killed before it listened
            assert self.mark.exists()
        if self.whom == "all":
            self._survive(httpd)
        httpd.wait_live(NAME)
        root = pebble.root()
        httpd.require(lambda: self._served(httpd, root), 40, "certificate")
        self._judge(httpd, pebble)
        return self.mark.exists()

    def _survive(self, httpd):
        """Wait for the kill, or for the end of an issuance without."""
        def over():
            return not httpd.process.running() or httpd.live(NAME)[0].exists()
        wait_until(over, 60, "kill or certificate")
        if not httpd.process.running():
            assert self.mark.exists(), httpd.process.said()
            assert live_is_whole(httpd)
            httpd.start()

    @staticmethod
    def _served(httpd, root):
        try:
            return client.certificate(httpd.https, NAME, root)
        except OSError:
            return None

    @staticmethod
    def _judge(httpd, pebble):
        said = pebble.process.said()
        accounts = re.findall(r"There are now (\d+) accounts", said)
        assert set(accounts) == {"1"}, accounts
        # One whose URL no file could hold yet is made anew.
        assert said.count("POST /order-plz") <= 2
        assert said.count("POST /finalize-order") == 1
        assert live_is_whole(httpd)
        assert httpd.unannounced() == []
        assert httpd.secrets() == []


@pytest.mark.parametrize("whom", ["child", "all"])
def test_killed_at_each_change_of_the_disk(place, whom):
    killed = at_each_moment(lambda moment: Run(place, moment, whom).go())
    print(f"{whom}: killed at {killed}")
    assert len(killed) >= 15
