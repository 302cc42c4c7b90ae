"""Certificates for IP addresses (RFC 8738), and a server of IPv6 alone, in a
network of their own where port 80 is free."""

import pytest
from cryptography import x509

from lab import client
from lab.authority import Authority, pem
from lab.command import run
from lab.configtest import (ACCOUNT, Configtest, expect_error, expect_quiet,
                            expect_warning)
from lab.network import own_network
from lab.process import wait_until
from lab.proxy import Proxy
from lab.sites import site
from lab.status import MAIN, PLAIN, statuses

NAME = "both.example.org"
# Pebble sorts those of an order and of a request differently where the first
# byte of an IPv4 address is more than that of an IPv6 address.
V4, V6 = "10.0.2.80", "2001:db8::80"
LONG = "2001:0DB8:0:0::80"
DIRECTORY = "ipv6-2001-db8--80"
CA = "ACMEProvider https://ca.example.org/directory\n"
SERVER_STATUS = f"""
<VirtualHost *:80>
    ServerName {MAIN}
    <Location /server-status>
        SetHandler server-status
    </Location>
    <Location /acme-status>
        SetHandler acme-edge-status
    </Location>
</VirtualHost>
"""


def vhost(*lines, at="*:443"):
    return "\n".join([f"<VirtualHost {at}>", *lines, "SSLEngine on",
                      "ACMEEngine on", "</VirtualHost>", ""])


# --- what configtest says ----------------------------------------------------

@pytest.fixture
def configtest(tmp_path):
    return lambda body, **options: Configtest(tmp_path, body,
                                              listen="80 443", **options)


@pytest.mark.parametrize("lines", [
    [f"ServerName {V4}"], [f"ServerName {V4}:443", f"ServerAlias {V6}"],
    ["ServerName www.example.org", f"ServerAlias {LONG} {V4}"],
    [f"ServerAlias {V6}"], [f"ServerAlias [{V6}]"], [f"ServerAlias {V4}"]])
def test_addresses_are_names(configtest, lines):
    expect_quiet(configtest, ACCOUNT + CA + vhost(*lines))


def test_a_section_in_any_spelling(configtest):
    expect_quiet(configtest, ACCOUNT + CA
                 + f"<ACMECertificate {V4} [{LONG}]>\n</ACMECertificate>\n"
                 + vhost(f"ServerName {V4}", f"ServerAlias {V6}"))


def test_two_spellings_are_one_name(configtest):
    expect_error(
        configtest, ACCOUNT + CA
        + f"<ACMECertificate {V6}>\n</ACMECertificate>\n"
        + f"<ACMECertificate {LONG}>\n</ACMECertificate>\n",
        f"AE009: {V6}: <ACMECertificate> at SITE:4 and <ACMECertificate> at "
        "SITE:6 both define its certificate; leave the name in one of them")


@pytest.mark.parametrize("provider", [
    "letsencrypt", "letsencrypt-staging", "google letsencrypt"])
def test_where_the_ca_has_none(configtest, provider):
    expect_error(
        configtest, ACCOUNT + f"ACMEProvider {provider}\n"
        + vhost(f"ServerName {V4}"),
        f"AE012: {V4}: the certificate that the virtual host at SITE:4 "
        f"defines cannot be had. {provider.split()[-1]} issues no certificate "
        f"for the address {V4}: it has them only for orders that ask for its "
        "profile of short lifetimes, and this module's orders ask for no "
        "profile; write a DNS name, or another ACMEProvider for this "
        "certificate.")


WHOLE = "write one such as 192.0.2.1 or 2001:db8::1, or a DNS name; httpd " \
    "ends a ServerName at its first colon, so an IPv6 address stands in " \
    "ServerAlias"


@pytest.mark.parametrize("name, why, remedy", [
    ("192.0.2", "it is no whole IP address", WHOLE),
    ("2001", "it is no whole IP address", WHOLE),
    ("0.0.0.0", "it is no one's address",
     "write the address that clients ask"),
    ("::ffff:192.0.2.1", "it is an IPv4 address within an IPv6 address",
     "write the IPv4 address")])
def test_what_is_no_address(configtest, name, why, remedy):
    body = f"<ACMECertificate {name}>\n</ACMECertificate>\n"
    if name == "2001":  # and 123 were the port
        body = vhost("ServerName 2001:123::1")
    result = configtest(ACCOUNT + CA + body)
    assert not result.passed
    (line,) = result.lines("error")
    assert line.endswith(f'No certificate can be had for "{name}": {why}; '
                         f"{remedy}."), line


# No client names an address in TLS: the first host of it answers.
FIRST = vhost("ServerName www.example.org")


def hidden(words, first="SITE:4", own="SITE:9", host=None, port=":443"):
    return (f"AE034: {words}: clients that ask for {words} name no host in "
            f"TLS, so the virtual host at {first} answers them with its "
            f"certificate, and not the virtual host at {own}; write "
            f"<VirtualHost {host or words}{port}>, or put this virtual host "
            "before all others of its address")


def test_another_host_answers_for_an_address(configtest):
    expect_warning(configtest, ACCOUNT + CA + FIRST
                   + vhost(f"ServerName {V4}"), hidden(V4))
    expect_warning(configtest, ACCOUNT + CA + FIRST
                   + vhost(f"ServerAlias {V6}"), hidden(V6, host=f"[{V6}]"))
    # Forwarded to an address of this server: the first host of that one.
    expect_warning(configtest, ACCOUNT + CA
                   + vhost("ServerName www.example.org", at="192.0.2.1:443")
                   + vhost(f"ServerName {V4}", at="192.0.2.1:443"), hidden(V4))
    # At whatever port.
    expect_warning(configtest, ACCOUNT + CA
                   + vhost("ServerName www.example.org", at="192.0.2.1")
                   + vhost(f"ServerName {V4}", at="192.0.2.1"),
                   hidden(V4, port=""))


@pytest.mark.parametrize("body", [
    vhost(f"ServerName {V4}") + FIRST,
    FIRST + vhost(f"ServerName {V4}", at=f"{V4}:443"),
    FIRST + vhost(f"ServerAlias {V6}", at=f"[{V6}]:443"),
    FIRST + vhost(f"ServerName {V4}", at="192.0.2.1:443"),
    f"<ACMECertificate www.example.org {V4}>\n</ACMECertificate>\n" + FIRST
    + vhost(f"ServerName {V4}")])
def test_the_host_of_an_address_answers(configtest, body):
    expect_quiet(configtest, ACCOUNT + CA + body)


# --- issued ------------------------------------------------------------------

@pytest.fixture
def network(place):
    with own_network(place, [f"{V4}/32", f"{V6}/128"]):
        yield


def wait_served(httpd, name, root):
    """With a certificate that a client verifies for this address."""
    def served():
        try:
            return client.certificate(443, name, root, at=name)
        except OSError:
            return None
    return httpd.require(served, 60, f"verified certificate of {name}")


BOTH = f"""
Listen {V4}:80
Listen [{V6}]:80
Listen {V4}:443
Listen [{V6}]:443
{SERVER_STATUS}
<VirtualHost *:443>
    ServerName {V4}
    ServerAlias {LONG} {NAME}
    SSLEngine on
    ACMEEngine on
    ACMEProbe required
</VirtualHost>
"""


def test_issued_served_and_shown(network, make_pebble, make_httpd):
    pebble = make_pebble(80, dns=53)
    pebble.lead(NAME, V4, V6)
    httpd = make_httpd(BOTH, pebble=pebble)
    # What mod_ssl compares with ServerName are DNS names alone.
    httpd.announce("AH01909: .* does NOT include an ID which matches")
    httpd.start()
    httpd.wait_live(V4)
    for address in (V4, V6):
        cert = wait_served(httpd, address, pebble.root())
        assert client.addresses_of(cert) == {V4, V6}
        assert client.names_of(cert) == {NAME}
    httpd.wait_log("the worker has begun", count=2)
    assert list(statuses(httpd)) == [V4]
    checked = run(httpd, "check", V6, "--json")
    assert checked.status == 0, checked.out
    about = {row["about"]: row["found"] for row in checked.json()["rows"]}
    assert about[f"port 80 of {V4}"] == "this server answers"
    assert about[f"port 80 of {V6}"] == "this server answers"
    assert f"DNS of {V4}" not in about and f"DNS of {NAME}" in about
    for spelling in (V6, LONG, f"[{V6}]", V6.upper()):
        shown = run(httpd, "status", spelling, "--json")
        assert shown.status == 0, shown.err
        (told,) = shown.json()["certificates"]
        assert [one["name"] for one in told["validations"]] == [V4, V6, NAME]


ALONE = f"""
Listen [::]:80
Listen [::]:443
{SERVER_STATUS}
<VirtualHost *:443>
    ServerAlias {V6}
    SSLEngine on
    ACMEEngine on
    ACMEProbe required
</VirtualHost>
"""


def test_ipv6_alone(network, make_pebble, make_httpd):
    """The CA, the challenge, the status pages and the certificate's name."""
    pebble = make_pebble(80, dns=53, host="[::1]")
    httpd = make_httpd(ALONE, pebble=pebble)
    httpd.announce("AH01909: .* does NOT include an ID which matches")
    httpd.start()
    httpd.require(httpd.live(DIRECTORY)[0].exists, 90, "live certificate")
    cert = wait_served(httpd, V6, pebble.root())
    assert client.addresses_of(cert) == {V6}
    assert httpd.check()[0] == 0
    for path in "/server-status?auto", "/acme-status?format=json":
        wait_until(lambda p=path: V6.encode() in client.ask(
            80, p, host=MAIN, at=V6).body, 30, f"{V6} in {path}")
    checked = run(httpd, "check", f"[{LONG}]")
    assert checked.status == 0, checked.out + checked.err
    assert {path.name for path in (httpd.store / "live").iterdir()} == \
        {DIRECTORY}


def test_a_proxy_at_ipv6(network, make_pebble, make_httpd, started):
    pebble = make_pebble(80, dns=53, host="[::1]")
    proxy = Proxy(host="::1")
    started.append(proxy)
    httpd = make_httpd(f"ACMEProxy http://[::1]:{proxy.port}\n{ALONE}",
                       pebble=pebble)
    httpd.announce("AH01909: .* does NOT include an ID which matches")
    httpd.start()
    httpd.require(httpd.live(DIRECTORY)[0].exists, 90, "live certificate")
    assert set(proxy.tunnels) == {("CONNECT", f"[::1]:{pebble.port}")}


# --- by hand -----------------------------------------------------------------

def test_a_request_and_its_certificate(make_httpd, place):
    """What presents an address as a DNS name is not taken for it."""
    authority = Authority()
    (place / "root.pem").write_bytes(pem(authority.root))
    httpd = make_httpd("ACMERenew manual\nACMEReload none\n" + PLAIN
                       + site(NAME, V4, V6))
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    request = run(httpd, "csr", V6).out
    made = x509.load_pem_x509_csr(request.encode())
    assert (client.names_of(made), client.addresses_of(made)) == \
        ({NAME}, {V4, V6})

    def bring(**options):
        path = place / "given.pem"
        path.write_bytes(pem(authority.sign(request, **options),
                             authority.intermediate))
        return run(httpd, "import", V4, path, "--trust", place / "root.pem")

    refused = bring(names=[NAME, V4, V6])
    assert refused.status == 1
    assert f"does not cover {V4}" in refused.err
    assert bring().status == 0
    pending = run(httpd, "show", NAME, "--pending", "--json").json()["pending"]
    assert pending["names"] == [NAME, V4, V6]
