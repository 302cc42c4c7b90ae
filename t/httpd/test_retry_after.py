"""What a CA asked for outlives restarts: it is left alone as long as it said,
and the status goes on saying so."""

import datetime
import email.utils
import time

import pytest

from lab.faulty import Door, Faulty, problem
from lab.process import free_port
from lab.sites import secure
from lab.status import PLAIN, moment, statuses

HOUR = 3600
QUIET = 4  # seconds in which a worker that had forgotten would have asked
NAMES = ("first.example.org", "second.example.org")

# What stays as it was told before a restart.
TOLD = ("NextAction", "NextActionAt", "Attempts", "LastSign", "LastSignAt",
        "LastSignText")


def in_seconds():
    return HOUR


def as_a_date():
    return email.utils.formatdate(time.time() + HOUR, usegmt=True)


class Weary(Door):
    """A CA that wants to be left alone for an hour."""

    def __init__(self, exchange, code, kind, retry_after):
        super().__init__(exchange, None, HOUR, 1000)
        self.code, self.kind, self.retry_after = code, kind, retry_after

    def go_wrong(self, request):
        return problem(self.code, self.kind,
                       ("Retry-After", self.retry_after()))


def told(httpd):
    return {name: {word: facts.get(word) for word in TOLD}
            for name, facts in statuses(httpd).items()}


def waits(facts):
    if facts["NextActionAt"] == "-":
        return False
    left = moment(facts["NextActionAt"]) - datetime.datetime.utcnow()
    return left.total_seconds() > HOUR - 120


def all_wait(httpd):
    """Whether no certificate has anything to do before the hour is over."""
    return all(waits(facts) for facts in statuses(httpd).values())


def restart_gracefully(httpd):
    httpd.graceful()


def stop_and_start(httpd):
    httpd.stop()
    httpd.start()


@pytest.mark.parametrize("exchange,code,kind,retry_after", [
    ("newOrder", 429, "rateLimited", in_seconds),
    ("directory", 503, "serverInternal", as_a_date)])
def test_restarts_forget_nothing(make_httpd, make_pebble, place, started,
                                 exchange, code, kind, retry_after):
    http = free_port()
    faulty = Faulty(place / "faulty", make_pebble(http))
    started.append(faulty)
    door = faulty.add(Weary(exchange, code, kind, retry_after))
    httpd = make_httpd("\n".join([
        f"ACMEProvider {door.url}", f"ACMETrustFile {faulty.trust_file}",
        "ACMEEmail admin@example.org", "ACMETermsOfService accepted", PLAIN,
        *(secure(name) for name in NAMES)]), http=http)
    httpd.announce("AE040: ")
    httpd.start()
    httpd.require(lambda: all_wait(httpd), 60, "failure of all")
    before, asked = told(httpd), door.seen()
    assert any(facts["LastSign"] == "failed" for facts in before.values())
    for count, again in enumerate((restart_gracefully, stop_and_start,
                                   restart_gracefully), 2):
        again(httpd)
        httpd.wait_log("the worker has begun", count=count)
        time.sleep(QUIET)
        assert door.seen() == asked
        assert told(httpd) == before
