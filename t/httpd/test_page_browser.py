"""The pages of acme-edge-status in a real browser: what is on them, that
everybody can read them, and what they look like."""

import html5lib

from lab import client
from lab.browser import DESK, PHONE
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, PLAIN

MANY = 5000

PAGE = """
<Location /acme>
    SetHandler acme-edge-status
</Location>
""" + PLAIN

LOOKS = [(language, scheme, width) for language in ("en", "ja")
         for scheme in ("light", "dark") for width in (DESK, PHONE)]


def check_valid(httpd, path):
    """As HTML, to the letter."""
    answer = client.ask(httpd.http, path, host=MAIN)
    html5lib.HTMLParser(strict=True).parse(answer.body,
                                           transport_encoding="utf-8")
    return answer


def walk(browser, httpd, name, query=""):
    """The same page in both languages, by day and night, wide and narrow."""
    for language, scheme, width in LOOKS:
        path = f"/acme?lang={language}{query}"
        browser.look(width, scheme)
        browser.open(httpd.http, path)
        size = "wide" if width == DESK else "narrow"
        browser.check(f"{name}-{language}-{scheme}-{size}")
        check_valid(httpd, path)
    browser.look()


def wait_for(browser, httpd, words, path=None):
    """Until the page has words on it; without a path it renews itself."""
    def is_there():
        if path:
            browser.open(httpd.http, path)
        return words in browser.text()
    httpd.require(is_there, 60, f"a page with {words}")


def test_nothing_managed(make_httpd, browser):
    httpd = make_httpd(PAGE).start()
    walk(browser, httpd, "empty")
    browser.open(httpd.http, "/acme?lang=en")
    assert "No certificate is managed yet" in browser.text()


def test_all_well(make_httpd, make_pebble, browser):
    http = free_port()
    httpd = make_httpd(PAGE + site("one.example.org", "two.example.org")
                       + site("three.example.org"),
                       pebble=make_pebble(http), http=http).start()
    httpd.wait_live("one.example.org", "three.example.org")
    wait_for(browser, httpd, "All is well", "/acme?lang=en")
    assert "Valid certificates: 2 of 2" in browser.text()
    walk(browser, httpd, "well")
    walk(browser, httpd, "well-one", "&cert=one.example.org")
    assert len(browser.find("svg[role=img]")) == 1
    serial = client.certificate(httpd.https, "one.example.org").serial_number
    shown = browser.find(".serial")[0].text.replace(":", "")
    assert int(shown, 16) == serial


def test_language_follows_the_reader(make_httpd, browser):
    httpd = make_httpd(PAGE).start()
    browser.speak("ja,en;q=0.5")
    browser.open(httpd.http, "/acme")
    assert "証明書" in browser.text()
    browser.find("a[hreflang=en]")[0].click()
    assert "No certificate is managed yet" in browser.text()


def test_under_way_renews_itself(make_httpd, make_pebble, make_gate, browser):
    """From the order to the end, with nobody touching the browser."""
    http = free_port()
    gate = make_gate(http)
    gate.close()
    httpd = make_httpd(PAGE + site("one.example.org"), http=http,
                       pebble=make_pebble(gate.port)).start()
    httpd.require(lambda: gate.paths, 60, "validation request")
    browser.open(httpd.http, "/acme?lang=en&cert=one.example.org")
    wait_for(browser, httpd, "Ordering")
    browser.check("ordering-one-en-light-wide")
    browser.open(httpd.http, "/acme?lang=en")
    browser.check("ordering-en-light-wide")
    browser.open(httpd.http, "/acme?lang=en&cert=one.example.org")
    gate.open()
    wait_for(browser, httpd, "Valid until")
    httpd.wait_live("one.example.org")
    wait_for(browser, httpd, "Issued and staged")


def test_staged_waits_for_a_person(make_httpd, make_pebble, browser):
    http = free_port()
    httpd = make_httpd(PAGE + "ACMEDeploy manual\n" + site("one.example.org"),
                       pebble=make_pebble(http), http=http).start()
    wait_for(browser, httpd, "Some certificates wait", "/acme?lang=en")
    walk(browser, httpd, "staged-one", "&cert=one.example.org")


def test_failing(make_httpd, make_pebble, browser):
    http = free_port()
    httpd = make_httpd(PAGE + site("blocked.example"), http=http,
                       pebble=make_pebble(http))
    httpd.announce(r"AE\d{3}: blocked\.example: ")
    httpd.start()
    wait_for(browser, httpd, "Needs attention", "/acme?lang=en")
    walk(browser, httpd, "failing")
    walk(browser, httpd, "failing-one", "&cert=blocked.example")
    browser.open(httpd.http, "/acme?lang=en&cert=blocked.example")
    assert "rejectedIdentifier" in browser.find("blockquote")[0].text
    assert browser.words(".failure h3")[0] == "What helps"


def test_who_has_no_mouse(make_httpd, browser):
    """The first key leads past the banner, and where the focus is is seen."""
    httpd = make_httpd(PAGE).start()
    browser.open(httpd.http, "/acme?lang=en")
    browser.find("body")[0].send_keys("\t")
    focus = browser.driver.switch_to.active_element
    assert focus.text == "Skip to the content"
    assert focus.rect["y"] >= 0
    assert focus.value_of_css_property("outline-style") == "solid"
    focus.send_keys("\n")
    assert browser.driver.current_url.endswith("#content")


# --- as many as there may be ------------------------------------------------

def many():
    """Certificates without virtual hosts: a start with so many of those takes
    minutes, and the pages are the same."""
    return "ACMERenew manual\n" + "".join(
        f"<ACMECertificate host{i}.example.org>\n</ACMECertificate>\n"
        for i in range(MANY))


def test_five_thousand(make_httpd, make_pebble, browser):
    http = free_port()
    httpd = make_httpd(many() + PAGE, pebble=make_pebble(http), http=http)
    httpd.announce(r"AE\d{3}: ")
    httpd.start()
    wait_for(browser, httpd, f"{MANY} of {MANY}", "/acme?lang=en")
    browser.check("many-en-light-wide")
    assert len(browser.find("tbody tr")) == 100
    browser.find("a[rel=next]")[0].click()
    assert browser.query()["page"] == ["2"]
    assert browser.find("tbody th a")[0].text == "host100.example.org"
    browser.find("#filter-name")[0].send_keys("host4321\n")
    assert [a.text for a in browser.find("tbody th a")] == \
        ["host4321.example.org"]
    browser.check("many-filtered-en-light-wide")
    browser.find("tbody th a")[0].click()
    assert browser.find("h1")[0].text.startswith("host4321.example.org")
