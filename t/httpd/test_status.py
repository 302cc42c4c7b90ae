"""The section on /server-status."""

import os
import pathlib
import re

from lab import client
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, PLAIN

TOP = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"])


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


def test_documented_keys(make_httpd, make_pebble):
    """docs/status.md has each key that there is, and none beside."""
    http = free_port()
    httpd = make_httpd(PLAIN + site("one.example.org"),
                       pebble=make_pebble(http), http=http).start()
    httpd.wait_live("one.example.org")
    said = set(re.sub(r"\[0\]", "[n]", key) for key in lines(httpd))
    text = (TOP / "docs/status.md").read_text()
    assert said == set(re.findall(r"^\| `(ACME[\w\[\]]+)` \|", text, re.M))


def test_overview(make_httpd, make_pebble):
    """How many are in which state, what happens next, what was counted."""
    http = free_port()
    names = ("one.example.org", "two.example.org")
    httpd = make_httpd(PLAIN + "".join(site(name) for name in names),
                       pebble=make_pebble(http), http=http).start()
    httpd.wait_live(*names)
    said = httpd.require(
        lambda: lines(httpd).get("ACMECertificatesValid") == "2"
        and lines(httpd), 30, "two in state valid")
    assert said["ACMECertificates"] == "2"
    assert said["ACMECertificatesFailing"] == "0"
    assert said["ACMECountIssued"] == said["ACMECountDeployed"] == "2"
    assert said["ACMENextAction"] == "renew"
    at = {said[f"ACMECertificate[{i}]NextActionAt"]:
          said[f"ACMECertificate[{i}]Name"] for i in range(2)}
    assert said["ACMENextActionAt"] == min(at)
    assert said["ACMENextActionFor"] in names
    page = client.ask(httpd.http, "/server-status", host=MAIN).body.decode()
    for words in ("2: 2 valid", "<td>certificates issued</td><td>2</td>",
                  f"renew {said['ACMENextActionFor']} at"):
        assert words in page
