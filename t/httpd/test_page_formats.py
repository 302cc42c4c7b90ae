"""One handler, several formats and languages: who gets which, with what
headers, and out of what."""

import pytest

from lab.page import PAGE, get, listed, one
from lab.process import free_port
from lab.sites import secure, site
from lab.status import PLAIN

NAME = "one.example.org"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SCRAPER = "application/openmetrics-text;version=1.0.0;q=0.75," \
          "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
HTML, JSON = "text/html", "application/json"
METRICS, STYLE = "application/openmetrics-text", "text/css"
FORMATS = {"html": HTML, "json": JSON, "metrics": METRICS, "css": STYLE}


@pytest.fixture
def waiting(make_httpd):
    """A server whose CA does not answer."""
    httpd = make_httpd(
        "ACMEProvider https://127.0.0.1:1/dir\nACMETermsOfService accepted\n"
        "ACMEEmail admin@example.org\n" + PLAIN + PAGE + secure(NAME))
    httpd.announce(r"AE\d{3}: \S+: ")
    return httpd.start()


@pytest.mark.parametrize("accept, expected", [
    (None, HTML), (BROWSER, HTML), ("*/*", HTML), ("image/png", HTML),
    (JSON, JSON), ("application/json;q=0.2, text/html;q=0.1", JSON),
    (SCRAPER, METRICS),
])
def test_accept(waiting, accept, expected):
    answer = get(waiting, **({"Accept": accept} if accept else {}))
    assert (answer.status, answer.type) == (200, expected)


def test_the_query_wins(waiting):
    for word, expected in FORMATS.items():
        for accept in (BROWSER, JSON, SCRAPER):
            assert get(waiting, f"?format={word}",
                       Accept=accept).type == expected


def test_language(waiting):
    english = get(waiting, Accept_Language="en-GB,ja;q=0.5")
    japanese = get(waiting, Accept_Language="ja-JP,ja;q=0.9,en;q=0.8")
    assert english.headers["Content-Language"] == "en"
    assert japanese.headers["Content-Language"] == "ja"
    assert 'lang="en"' in english.text()
    assert 'lang="ja"' in japanese.text()
    assert get(waiting, "?lang=ja", Accept_Language="en") \
        .headers["Content-Language"] == "ja"
    assert get(waiting, "?lang=en", Accept_Language="ja") \
        .headers["Content-Language"] == "en"


def test_each_format_has_its_headers(waiting):
    for word in FORMATS:
        answer = get(waiting, f"?format={word}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in \
            answer.headers["Content-Security-Policy"]
        head = get(waiting, f"?format={word}", method="HEAD")
        assert (head.status, head.body) == (200, b"")
        for name in ("Content-Type", "Vary", "Content-Security-Policy"):
            assert head.headers[name] == answer.headers[name]


def test_nobody_of_that_name(waiting):
    """Told in words, and of a page that helps on."""
    for language in ("en", "ja"):
        answer = get(waiting, f"?cert=nobody.example&lang={language}")
        assert (answer.status, answer.type) == (404, HTML)
        assert "nobody.example" in answer.text()
        assert "<a " in answer.text()


def test_nothing_managed(make_httpd):
    httpd = make_httpd(PLAIN + PAGE).start()
    for word, expected in FORMATS.items():
        answer = get(httpd, f"?format={word}")
        assert (answer.status, answer.type) == (200, expected)
    assert get(httpd, "?cert=nobody.example").status == 404


def test_a_list_is_not_read_from_the_disk(make_httpd, make_pebble):
    """Nor is one certificate that nothing more can be read of an error."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(PLAIN + PAGE + site(NAME), pebble=pebble,
                       http=http).start()
    httpd.wait_live(NAME)
    httpd.wait_log("the worker has begun", count=2)
    httpd.require(lambda: listed(httpd)["counts"]["valid"], 20, "valid")

    def told():
        answer = listed(httpd)
        del answer["generatedAt"], answer["worker"]
        return answer

    before, whole = told(), one(httpd, NAME)
    state = httpd.store / "state"
    state.rename(httpd.store / "elsewhere")
    try:
        assert told() == before
        assert NAME in get(httpd).text()
        for word in FORMATS:
            assert get(httpd, f"?format={word}&cert={NAME}").status == 200
        less = one(httpd, NAME)
        assert less["serial"] == whole["serial"]
        assert less["error"] is None
        assert less["history"] == []
    finally:
        (httpd.store / "elsewhere").rename(state)
