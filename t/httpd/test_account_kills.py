"""Killed at each change of the disk while an account changes: it is before or
after, and orders go on with the account that is meant."""

import concurrent.futures

import pytest

from lab.command import run
from lab.hostile import KILLED
from lab.httpd import Httpd
from lab.moments import at_each_moment
from lab.process import free_port, wait_until
from lab.sites import site

NAME = "one.example.org"
ROLLOVER = ("rollover",)
DEACTIVATE = ("deactivate", "--force")


@pytest.fixture
def pebble(make_pebble):
    """One for all of them."""
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1",
                                    "PEBBLE_WFE_NONCEREJECT": "0"})


class Change:
    """One change of an account with one kill in it, at `moment`."""

    def __init__(self, place, pebble, verb, whom, moment):
        self.place = place / f"{verb[0]}-{whom}-{moment}"
        self.place.mkdir(mode=0o777)
        self.place.chmod(0o777)  # children create the mark too
        self.mark = self.place / "mark"
        self.verb = verb
        self.whom = whom
        self.killed = False
        self.fault = {"ACME_EDGE_FAULT":
                      f"{moment}:{self.mark}:"
                      + ("child" if whom == "command" else whom)}
        self.httpd = Httpd(self.place / "httpd",
                           "ACMERenew manual\nACMEDeploy manual\n" + site(NAME),
                           pebble=pebble)
        self.httpd.announce(*KILLED, "AE054: ")

    def go(self):
        try:
            self.httpd.start()
            self.httpd.require(self.httpd.worker, 60, "worker")
            answer = run(self.httpd, "sign", NAME)
            assert answer.status == 0, answer.err
            self._change()
            assert self.httpd.unannounced() == []
            assert self.httpd.secrets() == []
        finally:
            self.httpd.stop()
        return self.killed

    def account(self):
        answer = run(self.httpd, "account", "list", "--json")
        (account,) = answer.json()["accounts"]
        return account

    def _change(self):
        before = self.account()
        if self.whom == "command":
            self._change_killing_the_command()
        else:
            self._change_killing_httpd(before)
        self.killed = self.mark.exists()
        self.mark.touch()  # no kill from here on
        self._judge(before)

    def _change_killing_the_command(self):
        """Whether it was asked for or not, it may be asked for again."""
        killed = run(self.httpd, "account", *self.verb,
                     environment=self.fault)
        assert (killed.status == -9) == self.mark.exists()
        self.httpd.require(
            lambda: not [path for path in self._requests()
                         if path.suffix != ".done"], 30, "answered request")
        again = run(self.httpd, "account", *self.verb)
        done = again.status == 0
        assert done or (again.status == 2 and self.verb == DEACTIVATE)

    def _change_killing_httpd(self, before):
        self.httpd.stop()
        try:
            self.httpd.start(**self.fault)
        except RuntimeError:  # killed before it listened
            assert self.mark.exists()
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            answer = beside.submit(run, self.httpd, "account", *self.verb)
            if self.whom == "all":
                self._survive(answer, before)
            assert answer.result().status == 0, answer.result().err
        assert self._requests() == []

    def _survive(self, answer, before):
        wait_until(lambda: answer.done() or not self.httpd.process.running(),
                   60, "kill or change")
        if not self.httpd.process.running():
            assert self.mark.exists(), self.httpd.process.said()
            found = self.account()
            assert found["account"] == before["account"]
            assert found["state"] == "valid" or self.verb == DEACTIVATE
            self.httpd.start()

    def _requests(self):
        """What a killed write left there is swept later."""
        return [path for path in (self.httpd.store / "requests").iterdir()
                if not path.name.startswith(".")]

    def _judge(self, before):
        (place,) = (self.httpd.store / "accounts").iterdir()
        assert not (place / "account.key.next").exists()
        after = self.account()
        assert after["account"] == before["account"]
        if self.verb == DEACTIVATE:
            assert after["state"] == "deactivated"
            assert (place / "account.key.deactivated").exists()
        else:
            assert after["state"] == "valid"
            assert after["thumbprint"] != before["thumbprint"]
        # The CA holds the order against the key that it has.
        answer = run(self.httpd, "sign", NAME)
        assert answer.status == 0, answer.err
        same = self.account()["account"] == before["account"]
        assert same == (self.verb == ROLLOVER)


@pytest.mark.parametrize("whom", ["child", "all", "command"])
@pytest.mark.parametrize("verb", [ROLLOVER, DEACTIVATE],
                         ids=["rollover", "deactivate"])
def test_killed_at_each_change_of_the_disk(place, pebble, verb, whom):
    killed = at_each_moment(
        lambda moment: Change(place, pebble, verb, whom, moment).go())
    print(f"{verb[0]}, {whom}: killed at {killed}")
    assert len(killed) >= (1 if whom == "command" else 6)
