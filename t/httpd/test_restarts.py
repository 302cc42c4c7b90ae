"""httpd is restarted every three seconds while a CA looks at ten names: one
order, and whoever asks for an open token gets the key authorization."""

import threading
import time

import pytest

from lab import client
from lab.faulty import Faulty
from lab.hostile import Repeater
from lab.process import free_port
from lab.recorder import Recorder
from lab.sites import site
from lab.visitor import TokenSeeker

NAMES = [f"n{number}.example.org" for number in range(10)]
EVERY = 3  # seconds
RESTARTS = 5  # at least so many within the issuance


@pytest.fixture
def watched(make_pebble, make_gate, place, started):
    """A CA that takes its time, seen through a recorder. It asks again where
    a restart cut its connection."""
    http = free_port()
    gate = make_gate(http, patience=10)
    pebble = make_pebble(gate.port, environment={
        "PEBBLE_VA_NOSLEEP": "0", "PEBBLE_VA_SLEEPTIME": "22",
        "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    return http, pebble, faulty, faulty.add(Recorder())


def body(faulty, recorder):
    return (f"ACMEProvider {recorder.url}\n"
            f"ACMETrustFile {faulty.trust_file}\n"
            "ACMEEmail admin@example.org\nACMETermsOfService accepted\n"
            + site(*NAMES))


def served(httpd, root):
    try:
        return client.certificate(httpd.https, NAMES[-1], root)
    except OSError:
        return None


@pytest.mark.parametrize("how", ["graceful", "restart"])
def test_restarted_all_the_while(make_httpd, watched, started, how,
                                 record_property):
    http, pebble, faulty, recorder = watched
    httpd = make_httpd(body(faulty, recorder), http=http)
    httpd.start()
    httpd.require(recorder.all_orders, 60, "order")
    hard = how == "restart"
    seekers = [TokenSeeker(http, recorder.open_tokens, kept, hard)
               for kept in (True, False)]
    restarter = Repeater(getattr(httpd, how), lambda: EVERY)
    started += [*seekers, restarter]
    httpd.require(lambda: recorder.all_orders()[0].delivered, 90,
                  "certificate from the CA")
    restarts = restarter.count
    httpd.wait_live(NAMES[0])
    root = pebble.root()
    httpd.require(lambda: served(httpd, root), 40, "verified certificate")
    for part in (restarter, *seekers):
        part.stop()
    record_property("restarts", f"{how}: {restarts} within the issuance")
    for kept, seeker in zip(("kept", "new"), seekers):
        record_property("tokens", f"{how}: {seeker.asked} times asked on "
                        f"{kept} connections, {seeker.cut} cut")
        assert seeker.failures == []
        assert len(seeker.seen) == len(NAMES)
    assert restarts >= RESTARTS
    assert recorder.counts()["newOrder"] == 1
    assert recorder.counts()["newAccount"] == 1
    assert len(recorder.all_orders()[0].keys) == 1


class Late(Recorder):
    """It makes orders, and says so a little later."""

    def __init__(self):
        super().__init__()
        self.asked = threading.Event()

    def answer(self, request):
        answer = super().answer(request)
        if request.exchange == "newOrder":
            self.asked.set()
            time.sleep(0.3)
        return answer


@pytest.mark.parametrize("how", ["graceful", "restart", "stop"])
def test_an_order_whose_url_is_on_its_way(make_httpd, watched, how):
    """The CA tells it once, and httpd is told to go meanwhile."""
    http, _, faulty, _ = watched
    late = faulty.add(Late())
    httpd = make_httpd(body(faulty, late), http=http)
    httpd.start()
    httpd.require(late.asked.is_set, 60, "order")
    getattr(httpd, how)()
    if how == "stop":
        httpd.start()
    httpd.require(lambda: late.all_orders()[0].taken_up, 60,
                  "order that is taken up")
    assert late.counts()["newOrder"] == 1
