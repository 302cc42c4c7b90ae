"""ACMEReload hot: certificates go live with no restart, and nobody who is
connected, or connects, takes any notice."""

import os

import pytest

from lab import client
from lab.command import run
from lab.hammer import Hammer, Ledger
from lab.hot import HOT, PATIENT, STEADY, begin, busy, generations
from lab.httpd import MODULES
from lab.process import free_port
from lab.sites import secure
from lab.status import PLAIN, statuses
from lab.streams import Streams, inside, modules, write_big
from lab.websocket import Echo

SOAK = bool(os.environ.get("ACME_EDGE_SOAK"))
NAMES = [f"n{number}.example.org" for number in range(4)]
ROUNDS = 25 if SOAK else 3  # each deploys a certificate of each name
HANDSHAKES = 100_000 if SOAK else 2000
HAMMERS = 3
NAME = "one.example.org"


@pytest.fixture
def make_company(make_httpd, started):
    """A server under a CA, on which all streams can be had."""
    def make(mpm, names):
        echo = Echo()
        started.append(echo)
        httpd = make_httpd(
            modules(MODULES, mpm) + HOT + STEADY[mpm] + PATIENT
            + "".join(secure(name, inside=inside(echo)) for name in names),
            mpm=mpm)
        write_big(httpd)
        return begin(httpd)
    return make


@pytest.fixture
def make_streams(make_company):
    """They end before httpd does, which waits for none at its own end."""
    made = []

    def make(company):
        made.append((company.httpd, Streams(company.httpd, NAMES[0],
                                            company.root)))
        return made[-1][1]
    yield make
    for httpd, streams in made:
        streams.stop()
        httpd.require(lambda at=httpd: busy(at) == 1, 60, "end of them")


def deploy_under_fire(company, streams, ledger):
    """Rounds of deployments, and handshakes all the while."""
    httpd = company.httpd
    hammers = [Hammer(httpd.https, company.root, ledger)
               for _ in range(HAMMERS)]
    try:
        for _ in range(ROUNDS):
            company.deploy(*NAMES)
            streams.use()
        httpd.require(lambda: sum(one.asked for one in hammers) > HANDSHAKES,
                      1800, f"{HANDSHAKES} handshakes")
    finally:
        for one in hammers:
            one.stop()
    assert [one.failures for one in hammers] == [[]] * HAMMERS
    return sum(one.asked for one in hammers)


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_nobody_takes_notice(make_company, make_streams, mpm,
                             record_property):
    company = make_company(mpm, NAMES)
    httpd = company.httpd
    company.deploy(*NAMES)
    streams = make_streams(company)
    before, children = generations(httpd), set(httpd.children())
    asked = deploy_under_fire(company, streams, Ledger(company.known))
    streams.finish()
    assert generations(httpd) == before
    assert children <= set(httpd.children())  # prefork makes more
    for name in NAMES:
        assert company.served(name) == company.known[name][-1]
        assert company.live(name) == company.known[name][-1]
    assert "AH00493" not in httpd.log()  # a graceful restart
    record_property("hot", f"{mpm}: {ROUNDS * len(NAMES)} deployments, "
                    f"{asked} handshakes, seen after {company.longest:.1f} s "
                    "at most")


def unavailable(httpd):
    """Of a host that has no certificate yet."""
    answer = client.ask_tls(httpd.https, NAME)
    return answer.status == 503 and int(answer.headers["Retry-After"]) > 0 \
        and b"at home" not in answer.body


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_the_first_certificate(make_httpd, mpm):
    """And the next ones of a host that mod_ssl knows no certificate of."""
    company = begin(make_httpd(HOT + STEADY[mpm] + secure(NAME), mpm=mpm))
    httpd = company.httpd
    before = generations(httpd)
    assert all(unavailable(httpd) for _ in range(20))
    for _ in range(3):
        company.deploy(NAME)
        for _ in range(20):
            answer = client.ask_tls(httpd.https, NAME, root=company.root)
            assert (answer.status, answer.body) == (200, b"at home\n")
        assert company.served(NAME) == company.known[NAME][-1]
    assert generations(httpd) == before


def test_what_is_live_is_there_after_a_restart(make_httpd):
    company = begin(make_httpd(HOT + STEADY["event"] + secure(NAME)))
    httpd = company.httpd
    for how in (httpd.graceful, httpd.restart, None):
        serial, = company.deploy(NAME)
        begun = httpd.log().count("the worker has begun")
        if how:
            how()
        else:
            httpd.stop()
            httpd.start()
        httpd.wait_log("the worker has begun", count=begun + 1)
        assert company.served(NAME) == serial
    company.deploy(NAME)


def test_a_new_host_needs_a_restart(make_httpd):
    """Of the administrator; its certificate then needs none."""
    company = begin(make_httpd(HOT + STEADY["event"] + secure(NAME)))
    httpd = company.httpd
    company.deploy(NAME)
    httpd.configure(HOT + STEADY["event"] + secure(NAME)
                    + secure("new.example.org"))
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=2)
    before = generations(httpd)
    assert company.served(NAME) == company.known[NAME][0]
    company.deploy("new.example.org", NAME)
    assert generations(httpd) == before


# --- with a CA of ACME --------------------------------------------------------

def serial_of_live(httpd):
    answer = run(httpd, "show", NAME, "--live", "--json")
    return int(answer.json()["live"]["serial"], 16) if answer.status == 0 \
        else None


def goes_live(httpd, root, before):
    """Another one than these, and clients see it."""
    def served():
        try:
            serial = client.certificate(httpd.https, NAME,
                                        root).serial_number
        except OSError:
            return None
        return serial not in before and serial
    serial = httpd.require(served, 60, "certificate that is served")
    assert serial_of_live(httpd) == serial
    return serial


def test_by_every_verb(make_httpd, make_pebble):
    """Ordered, signed, rolled back and replaced as it is revoked."""
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0"})
    httpd = make_httpd("ACMEReload hot\n" + PLAIN + STEADY["event"]
                       + secure(NAME), pebble=pebble, http=http).start()
    before = generations(httpd)
    root = pebble.root()
    serials = [goes_live(httpd, root, [])]
    assert run(httpd, "sign", NAME).status == 0
    serials.append(goes_live(httpd, root, serials))
    assert run(httpd, "rollback", NAME).status == 0
    assert goes_live(httpd, root, serials[1:]) == serials[0]
    answer = run(httpd, "revoke", NAME, "--replace")
    assert answer.status == 0, answer.err
    serials.append(goes_live(httpd, root, serials))
    assert pebble.standing(f"{serials[0]:x}")["Status"] == "Revoked"
    assert generations(httpd) == before
    assert int(statuses(httpd)[NAME]["Serial"], 16) == serials[-1]
