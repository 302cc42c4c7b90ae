"""ACMEReload hot where something is not as it should be at the start, and
certificates that are live and cannot be handed over."""

import time

import pytest

from lab.command import run
from lab.hot import HASTE, HOT, STEADY, begin, generations
from lab.sites import secure, site

NAME = "one.example.org"
RSA = f"{NAME}+rsa-2048"


def test_the_parent_lives_without_a_store(make_httpd, place):
    """The monitor's hook is called after ten seconds."""
    httpd = make_httpd("ACMEReload hot\n" + site(NAME),
                       store=place / "missing/acme")
    httpd.announce("AE0..: ")
    httpd.haste = HASTE
    httpd.start()
    time.sleep(15 / HASTE)
    assert httpd.process.running()
    assert "AE070: " in httpd.log()


def test_one_type_of_two_is_too_large(make_httpd):
    """mod_ssl's own of that type is served on, beside the other type's new
    one; both were read from files."""
    company = begin(make_httpd("ACMEKeyType ecdsa-p256 rsa-2048\n" + HOT
                               + STEADY["event"] + secure(NAME)), HASTE)
    httpd = company.httpd
    httpd.announce(f"AE108: {NAME}: ")
    for name in (NAME, RSA):
        company.stage(name)
    httpd.wait_log("is served from now on", count=2)
    httpd.restart()
    httpd.wait_log("the worker has begun", count=2)
    old = company.known[NAME][-1]
    cert = company.sign(NAME)
    answer = company.bring(NAME, cert, company.authority.heavy(40_000))
    assert answer.status == 0, answer.err
    httpd.wait_log(f"AE108: {NAME}: .*32768")
    for _ in range(10):
        assert company.served(NAME, "aECDSA") == old
        assert company.served(NAME, "aRSA") == company.known[RSA][-1]
    company.stage(RSA)
    httpd.require(lambda: company.served(NAME, "aRSA")
                  == company.known[RSA][-1], 15, "other type")
    assert company.served(NAME, "aECDSA") == old


def test_the_other_type_is_no_news(make_httpd):
    """It is handed over along with the new one, and was served before."""
    company = begin(make_httpd("ACMEKeyType ecdsa-p256 rsa-2048\n" + HOT
                               + STEADY["event"] + secure(NAME)), HASTE)
    httpd = company.httpd
    for name in (NAME, RSA):
        company.stage(name)
    httpd.wait_log("is served from now on", count=2)
    httpd.restart()
    httpd.wait_log("the worker has begun", count=2)
    company.stage(RSA)
    httpd.wait_log(r"\+rsa-2048: serial \S+ is served from now on", count=2)
    assert httpd.log().count("is served from now on") == 3


@pytest.mark.parametrize("reload", [
    "ACMEReload hot", "ACMEReload graceful", "ACMEReload none",
    "ACMEReload graceful\nACMEDeploy manual"])
def test_settings_that_do_not_take_it(make_httpd, reload):
    """It is refused as soon as it is staged: a restart that takes it along
    would end httpd."""
    company = begin(make_httpd(
        HOT + STEADY["event"]
        + secure(NAME, inside="SSLCipherSuite DEFAULT@SECLEVEL=3")), HASTE)
    httpd = company.httpd
    httpd.announce("AE052: ", f"AE071: {NAME}: ")
    first, = company.deploy(NAME)
    httpd.stop()
    httpd.configure(httpd.config.read_text().replace(
        httpd.common, "").replace(
            "ACMEReload hot", f"ACMEKeyType rsa-2048\n{reload}"))
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    company.forget_key(NAME)
    before = generations(httpd)
    company.stage(NAME)
    httpd.wait_log(f"AE071: {NAME}: .*too small.*mend SSLCipherSuite")
    httpd.wait_log("AE052: ")
    assert "too small" in run(httpd, "status", NAME).out
    time.sleep(15 / HASTE)  # the parent looks again
    assert generations(httpd) == before
    httpd.graceful()
    httpd.require(lambda: generations(httpd) != before, 15, "restart")
    for _ in range(5):
        assert company.served(NAME) == company.live(NAME) == first
    assert httpd.log().count("AE071") == 1
