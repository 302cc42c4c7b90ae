"""The status in all its forms, asked without pause while certificates renew
and httpd restarts itself for them: right at every moment."""

import os
import signal

import pytest

from cryptography import x509

from lab import client
from lab.page import PAGE, PATH
from lab.process import Process, free_port
from lab.reader import AutoReader, HtmlReader, JsonReader, MetricsReader
from lab.sites import redirect, secure
from lab.status import MAIN, PLAIN, moment

SOAK = bool(os.environ.get("ACME_EDGE_SOAK"))
COUNT = 200 if SOAK else 6
LIFETIME = 300 if SOAK else 45  # seconds; renewed after two thirds
LIVES = 3  # certificates of each name: issued, and renewed twice
PATIENCE = 1800 if SOAK else 300
NAMES = [f"n{number}.example.org" for number in range(COUNT)]


@pytest.fixture
def load(place, started):
    """wrk, which asks for the whole list on connections that it keeps."""
    def make(httpd):
        wrk = Process(
            ["wrk", "-t1", "-c4", f"-d{PATIENCE}s", "-H", f"Host: {MAIN}",
             f"http://127.0.0.1:{httpd.http}{PATH}?format=json"],
            place / "wrk.log")
        started.append(wrk)
        return wrk
    return make


def finish(load):
    """Let wrk print what it saw."""
    load.stop(signal.SIGINT)
    said = load.said()
    assert "requests in" in said
    assert "Non-2xx" not in said
    return said


def compare_with_the_ca(pebble, reader):
    """Each serial number and its not-after, as the CA gave them out."""
    for name, serials in reader.certificates.serials.items():
        for serial, not_after in serials.items():
            cert = x509.load_pem_x509_certificate(
                pebble.standing(serial)["Certificate"].encode())
            assert client.names_of(cert) == {name}
            assert cert.not_valid_after == moment(not_after)


def test_status_while_certificates_renew(make_httpd, make_pebble, load,
                                         started, record_property):
    http = free_port()
    pebble = make_pebble(http, lifetime=LIFETIME)
    httpd = make_httpd(PLAIN + PAGE + "".join(
        redirect(name) + secure(name) for name in NAMES), pebble=pebble,
        http=http).start()
    wrk = load(httpd)
    readers = [kind(httpd, NAMES) for kind in (
        JsonReader, JsonReader, AutoReader, HtmlReader, MetricsReader)]
    started += readers
    first = readers[0]
    httpd.require(lambda: first.failures or first.lives() >= LIVES, PATIENCE,
                  f"{LIVES} certificates of each name")
    for reader in readers:
        reader.stop()
        assert reader.failures[:3] == []
        assert reader.asked > 10
        record_property("readers", f"{type(reader).__name__} read "
                        f"{reader.asked} times, {reader.cut} idle connections "
                        "were cut")
    record_property("load", finish(wrk).splitlines()[-2].strip())
    for reader in readers:
        compare_with_the_ca(pebble, reader)
