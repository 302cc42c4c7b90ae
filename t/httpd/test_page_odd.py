"""What others say, in words that would do harm if they were more than words:
a CA's problem documents, the issuer of a certificate, a request's query. In no
format of the pages and on no line of the log are they anything but text."""

import json
import re
import urllib.parse

import pytest
from prometheus_client.openmetrics import parser

from lab.authority import Authority, pem
from lab.command import run
from lab.faulty import Answer, Door, Faulty
from lab.page import PAGE, get, listed, one
from lab.process import free_port
from lab.sites import secure
from lab.status import PLAIN, statuses

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEXTS = {
    "markup": SCRIPT.encode(),
    "quotes": rb"""' onload='alert(1)' \" onload=\"alert(1)\" ``""",
    "entities": b"&lt;script&gt; &amp;quot; &#60;script&#62;",
    "controls": rb"\u0001\u001b[31mred\u001b[0m\u007f\u0085\r\nHTTP/1.1 200\t",
    "lines": rb"one\nAE999: two\n# EOF\n}\\\",x=\\\"",
    "long": SCRIPT.encode() * 200,
    "bidi": "\u202e\u2066\ufeff\ufffe\U0001f4a3".encode(),
    "surrogate": rb"\ud83d",
    "nul": rb"a\u0000b",
    "latin1": b"\xe9\xff\xc0\xaf<script>",
    "format": b"%s%s%n%d%x{0}$(id)`id`",
}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")


class OddDoor(Door):
    """It refuses each order, in words as they stand."""

    def __init__(self, text):
        super().__init__("newOrder", "odd", 600, 1000)
        self.text = text

    def go_wrong(self, request):
        nonce = request.nonce()
        body = b'{"type": "urn:ietf:params:acme:error:rejectedIdentifier", ' \
               b'"detail": "' + self.text + b'"}'
        return Answer(403, [("Content-Type", "application/problem+json"),
                            ("Replay-Nonce", nonce)], body)


@pytest.fixture
def odd(make_httpd, make_pebble, started, place):
    """A server that heard all of them, a certificate for each."""
    http = free_port()
    pebble = make_pebble(http)
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    hosts = ""
    for word, text in TEXTS.items():
        door = faulty.add(OddDoor(text))
        hosts += secure(f"{word}.example.org",
                        engine=f"ACMEEngine on\nACMEProvider {door.url}\n"
                               f'ACMETrustFile "{faulty.trust_file}"')
    httpd = make_httpd("ACMEEmail admin@example.org\n"
                       "ACMETermsOfService accepted\n" + PLAIN + PAGE + hosts,
                       http=http)
    httpd.announce(r"AE\d{3}: \S+\.example\.org: ")
    httpd.start()
    httpd.require(lambda: listed(httpd)["counts"]["failing"] == len(TEXTS),
                  90, f"{len(TEXTS)} failures")
    return httpd


def elements(page):
    """The tags of a page, without their attributes' values."""
    return re.findall(r"<\s*(/?[a-zA-Z!][^\s>]*)", page)


def check_page(httpd, query=""):
    answer = get(httpd, f"?format=html{query}")
    text = answer.body.decode("utf-8", "strict")
    assert not CONTROL.search(text)
    names = {name.strip("/").lower() for name in elements(text)}
    assert names.isdisjoint({"script", "img", "iframe"})
    assert not re.search(r"<[^>]*\son\w+\s*=", text)
    return text


def test_words_of_a_ca(odd):
    told = {word: one(odd, f"{word}.example.org") for word in TEXTS}
    assert told["markup"]["error"]["why"].startswith(SCRIPT)
    assert "' onload='alert(1)' \" onload=\"alert(1)\"" \
        in told["quotes"]["error"]["why"]
    assert "&lt;script&gt;" in told["entities"]["error"]["why"]
    assert "%s%s%n" in told["format"]["error"]["why"]
    assert len(told["long"]["error"]["why"]) < 2000
    for cert in told.values():
        assert cert["state"] == "failing"
        assert cert["lastSignText"]
        assert not CONTROL.search(json.dumps(cert, ensure_ascii=False))
    check_page(odd)
    check_page(odd, "&lang=ja")
    for word in TEXTS:
        check_page(odd, f"&cert={word}.example.org")
    assert "&lt;script&gt;alert(1)" in check_page(odd,
                                                  "&cert=markup.example.org")
    families = parser.text_string_to_metric_families(
        get(odd, "?format=metrics").text())
    assert {sample.labels["name"] for family in families
            for sample in family.samples if "name" in sample.labels} \
        == {f"{word}.example.org" for word in TEXTS}
    assert set(statuses(odd)) == {f"{word}.example.org" for word in TEXTS}
    assert "<script" not in get(odd, path="/server-status").text().lower()
    assert len(told["markup"]["history"]) < 50
    check_log(odd)


def check_log(httpd):
    """Each line is one of httpd's: nothing began another."""
    lines = httpd.error_log.read_bytes().decode("utf-8", "strict")
    assert not CONTROL.search(lines)
    for line in lines.splitlines():
        assert re.match(r"\[\w{3} \w{3} \d\d ", line), line


def test_an_issuer(make_httpd, place):
    """Of a CA without ACME, whose certificate was brought by hand."""
    name = "one.example.org"
    words = f'{SCRIPT[:25]}" CA'
    authority = Authority(words)
    httpd = make_httpd("ACMERenew manual\nACMEReload none\n" + PLAIN + PAGE
                       + secure(name))
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    request = run(httpd, "csr", name).out
    (place / "root.pem").write_bytes(pem(authority.root))
    (place / "cert.pem").write_bytes(authority.chain(request))
    assert run(httpd, "import", name, place / "cert.pem", "--trust",
               place / "root.pem").status == 0
    cert = httpd.require(
        lambda: one(httpd, name)["state"] == "staged" and one(httpd, name),
        20, "staged certificate")
    assert words in cert["lastSignText"].replace("\\", "")
    assert cert["pendingSerial"]
    check_page(httpd)
    assert "&lt;script" in check_page(httpd, f"&cert={name}")


def test_words_of_a_request(make_httpd):
    httpd = make_httpd(PLAIN + PAGE).start()
    for words in (SCRIPT, "\"'>" + SCRIPT, "\u202e", "a" * 6000):
        quoted = urllib.parse.quote(words)
        check_page(httpd, f"&name={quoted}")
        check_page(httpd, f"&cert={quoted}")
        assert listed(httpd, f"&name={quoted}")["matching"] == 0
        assert get(httpd, f"?format=json&cert={quoted}").json()["error"]
    for raw in ("%ff%fe", "%01%1b", "%c0%af"):
        check_page(httpd, f"&cert={raw}&name={raw}")
        assert get(httpd, f"?format=json&cert={raw}").json()["error"]
    assert get(httpd, "?state=%0d%0aX:%20y").status == 400
