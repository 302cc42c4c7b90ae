"""A certificate's life by the administrator's hand, in seven steps: account,
request, signature, look, deployment, schedule, automatic renewal."""

import re

from cryptography import x509

from lab import client
from lab.command import run
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN

NAME = "one.example.org"
ALIAS = "two.example.org"
SITE = "ACMEKeyReuse on\n" + PLAIN + site(NAME, ALIAS)
BY_HAND = "ACMERenew manual\nACMEDeploy manual\n"
BY_ITSELF = "ACMEDeploy Mon-Sun 00:00-12:00 Mon-Sun 12:00-24:00\n"


def told(httpd, *words):
    """What a verb says that does what it is asked."""
    answer = run(httpd, *words)
    assert answer.status == 0, answer.err
    return answer


def shown(httpd, which):
    return told(httpd, "show", NAME, f"--{which}", "--json").json()[which]


def numbers(cert):
    return cert.public_key().public_numbers()


def served(httpd, root):
    try:
        return client.certificate(httpd.https, NAME, root)
    except OSError:
        return None


def see_account(httpd, state):
    (account,) = told(httpd, "account", "list",
                      "--json").json()["accounts"]
    assert account["state"] == state
    return account


def see_request(httpd):
    text = told(httpd, "csr", NAME).out
    request = x509.load_pem_x509_csr(text.encode())
    assert told(httpd, "show", NAME, "--csr", "--pem").out == text
    decoded = told(httpd, "show", NAME, "--csr").out
    assert NAME in decoded and ALIAS in decoded and "ecdsa-p256" in decoded
    return request


def sign(httpd):
    answer = told(httpd, "sign", NAME)
    for name in (NAME, ALIAS):
        assert f"{NAME}: validation of {name}: valid\n" in answer.err
    match = re.fullmatch(rf"{NAME}: issued, serial (\w+), valid until \S+; "
                         r"it is pending\n", answer.out)
    return match[1]


def see_pending(httpd, serial):
    pending = shown(httpd, "pending")
    assert pending["serial"] == serial
    assert set(pending["names"]) == {NAME, ALIAS}
    assert not httpd.live(NAME)[0].exists()
    assert run(httpd, "show", NAME, "--live").status == 2


def deploy(httpd, root, serial):
    answer = told(httpd, "deploy", NAME)
    assert f"serial {serial} is approved, httpd restarts for it" in answer.out
    cert = httpd.require(lambda: served(httpd, root), 40, "certificate")
    assert cert.serial_number == int(serial, 16)
    assert run(httpd, "deploy", NAME).status == 2
    return cert


def test_seven_steps(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http, lifetime=90)
    httpd = make_httpd(BY_HAND + SITE, pebble=pebble, http=http)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    see_account(httpd, "none")
    request = see_request(httpd)
    serial = sign(httpd)
    assert see_account(httpd, "valid")["account"].startswith("https://")
    see_pending(httpd, serial)
    cert = deploy(httpd, pebble.root(), serial)
    assert numbers(cert) == numbers(request)
    httpd.configure(BY_ITSELF + SITE)
    httpd.graceful()
    httpd.require(lambda: told(httpd, "status", NAME, "--json").json()
                  ["certificates"][0]["nextAction"] == "renew", 20,
                  "renewal that is planned")
    second = httpd.require(
        lambda: client.certificate(httpd.https, NAME).serial_number
        != cert.serial_number and served(httpd, pebble.root()), 120,
        "renewed certificate")
    assert numbers(second) == numbers(request)
    assert shown(httpd, "live")["serial"] != serial
