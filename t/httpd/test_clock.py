"""The clock of a running httpd is set, by a day and by a year, ahead and back.
The CA has the true time all the while: seen from a wrong one, its own
certificate does not hold, and nothing can be ordered."""

import re
import time

import pytest

from lab import causes, client
from lab.clock import Clock
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN, statuses

NAME = "one.example.org"
MORE = "more.example.org"
ONE = f"ACMEReload none\n{PLAIN}{site(NAME)}"
QUIET = 2  # seconds in which a loop would show


@pytest.fixture
def clock(place):
    return Clock(place)


def left(status):
    """Seconds until the next action, by the true time."""
    at = time.strptime(status["NextActionAt"], "%Y-%m-%dT%H:%M:%SZ")
    return time.mktime(at) - time.mktime(time.gmtime())


def is_served(httpd, root):
    return client.names_of(client.certificate(httpd.https, NAME, root)) \
        == {NAME}


def is_explained(httpd):
    """In the log, and in the status."""
    _, remedy = causes.read()["clock"]
    httpd.wait_log(f"AE040: {NAME}: The CA's directory cannot be read: [^;]*"
                   r"does not hold by this server's clock \([^;]*\); "
                   rf"next attempt \S+; {re.escape(remedy)}\n", 20)
    httpd.require(lambda: statuses(httpd)[NAME]["Cause"] == "clock", 20,
                  "cause")


def test_it_is_set_while_httpd_runs(make_httpd, make_pebble, clock):
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(ONE, pebble=pebble, http=http)
    httpd.start(**clock.environment)
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.graceful()
    httpd.wait_live(NAME)
    root = pebble.root()

    def asked():
        return pebble.requests("GET /dir") + pebble.requests("POST /")

    def stays_quiet(most):
        before = asked()
        time.sleep(QUIET)
        assert asked() - before <= most
        assert is_served(httpd, root)

    # By a day: nothing is due. Behind, what is live is from the future.
    for days in (1, -1, -365):
        clock.set(days)
        stays_quiet(0)
    assert httpd.unannounced() == []

    # Ahead by a year it has expired; it is served all the same, and one
    # attempt fails, for the CA's own certificate seems expired too.
    httpd.announce(f"AE051: {NAME}: ", f"AE040: {NAME}: .*certificate")
    clock.set(365)
    httpd.wait_log(f"AE051: {NAME}: ", 20)
    httpd.wait_log(f"AE040: {NAME}: .*certificate", 20)
    stays_quiet(0)
    assert httpd.log().count("AE051") == httpd.log().count("AE040") == 1
    is_explained(httpd)

    # Right again: what it waits for is no year away.
    clock.set(0)
    httpd.require(lambda: 0 < left(statuses(httpd)[NAME]) < 120, 20,
                  "near attempt")
    httpd.stop()


def test_it_is_put_right_after_a_failure(make_httpd, make_pebble, clock):
    """A machine without a clock begins a year behind, then learns the time."""
    http = free_port()
    pebble = make_pebble(http)
    clock.set(-365)
    httpd = make_httpd(ONE, pebble=pebble, http=http)
    httpd.announce(f"AE040: {NAME}: .*certificate")
    httpd.start(**clock.environment)
    httpd.wait_log(f"AE040: {NAME}: .*certificate", 20)
    assert pebble.requests("POST /") == 0
    is_explained(httpd)
    clock.set(0)
    httpd.wait_log(f"{NAME}: certificate issued", 30)
    httpd.graceful()
    httpd.wait_live(NAME)
    httpd.require(lambda: is_served(httpd, pebble.root()), 20, "certificate")
    assert pebble.requests("There are now 1 accounts") == 1
