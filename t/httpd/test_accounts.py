"""Accounts: customers of a CA, and who it can write to."""

import json

import pytest

from lab.process import free_port
from lab.secret import write_secret
from lab.sites import site

KID = "customer-7"
RIGHT = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
WRONG = "b10lLJs8l1GPIzsLP0s6pMt8O0XVGnfTaCeROxQM0BIt2XrJMDHJZBM5NuQmQJQH"
NAME = "one.example.org"

# No request is sent twice.
EACH_NONCE = {"PEBBLE_WFE_NONCEREJECT": "0"}


@pytest.fixture
def customer(make_httpd, make_pebble):
    """httpd and a CA that has accounts for one customer only."""
    http = free_port()
    pebble = make_pebble(http, customers={KID: RIGHT},
                         environment=EACH_NONCE)

    def make(secret, mode=0o600):
        httpd = make_httpd(site(NAME), pebble=pebble, http=http)
        if secret:
            path = write_secret(httpd.directory / "hmac", secret, mode)
            httpd.configure(f"ACMEExternalAccount {pebble.url} {KID} {path}\n"
                            + site(NAME))
        return httpd, pebble
    return make


def new_accounts(pebble):
    return pebble.requests("POST /sign-me-up")


def test_a_customer_gets_an_account(customer):
    httpd, pebble = customer(RIGHT)
    assert httpd.check()[0] == 0
    httpd.start()
    httpd.wait_live(NAME)
    assert new_accounts(pebble) == 1
    for path in httpd.store.rglob("*"):
        assert not path.is_file() or RIGHT.encode() not in path.read_bytes()
    assert RIGHT not in httpd.log()


def test_a_wrong_secret_is_explained_and_replaced(customer):
    httpd, pebble = customer(WRONG)
    httpd.announce("AE040")
    httpd.start()
    httpd.wait_log(r"AE040: .*ACMEExternalAccount")
    line = [one for one in httpd.log().splitlines() if "AE040" in one][0]
    assert KID in line and WRONG not in httpd.log()
    assert new_accounts(pebble) == 1
    # No sooner than the next attempt, whoever restarts what.
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=2)
    assert new_accounts(pebble) == 1
    write_secret(httpd.directory / "hmac", RIGHT)
    httpd.graceful()
    wait_issued(httpd, NAME)


def test_a_customer_who_says_nothing(customer):
    httpd, pebble = customer(None)
    httpd.announce("AE040")
    httpd.start()
    httpd.wait_log(r"AE040: .*externalAccountRequired.*"
                   r"write ACMEExternalAccount with them")
    assert new_accounts(pebble) == 0


def test_a_secret_that_others_may_read(customer):
    httpd, _ = customer(RIGHT, mode=0o644)
    status, said = httpd.check()
    assert status != 0
    assert "chmod 600" in said and RIGHT not in said


def addresses(*mails):
    """Each with a certificate of its own, so that there is something to
    order."""
    return "".join(site(f"n{i}.example.org", inside=f"ACMEEmail {mail}")
                   for i, mail in enumerate(mails))


def wait_issued(httpd, name):
    """Not deployed yet: httpd does not restart twice within a minute, as a CA
    that refused the account is left alone for one."""
    httpd.wait_log(rf"{name}: certificate issued by .* staged", seconds=150)


def updates(pebble):
    return pebble.requests("POST /my-account/")


def test_a_changed_address_is_told(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http, environment=EACH_NONCE)
    httpd = make_httpd(addresses("admin@example.org"), pebble=pebble,
                       http=http).start()
    httpd.wait_live("n0.example.org")
    assert updates(pebble) == 0
    httpd.configure(addresses("root@example.org", "root@example.org"))
    httpd.graceful()
    wait_issued(httpd, "n1.example.org")
    assert updates(pebble) == 1
    record = next((httpd.store / "accounts").glob("*/account.json"))
    assert json.loads(record.read_text())["contact"] == [
        "mailto:root@example.org"]
    httpd.configure(addresses(*["root@example.org"] * 3))
    httpd.graceful()
    wait_issued(httpd, "n2.example.org")
    assert updates(pebble) == 1
    assert new_accounts(pebble) == 1


def test_addresses_that_the_ca_refuses(make_httpd, make_pebble):
    """Pebble takes two at most."""
    http = free_port()
    pebble = make_pebble(http, environment=EACH_NONCE)
    httpd = make_httpd(addresses("admin@example.org"), pebble=pebble,
                       http=http).start()
    httpd.wait_live("n0.example.org")
    httpd.announce("AE060")
    httpd.configure(addresses("a@example.org", "b@example.org",
                              "c@example.org"))
    httpd.graceful()
    httpd.wait_log("AE060: .*too many contacts.*ACMEEmail")
    wait_issued(httpd, "n1.example.org")
