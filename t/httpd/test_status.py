"""The section on /server-status."""

import re

from lab import client
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, PLAIN


def lines(httpd):
    text = client.ask(httpd.http, "/server-status?auto", host=MAIN).body
    return dict(line.split(": ", 1) for line in text.decode().splitlines()
                if line.startswith("ACME") and ": " in line)


def test_status_follows_a_certificate(make_httpd, make_pebble, make_gate):
    http = free_port()
    gate = make_gate(http)
    gate.close()
    pebble = make_pebble(gate.port)
    httpd = make_httpd(PLAIN + site("one.example.org", "two.example.org"),
                       pebble=pebble, http=http).start()
    httpd.require(lambda: gate.paths, 60, "validation request")
    during = lines(httpd)
    assert during["ACMECertificates"] == "1"
    assert during["ACMECertificate[0]Name"] == "one.example.org"
    assert during["ACMECertificate[0]State"] == "ordering"
    gate.open()
    httpd.wait_live("one.example.org")
    httpd.require(lambda: lines(httpd).get("ACMECertificate[0]State")
                  == "valid", 20, "state valid")
    after = lines(httpd)
    cert = client.certificate(httpd.https, "one.example.org")
    assert after["ACMECertificate[0]NotAfter"] == \
        cert.not_valid_after.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert after["ACMECertificate[0]NextAction"] == "renew"
    assert after["ACMECertificate[0]LastSign"] == "done"
    assert after["ACMECertificate[0]LastDeploy"] == "done"
    page = client.ask(httpd.http, "/server-status", host=MAIN).body.decode()
    for words in ("one.example.org two.example.org", "valid", "renew"):
        assert words in page
    assert re.search(r"<h\d>[^<]*ACME", page)


def test_status_tells_a_failure(make_httpd, make_pebble):
    """The CA refuses the name: its own words, the remedy, the next moment."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(PLAIN + site("blocked.example"), pebble=pebble,
                       http=http)
    httpd.announce(r"AE\d{3}: blocked\.example: ")
    httpd.start()
    httpd.wait_log(r"AE\d{3}: blocked\.example: .*rejectedIdentifier")
    status = httpd.require(
        lambda: lines(httpd).get("ACMECertificate[0]State") == "failing"
        and lines(httpd), 20, "state failing")
    assert status["ACMECertificate[0]LastSign"] == "failed"
    assert status["ACMECertificate[0]NextAction"] == "retry"
    assert re.match(r"\d{4}-\d\d-\d\dT", status[
        "ACMECertificate[0]NextActionAt"])
    assert client.ask_tls(httpd.https, "blocked.example").status == 503
