"""The buttons of acme-edge-manager, pressed in a real browser."""

from lab import client, manager
from lab.browser import PHONE
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN

NAME = "one.example.org"
BODY = (manager.AUTH + manager.location() + PLAIN
        + "ACMERenew manual\nACMEDeploy manual\n" + site(NAME))


def start(make_httpd, make_pebble, browser):
    """One certificate that waits for a person, who is logged in."""
    http = free_port()
    httpd = make_httpd(BODY, pebble=make_pebble(http), http=http)
    httpd.announce(r"AE\d{3}: one\.example\.org: ")
    manager.write_users(httpd, "admin")
    httpd.start()
    browser.log_in(httpd.http, manager.PATH, "admin", manager.PASSWORD)
    open_one(browser, httpd)
    return httpd


def open_one(browser, httpd):
    browser.open(httpd.http, f"{manager.PATH}?lang=en&cert={NAME}")


def wait_for(browser, httpd, words):
    """Until the page has words on it: it renews itself."""
    httpd.require(lambda: words in browser.text(), 90, f"a page with {words}")


def press(browser, httpd, verb, answer="[role=status]"):
    """And wait for what comes of it, where nothing is wrong with it."""
    browser.press(f"button[value={verb}]")
    return httpd.require(lambda: browser.words(answer), 60,
                         f"{answer} after {verb}")[0]


def has(browser, verb):
    return bool(browser.words(f"button[value={verb}]"))


def test_from_sign_now_to_deployed(make_httpd, make_pebble, browser):
    httpd = start(make_httpd, make_pebble, browser)
    browser.check("manager-before-en-light-wide")
    assert not has(browser, "deploy")
    assert "order" in press(browser, httpd, "sign")
    wait_for(browser, httpd, "Staged")
    wait_for(browser, httpd, "Issued and staged")
    open_one(browser, httpd)
    browser.check("manager-staged-en-light-wide")
    browser.look(PHONE, "dark")
    browser.check("manager-staged-en-dark-narrow")
    browser.look()
    press(browser, httpd, "deploy")
    httpd.wait_live(NAME)
    httpd.require(lambda: client.certificate(httpd.https, NAME).issuer
                  .rfc4514_string().startswith("CN=Pebble"), 60,
                  "certificate of Pebble")
    open_one(browser, httpd)
    assert browser.words("h1 .state") == ["Valid"]


def test_discard(make_httpd, make_pebble, browser):
    httpd = start(make_httpd, make_pebble, browser)
    press(browser, httpd, "sign")
    wait_for(browser, httpd, "Staged")
    press(browser, httpd, "discard")
    httpd.require(lambda: open_one(browser, httpd)
                  or not has(browser, "discard"), 60,
                  "a page with nothing to discard")
    assert not httpd.live(NAME)[0].exists()


def test_show_and_check(make_httpd, make_pebble, browser):
    """What they answer stays until somebody goes on."""
    httpd = start(make_httpd, make_pebble, browser)
    assert NAME in press(browser, httpd, "check", "pre")
    browser.check("manager-check-en-light-wide")
    press(browser, httpd, "sign")
    wait_for(browser, httpd, "Staged")
    assert "CN=Pebble" in press(browser, httpd, "show", "pre")
    browser.check("manager-show-en-light-wide")
    assert not browser.find("meta[http-equiv]")


def test_list(make_httpd, make_pebble, browser):
    httpd = start(make_httpd, make_pebble, browser)
    browser.open(httpd.http, f"{manager.PATH}?lang=ja")
    browser.check("manager-list-ja-light-wide")
    press(browser, httpd, "sign")
    assert browser.query()["cert"] == [NAME]
    assert browser.query()["lang"] == ["ja"]
    wait_for(browser, httpd, "配備待ち")
