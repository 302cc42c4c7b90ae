"""The metrics of a real httpd, by a real parser: what they are called, what
they say, and that they only grow."""

import datetime
import re
import time

import pytest

from lab import client
from lab.metrics import documented, metrics, sample_labels
from lab.page import PAGE, get
from lab.process import free_port
from lab.sites import secure, site
from lab.status import PLAIN

TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
NAME = "one.example.org"
EPOCH = datetime.datetime(1970, 1, 1)
TOKEN = client.CHALLENGE + "A" * 43


@pytest.fixture
def issued(make_httpd, make_pebble):
    """An httpd that got its certificate, and its CA."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(PLAIN + PAGE + site(NAME), pebble=pebble, http=http)
    httpd.start().wait_live(NAME)
    httpd.require(lambda: metrics(httpd).value(
        "certificate_state", name=NAME, acme_edge_certificate_state="valid"),
        30, "state valid")
    return httpd, pebble


def test_the_parser_takes_all_of_it(issued):
    httpd, _ = issued
    answer = get(httpd, Accept="application/openmetrics-text;version=1.0.0")
    assert answer.headers["Content-Type"] == TYPE
    assert answer.text().endswith("\n# EOF\n")
    said = metrics(httpd)
    assert {name: family.type for name, family in said.families.items()} \
        == {name: kind for name, (kind, _) in documented().items()}
    for family in said.families.values():
        assert family.documentation.endswith(".")
        assert family.unit == ("seconds" if "_seconds" in family.name else "")
        for sample in family.samples:
            assert set(sample.labels) == sample_labels()[sample.name]


def test_a_certificate(issued):
    httpd, _ = issued
    said = metrics(httpd)
    cert = client.certificate(httpd.https, NAME)
    moments = {"not_after": cert.not_valid_after,
               "not_before": cert.not_valid_before}
    for word, moment in moments.items():
        assert said.value(f"certificate_{word}_timestamp_seconds",
                          name=NAME) == (moment - EPOCH).total_seconds()
    due = said.value("certificate_renewal_due_timestamp_seconds", name=NAME)
    assert time.time() + 50 * 86400 < due < time.time() + 70 * 86400
    assert said.value("certificate_next_action_timestamp_seconds",
                      name=NAME) == due
    last = said.value("certificate_last_success_timestamp_seconds", name=NAME)
    assert time.time() - 120 < last <= time.time()
    assert said.total("certificate_state", name=NAME) == 1
    assert said.value("certificate_failed_attempts", name=NAME) == 0
    assert said.value("certificates") == 1
    assert said.value("worker_trouble") == 0


def test_the_worker_is_seen(issued):
    httpd, _ = issued
    word = "worker_last_tick_timestamp_seconds"
    first = httpd.require(lambda: metrics(httpd).value(word), 30, "a tick")
    assert abs(time.time() - first) < 60
    httpd.require(lambda: metrics(httpd).value(word) > first, 30,
                  "another tick")


def test_what_one_certificate_takes(issued):
    httpd, pebble = issued
    said = metrics(httpd)
    for word in ("attempts", "orders", "issued", "deployed", "restarts_asked",
                 "restarts"):
        assert said.value(f"{word}_total") == 1, word
    for word in ("attempts_failed", "orders_lost", "refused",
                 "deployed_hot", "restarts_put_off"):
        assert said.value(f"{word}_total") == 0, word
    (ca,) = {dict(key[1:])["ca"] for key in said.samples
             if key[0] == "acme_edge_ca_requests_total"} - {"other"}
    assert said.total("ca_requests_total", ca=ca) \
        == pebble.requests("calling handler()")
    codes = [line.split()[1] for line in
             re.findall(r"-> \d{3} in \d+ ms", httpd.log())]
    for code in set(codes):
        assert said.value("ca_requests_total", ca=ca, status=code) \
            == codes.count(code)
    assert codes.count("201") == 2  # newAccount, newOrder
    assert said.value("ca_request_duration_seconds_count", ca=ca) \
        == len(codes)
    assert said.value("ca_request_duration_seconds_sum", ca=ca) > 0
    assert said.total("ca_requests_total", ca="other") == 0


def test_hits_and_misses(issued):
    httpd, _ = issued
    before = metrics(httpd)
    assert before.value("challenge_hits_total") >= 1
    for path in (TOKEN, TOKEN + "/", client.CHALLENGE, "/", TOKEN + "?a",
                 "/x" + TOKEN):
        client.ask(httpd.http, path, host=NAME)
    client.ask(httpd.http, TOKEN, host=NAME, method="HEAD")
    client.ask(httpd.http, TOKEN, host=NAME, method="POST")
    client.ask_tls(httpd.https, NAME, TOKEN)
    after = metrics(httpd)
    assert after.value("challenge_misses_total") \
        == before.value("challenge_misses_total") + 3
    assert after.value("challenge_hits_total") \
        == before.value("challenge_hits_total")


def test_counters_outlive_graceful_restarts(issued):
    httpd, _ = issued
    for time_round in range(2):
        client.ask(httpd.http, TOKEN, host=NAME)
        before = metrics(httpd)
        begun = len(re.findall("the worker has begun", httpd.log()))
        httpd.graceful()
        httpd.wait_log("the worker has begun", count=begun + 1)
        client.ask(httpd.http, TOKEN, host=NAME)
        after = metrics(httpd)
        assert before.counted()
        for key, value in before.counted().items():
            assert after.samples[key] >= value, key
        assert after.value("challenge_misses_total") == 2 * time_round + 2
        assert after.value("counters_start_timestamp_seconds") \
            == before.value("counters_start_timestamp_seconds")


def test_a_validation_that_fails(make_httpd, make_pebble):
    """Nobody listens where the CA looks."""
    pebble = make_pebble(free_port())
    httpd = make_httpd(PLAIN + PAGE + site(NAME), pebble=pebble)
    httpd.announce(r"AE\d{3}: one\.example\.org: ")
    httpd.start()
    httpd.wait_log(r"AE\d{3}: one\.example\.org: ")
    httpd.require(lambda: metrics(httpd).value(
        "certificate_failed_attempts", name=NAME), 20, "failed attempt")
    said = metrics(httpd)
    assert said.value("problems_total", type="connection") == 1
    assert said.total("problems_total") == 1
    assert said.value("attempts_failed_total") == 1
    assert said.value("orders_lost_total") == 1
    assert said.value("issued_total") == 0
    assert said.value("certificate_state", name=NAME,
                      acme_edge_certificate_state="failing") == 1
    assert said.value("certificate_not_after_timestamp_seconds",
                      name=NAME) is None


def test_a_ca_that_does_not_answer(make_httpd):
    dead = f"ACMEProvider https://127.0.0.1:{free_port()}/dir\n" \
        "ACMETermsOfService accepted\nACMEEmail admin@example.org\n"
    httpd = make_httpd(dead + PLAIN + PAGE + secure(NAME))
    httpd.announce(r"AE\d{3}: \S+: ")
    httpd.start()
    httpd.require(lambda: metrics(httpd).total("ca_requests_total",
                                               status="none"), 30,
                  "request without an answer")
    assert metrics(httpd).total("problems_total") == 0


def test_a_restart_that_is_put_off(make_httpd, make_pebble):
    """The configuration on disk would not start; it is mended then."""
    http = free_port()
    httpd = make_httpd(PLAIN + PAGE + site(NAME), pebble=make_pebble(http),
                       http=http)
    httpd.announce(r"AE082: httpd does not restart to deploy one\.example")
    httpd.start()
    httpd.wait_log("resuming normal operations")
    good = httpd.config.read_text()
    httpd.config.write_text(good + "<VirtualHost *:80>\n")
    httpd.wait_log("AE082: ")
    said = metrics(httpd)
    assert said.value("restarts_put_off_total") == 1
    assert said.value("restarts_asked_total") == 1
    assert said.value("restarts_total") == 0
    assert said.value("deployed_total") == 0
    assert said.value("certificate_state", name=NAME,
                      acme_edge_certificate_state="staged") == 1
    httpd.config.write_text(good)
    httpd.graceful()
    httpd.wait_live(NAME)
    said = metrics(httpd)
    assert said.value("restarts_total") == 0
    assert said.value("deployed_total") == 1
