"""The handler acme-edge-status and its JSON."""

import json
import os
import pathlib
import re

import pytest

from lab.command import run
from lab.page import PAGE, SCHEMA, get, listed, one
from lab.process import free_port
from lab.sites import secure, site
from lab.status import PLAIN

DOCS = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"], "docs")
JSON = "application/json"
NEVER = "ACMEProvider https://127.0.0.1:1/dir\nACMETermsOfService accepted\n" \
        "ACMEEmail admin@example.org\n"


def sites(*names):
    return NEVER + PLAIN + PAGE + "".join(secure(name) for name in names)


@pytest.fixture
def waiting(make_httpd):
    """Certificates that nobody will issue."""
    def make(*names, **options):
        httpd = make_httpd(sites(*names), **options)
        httpd.announce(r"AE\d{3}: \S+: ")
        return httpd.start()
    return make


def documented(heading):
    """The members in the tables below a heading of docs/status.md."""
    section = re.search(rf"^### {heading}\n(.*?)^##",
                        (DOCS / "status.md").read_text(), re.M | re.S)[1]
    members = [member for cell in re.findall(r"^\| (`.*?) \|", section, re.M)
               for member in re.findall(r"`([\w.[\]]+)`", cell)]
    assert len(set(members)) == len(members)
    return {re.split(r"[.[]", member)[0] for member in members}


def test_documented_members():
    """Page and schema have the same ones, each of them once."""
    assert documented("The answer") == set(SCHEMA["properties"])
    assert documented("A certificate") \
        == set(SCHEMA["definitions"]["certificate"]["properties"])

    def once(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    json.loads((DOCS / "status.schema.json").read_text(),
               object_pairs_hook=once)


def test_nothing_managed(make_httpd):
    httpd = make_httpd(PLAIN + PAGE).start()
    told = listed(httpd)
    assert told["total"] == 0
    assert told["certificates"] == []
    assert told["worker"]["state"] == "not begun"
    assert told["worker"]["trouble"] is None
    assert told["next"] is None


def test_formats(waiting):
    httpd = waiting("one.example.org")
    told = get(httpd, Accept=JSON)
    assert told.status == 200
    assert [cert["name"] for cert in told.json()["certificates"]] \
        == ["one.example.org"]
    assert get(httpd, "?format=json", Accept="text/html").type == JSON
    assert get(httpd, Accept="text/html;q=0.1, application/json").type == JSON


def test_headers(waiting):
    httpd = waiting("one.example.org")
    for query in ("?format=json", "?format=nothing",
                  "?format=json&cert=nobody"):
        headers = get(httpd, query).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert {"Accept", "Accept-Language"} \
            <= set(headers["Vary"].replace(" ", "").split(","))
        policy = headers["Content-Security-Policy"].split("; ")
        assert policy[0] == "default-src 'none'"
        assert not [rule for rule in policy if "unsafe" in rule]
        for rule in ("style-src 'self'", "form-action 'self'",
                     "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy


def test_methods(waiting):
    httpd = waiting("one.example.org")
    head = get(httpd, "?format=json", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.type == JSON
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        answer = get(httpd, "?format=json", method=method, body=b"do=sign")
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(",")) >= {"GET", "HEAD"}
        assert "POST" not in answer.headers["Allow"]


@pytest.mark.parametrize("query, words", [
    ("format=xml", "write html, json, metrics"),
    ("page=0", "write a number from 1 to 999999"),
    ("state=green", "write waiting, ordering, staged, valid, failing or "
                    "expired"),
    ("lang=tlh", "write en or ja"),
    ("name=%00", "no %00"),
    ("page=%3Cscript%3E", "page=<script> is nothing that could be shown"),
])
def test_what_cannot_be_shown(waiting, query, words):
    answer = get(waiting("one.example.org"), f"?{query}")
    assert answer.status == 400
    assert answer.type == "text/plain"
    assert words in answer.text()
    assert answer.text().count("\n") == 1


def test_nobody_of_that_name(waiting):
    answer = get(waiting("one.example.org"),
                 "?format=json&cert=%3Cscript%3E%22")
    assert answer.status == 404
    told = answer.json()
    assert told["certificates"] == []
    assert told["error"]["what"] == 'No certificate is called <script>"'


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_pages_and_filters(waiting, mpm):
    names = [f"c{i}.example.org" for i in range(205)]
    httpd = waiting("shop.example.net", *names, mpm=mpm)
    first = listed(httpd)
    assert (first["total"], first["pages"], first["page"]) == (206, 3, 1)
    assert sum(first["counts"].values()) == 206
    seen = [cert["name"] for page in (1, 2, 3)
            for cert in listed(httpd, f"&page={page}")["certificates"]]
    assert seen == ["shop.example.net", *names]
    assert listed(httpd, "&page=99")["page"] == 3
    found = listed(httpd, "&name=SHOP.example")
    assert [cert["name"] for cert in found["certificates"]] \
        == ["shop.example.net"]
    assert (found["total"], found["matching"]) == (206, 1)
    assert listed(httpd, "&state=valid,expired")["matching"] == 0
    assert listed(httpd, "&name=%3Cscript%3E")["matching"] == 0


def test_one_certificate_gets_on(make_httpd, make_pebble, make_gate):
    """From the first request to the deployed certificate; what the order did
    is known after the restart too."""
    http = free_port()
    gate = make_gate(http)
    gate.close()
    pebble = make_pebble(gate.port)
    httpd = make_httpd(PLAIN + PAGE + site("one.example.org",
                                           "two.example.org"),
                       pebble=pebble, http=http).start()
    httpd.require(lambda: gate.paths, 60, "validation request")
    during = one(httpd, "one.example.org")
    assert during["state"] == "ordering"
    assert {name["state"] for name in during["validations"]} <= {
        "pending", "valid"}
    gate.open()
    httpd.wait_live("one.example.org")
    after = httpd.require(
        lambda: listed(httpd)["counts"]["valid"]
        and one(httpd, "one.example.org"), 20, "state valid")
    assert after["mode"] == "automatic"
    assert after["schedule"] == "immediately"
    assert after["contacts"] == ["mailto:admin@example.org"]
    assert after["pendingSerial"] is None
    assert "history" in after
    assert after["error"] is None
    steps = [step["step"] for step in after["steps"]]
    assert steps[:5] == ["newOrder", "authorization", "challenge", "order",
                         "finalize"]
    assert steps[-2:] == ["certificate", "issued"]
    moments = [step["at"] for step in after["steps"]]
    assert moments == sorted(moments)
    assert after["lastSuccessAt"] == after["lastSignAt"] == moments[-1]
    assert after["renewAt"] == after["nextActionAt"]
    assert after["validations"] == [
        {"name": name, "state": "valid", "why": None}
        for name in ("one.example.org", "two.example.org")]
    # The command tells the same, from the store.
    assert run(httpd, "status", "one.example.org", "--json").json()[
        "certificates"] == [after]
    assert run(httpd, "status", "--json").json()["certificates"] \
        == listed(httpd)["certificates"]


def test_needs_leave(make_httpd):
    """Who may see it is httpd's to say."""
    body = PLAIN + PAGE.replace("</Location>", "Require all denied\n"
                                "</Location>")
    httpd = make_httpd(body)
    httpd.announce(r"AH01630: client denied by server configuration")
    assert get(httpd.start()).status == 403
