"""The ways of docs/migration.md: at each moment of a move some certificate is
served, and each way leads back."""

import pytest
from cryptography import x509

from lab import client, pki
from lab.httpd import MODULES
from lab.process import free_port, wait_until
from lab.sites import redirect, secure

NAME = "www.example.org"

MOD_MD = """
LoadModule md_module {modules}/mod_md.so
MDCertificateAuthority {url}
MDCACertificateFile {trust}
MDCertificateAgreement accepted
MDContactEmail admin@example.org
MDStoreDir {{root}}/md
MDPortMap http:{{http}} https:{{https}}
MDCAChallenges http-01
MDPrivateKeys secp256r1
"""
BEGUN = "resuming normal operations"
DOMAIN = f"<MDomain {NAME}>\nMDRenewMode auto\n</MDomain>\n"
RESTING = DOMAIN.replace("auto", "manual")

OFF = redirect(NAME) + secure(NAME, engine="ACMEEngine off")
ON = redirect(NAME) + secure(NAME)


def serial(httpd):
    return client.certificate(httpd.https, NAME).serial_number


def serial_in(path):
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def live_serial(httpd):
    httpd.wait_live(NAME)
    return serial_in(httpd.live(NAME)[0])


def move(httpd, body, expected):
    """The next step: what is served then, of all that may be served."""
    before = serial(httpd)
    starts = httpd.log().count(BEGUN)
    httpd.configure(body)
    httpd.graceful()
    httpd.wait_log(BEGUN, count=starts + 1)

    def is_there():
        now = serial(httpd)
        assert now in (before, expected)
        return now == expected

    wait_until(is_there, 30, f"certificate {expected:x}")
    assert client.ask_tls(httpd.https, NAME).status == 200


@pytest.fixture
def ours(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http)
    return make_httpd(OFF, pebble=pebble, http=http), pebble


def test_from_mod_md(ours):
    httpd, pebble = ours
    md = MOD_MD.format(modules=MODULES, url=pebble.url,
                       trust=pebble.trust_file)
    httpd.announce(f"AE024: {NAME}: mod_md manages it too")
    httpd.configure(md + DOMAIN + OFF)
    httpd.start()
    httpd.wait_log("AH10059: The Managed Domain")
    httpd.graceful()
    wait_until(lambda: "Pebble" in str(
        client.certificate(httpd.https, NAME).issuer), 30, "certificate")
    old = serial(httpd)
    move(httpd, md + RESTING + ON, old)
    new = live_serial(httpd)
    assert serial(httpd) == old != new
    move(httpd, md + ON, new)
    move(httpd, ON, new)
    move(httpd, md + DOMAIN + OFF, old)


def test_from_files_of_another_client(ours, place):
    httpd, _ = ours
    pki.make_sites(place, [NAME])
    file = f"SSLCertificateFile {place}/{NAME}.pem\n" \
           f"SSLCertificateKeyFile {place}/{NAME}.key"
    old = serial_in(place / f"{NAME}.pem")
    httpd.announce(f"AE079: {NAME}: ")
    without = redirect(NAME) + secure(NAME, engine="", inside=file)
    httpd.configure(without)
    httpd.start()
    move(httpd, redirect(NAME) + secure(NAME, inside=file), old)
    new = live_serial(httpd)
    assert serial(httpd) == old != new
    move(httpd, ON, new)
    move(httpd, without, old)
