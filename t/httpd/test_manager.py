"""acme-edge-manager: who may press its buttons, and what they do."""

import fcntl
import os
import re

import pytest

from lab import client
from lab.clock import Clock
from lab.manager import (AUTH, PATH, Page, Visitor, fields, location,
                         write_users)
from lab.pki import make_client, make_sites
from lab.process import free_port
from lab.sites import site
from lab.status import MAIN, statuses

NAME = "one.example.org"
TLS_HOST = "manager.example.org"
HOSTILE = 'eve" asked to sign <script>x</script>\\\x1b[31m'

HOST = f"""
{AUTH}
<VirtualHost *:{{http}}>
    ServerName {MAIN}
    {location()}
    {location("/open", "Require all granted")}
    <Location /none>
        SetHandler acme-edge-manager
    </Location>
</VirtualHost>
"""


@pytest.fixture
def http():
    return free_port()


@pytest.fixture
def pebble(make_pebble, http):
    return make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0"})


@pytest.fixture
def start(make_httpd, pebble, http):
    def begin(settings, **environment):
        httpd = make_httpd(settings + HOST + site(NAME), pebble=pebble,
                           http=http)
        write_users(httpd, "anna", "bert", HOSTILE)
        httpd.announce("AE054: ")
        httpd.start(**environment)
        httpd.require(httpd.worker, 30, "worker")
        return httpd
    return begin


@pytest.fixture
def by_hand(start):
    """One that orders nothing by itself."""
    return start("ACMERenew manual\n")


@pytest.fixture
def pending(start):
    """One with a certificate that waits for a person."""
    httpd = start("ACMEDeploy manual\n")
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "staged", 60,
                  "staged certificate")
    return httpd


def requests(httpd):
    return sorted(os.listdir(httpd.store / "requests"))


def expect_unmoved(httpd):
    assert requests(httpd) == []
    assert (httpd.store / "staging" / NAME / "set").exists()
    assert not re.search("manager: .*: done", httpd.log())


# --- who may not -------------------------------------------------------------

@pytest.mark.parametrize("path, user", [
    ("/none", None), ("/none", "anna"), ("/open", None), ("/open", "anna"),
])
def test_nobody_who_is_not_authenticated(by_hand, path, user):
    """Not even with Require all granted, whatever they send along."""
    httpd = by_hand
    httpd.announce("AE100: ")
    nobody = Visitor(httpd, user, path=path)
    nonce = Visitor(httpd, "anna").form(NAME)["nonce"]
    for count, answer in enumerate((
            nobody.get(), nobody.ask("HEAD", path), nobody.get("?format=json"),
            nobody.send({"do": "sign", "name": NAME, "serial": "",
                         "nonce": nonce})), 1):
        assert answer.status == 403
        assert NAME.encode() not in answer.body
        httpd.wait_log(rf"AE100: .* at {path} .*Require valid-user", 5, count)
    assert requests(httpd) == []


def test_a_wrong_password(by_hand):
    by_hand.announce("AH01617")
    assert Visitor(by_hand, "anna", "guess").get().status == 401


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"https://{MAIN}"},
    {"Origin": None},
    {"Origin": None, "Referer": "https://evil.example/acme"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
])
def test_a_form_of_another_site(pending, headers):
    httpd = pending
    httpd.announce("AE101: ")
    anna = Visitor(httpd, "anna")
    for verb in ("sign", "deploy", "discard", "show", "check"):
        answer = anna.send(fields(anna.form(NAME), verb), headers)
        assert answer.status == 403
        assert "did not come from this page" in Page(
            answer.body.decode()).notice
    httpd.wait_log('AE101: manager: a request of "anna" was refused: ', 5, 5)
    expect_unmoved(httpd)


def test_a_referer_of_this_site(pending):
    """Where a browser sends no Origin."""
    anna = Visitor(pending, "anna")
    answer = anna.send(fields(anna.form(NAME), "show"),
                       {"Origin": None, "Sec-Fetch-Site": None,
                        "Referer": f"{anna.origin}{PATH}?cert={NAME}"})
    assert answer.status == 200


def spoil(form, nonce):
    return {**fields(form, "deploy"), "nonce": nonce}


def test_a_nonce_that_is_not_ones_own(pending):
    httpd = pending
    anna, bert = Visitor(httpd, "anna"), Visitor(httpd, "bert")
    form = anna.form(NAME)
    nonce = form["nonce"]
    without = fields(form, "deploy")
    del without["nonce"]
    for sent in (without, spoil(form, ""), spoil(form, "0" * 64),
                 spoil(form, nonce[:-1]), spoil(form, nonce.upper() + "0"),
                 spoil(form, bert.form(NAME)["nonce"])):
        answer = anna.send(sent)
        assert answer.status == 403
        page = Page(answer.body.decode())
        assert "press the button again" in page.notice
        assert page.forms[NAME]["nonce"] == nonce
    assert bert.send(fields(form, "deploy")).status == 403
    httpd.wait_log('manager: "anna" asked for something: refused: ', 5, 6)
    expect_unmoved(httpd)


def test_a_nonce_that_is_old(start, place):
    clock = Clock(place)
    httpd = start("ACMERenew manual\n", **clock.environment)
    anna = Visitor(httpd, "anna")
    form = anna.form(NAME)
    clock.set(2 / 24)
    assert anna.send(fields(form, "sign")).status == 403
    assert requests(httpd) == []
    assert anna.press("show", NAME).status == 200


def test_a_nonce_outlives_a_restart(pending):
    anna = Visitor(pending, "anna")
    form = anna.form(NAME)
    pending.graceful()
    pending.wait_log("the worker has begun", 30, 2)
    assert anna.press("show", NAME, form).status == 200


def test_a_get_does_nothing(pending):
    anna = Visitor(pending, "anna")
    form = anna.form(NAME)
    for verb in ("sign", "deploy", "discard", "check"):
        answer = anna.get(f"?do={verb}&name={NAME}&serial={form['serial']}"
                          f"&nonce={form['nonce']}")
        assert answer.status == 200
        assert Page(answer.body.decode()).answer == ""
    assert anna.ask("PUT", PATH, "x").status == 405
    assert anna.ask("DELETE", PATH).status == 405
    expect_unmoved(pending)


@pytest.mark.parametrize("body, kind, status", [
    ("x" * 9000, "application/x-www-form-urlencoded", 413),
    ("do=deploy&" + "name=a&" * 2, "application/x-www-form-urlencoded", 400),
    ("do=%zz", "application/x-www-form-urlencoded", 400),
    ("do=deploy&all=1", "application/x-www-form-urlencoded", 400),
    ('{"do": "deploy"}', "application/x-www-form-urlencoded", 400),
    ('{"do": "deploy"}', "application/json", 415),
    ("do=deploy", "text/plain", 415),
    ("do=deploy", None, 415),
    ("", "application/x-www-form-urlencoded", 403),
])
def test_what_no_button_sends(pending, body, kind, status):
    anna = Visitor(pending, "anna")
    answer = anna.ask("POST", PATH, body, {
        "Origin": anna.origin, "Content-Type": kind})
    assert answer.status == status
    expect_unmoved(pending)


def test_a_button_that_is_none(pending):
    anna = Visitor(pending, "anna")
    form = anna.form(NAME)
    assert anna.send(fields(form, "revoke")).status == 400
    assert anna.send({**fields(form, "sign"),
                      "name": "nobody.example.org"}).status == 404
    pending.wait_log('"anna" asked to sign what is no certificate: refused')
    expect_unmoved(pending)


def test_headers(by_hand):
    answer = Visitor(by_hand, "anna").get()
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    for word in ("default-src 'none'", "form-action 'self'",
                 "frame-ancestors 'none'"):
        assert word in policy
    head = Visitor(by_hand, "anna").ask("HEAD", PATH)
    assert (head.status, head.body) == (200, b"")


# --- what they do ------------------------------------------------------------

def follow(visitor, answer):
    """To where a button leads: the page with its notice."""
    assert answer.status == 303, answer.body
    assert answer.headers["Location"].startswith(f"{visitor.path}?cert=")
    landed = visitor.ask("GET", answer.headers["Location"])
    assert landed.status == 200
    return Page(landed.body.decode())


def test_sign_now(by_hand, pebble):
    httpd = by_hand
    anna = Visitor(httpd, "anna")
    assert "no certificate" in Page(
        anna.press("show", NAME).body.decode()).notice
    page = follow(anna, anna.press("sign", NAME))
    assert "was asked for" in page.notice
    assert page.renews  # the worker has heard it
    httpd.wait_log(f'manager: "anna" asked to sign {NAME}: done', 5)
    httpd.wait_live(NAME)
    served = client.certificate(httpd.https, NAME)
    shown = Page(anna.press("show", NAME).body.decode()).answer
    assert shown.startswith("live")
    serial = re.search(r"serial number +(\w+)", shown)[1]
    assert int(serial, 16) == served.serial_number
    assert pebble.requests("POST /order-plz") == 1


def test_deploy_pending(pending):
    httpd = pending
    anna = Visitor(httpd, "anna")
    form = anna.form(NAME)
    shown = Page(anna.press("show", NAME).body.decode()).answer
    assert shown.startswith("pending")
    assert re.search(rf"serial number +{form['serial']}\n", shown)
    page = follow(anna, anna.press("deploy", NAME))
    assert "is approved" in page.notice
    httpd.wait_live(NAME)
    served = client.certificate(httpd.https, NAME)
    assert served.serial_number == int(form["serial"], 16)
    answer = anna.send(fields(form, "deploy"))
    assert answer.status == 409
    assert "no pending certificate" in Page(answer.body.decode()).notice
    httpd.wait_log(f'"anna" asked to deploy {NAME}: done', 5)
    httpd.wait_log(f'"anna" asked to deploy {NAME}: refused: ', 5)


def test_discard(pending, pebble):
    httpd = pending
    anna = Visitor(httpd, "anna")
    page = follow(anna, anna.press("discard", NAME))
    assert "is discarded" in page.notice
    httpd.wait_log(f"{NAME}: the pending certificate was discarded", 10)
    assert not (httpd.store / "staging" / NAME / "set").exists()
    httpd.require(lambda: requests(httpd) == [], 10, "end of the request")
    assert "deploy" not in anna.form(NAME)["buttons"]
    assert "somebody discarded it" in statuses(httpd)[NAME][
        "NextActionReason"]
    assert pebble.requests("POST /order-plz") == 1


@pytest.mark.parametrize("verb", ["deploy", "discard"])
def test_another_one_than_was_seen(pending, verb):
    httpd = pending
    anna = Visitor(httpd, "anna")
    for serial in ("0123", ""):
        sent = {**fields(anna.form(NAME), verb), "serial": serial}
        answer = anna.send(sent)
        assert answer.status == 409
        assert "is another one now" in Page(answer.body.decode()).notice
    expect_unmoved(httpd)


def test_the_language_of_the_page(pending):
    anna = Visitor(pending, "anna")
    form = anna.page("?lang=ja").forms[NAME]
    answer = anna.press("deploy", NAME, form)
    assert answer.headers["Location"].endswith("&lang=ja&done=deploy")
    assert "配備待ちの証明書を承認しました" in follow(anna, answer).notice


def test_done_is_a_word_of_ours(by_hand):
    """What somebody else puts into a link is not shown."""
    anna = Visitor(by_hand, "anna")
    for words in ("show", "revoke", "%3Cscript%3E", "sign%20now", ""):
        assert anna.page(f"?cert={NAME}&done={words}").notice == ""
    assert anna.page(f"?cert={NAME}&done=sign").notice != ""


def test_a_hostile_name(by_hand):
    httpd = by_hand
    eve = Visitor(httpd, HOSTILE)
    answer = eve.press("show", NAME)
    assert answer.status == 200
    assert b"<script>" not in answer.body
    assert b"\x1b" not in answer.body
    httpd.wait_log(re.escape('manager: "eve? asked to sign <script>x</script>'
                             ) + r'\\+\?\[31m" asked to show ' + NAME, 5)
    assert "\x1b" not in httpd.log()


# --- by a client's certificate -----------------------------------------------

def tls_host(inside):
    return f"""
<VirtualHost *:{{https}}>
    ServerName {TLS_HOST}
    SSLEngine on
    SSLCertificateFile "{{root}}/{TLS_HOST}.pem"
    SSLCertificateKeyFile "{{root}}/{TLS_HOST}.key"
    SSLCACertificateFile "{{root}}/clients.pem"
    SSLVerifyClient require
    {inside}
</VirtualHost>
"""


USER_NAME = f"""
<Location {PATH}>
    SetHandler acme-edge-manager
    SSLUserName SSL_CLIENT_S_DN_CN
    Require all granted
</Location>
"""


FAKE_BASIC = location(who="SSLOptions +FakeBasicAuth\nRequire valid-user")


@pytest.mark.parametrize("inside, user", [(USER_NAME, "carla"),
                                          (FAKE_BASIC, "/CN=carla")],
                         ids=["SSLUserName", "FakeBasicAuth"])
def test_a_client_certificate(make_httpd, pebble, http, inside, user):
    httpd = make_httpd("ACMERenew manual\n" + HOST + tls_host(inside)
                       + site(NAME), pebble=pebble, http=http)
    certificate = make_client(httpd.directory, "carla")
    make_sites(httpd.directory, [TLS_HOST])
    write_users(httpd, "/CN=carla", password="password")
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 30, "worker")
    carla = Visitor(httpd, host=TLS_HOST, certificate=certificate)
    follow(carla, carla.press("sign", NAME))
    httpd.wait_log(f'manager: "{user}" asked to sign {NAME}: done', 5)
    httpd.wait_live(NAME)


# --- check -------------------------------------------------------------------

def test_check_one_at_a_time(by_hand):
    """Others are told to wait, and are not kept waiting."""
    anna = Visitor(by_hand, "anna")
    held = os.open(by_hand.store / "requests", os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        answer = anna.press("check", NAME)
    finally:
        os.close(held)
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "in a minute" in Page(answer.body.decode()).notice
    by_hand.wait_log(f'"anna" asked to check {NAME}: refused: somebody', 5)
