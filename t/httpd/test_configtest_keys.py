"""configtest on the requests and keys that ACMECSR names."""

import dataclasses
import re
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization

from lab.configtest import (ACCOUNT, Configtest, expect_error, expect_quiet,
                            vhost)
from lab.requests import (PEM, make_key, make_request, to_pem, write_key,
                          write_pair)

NAME = "a.example.org"
MORE = "b.example.org"
INSIDE = "SSLEngine on\nACMEEngine on\nACMECSR www.csr www.key"
ANEW = "make the request anew with DNS names and addresses alone."
NOT_DNS = ("Cannot use the certificate signing request: its subject "
           "alternative names are damaged, hold forbidden characters, or are "
           f"not DNS names and addresses alone; {ANEW}")
TYPES = "ECDSA on P-256 or P-384, or RSA with 2048, 3072 or 4096 bits."
ONE_PEM = ("it must be one PEM that begins with BEGIN CERTIFICATE REQUEST, "
           "with nothing before or after it.")


@pytest.fixture
def configtest(tmp_path):
    def run(body, **options):
        return Configtest(tmp_path, body, **options)
    return run


def host(*names):
    return ACCOUNT + vhost(*names, inside=INSIDE)


def write_request(directory, text):
    (directory / "www.csr").write_text(text)


# --- what is taken -----------------------------------------------------------

@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "rsa-2048",
                                  "rsa-3072", "rsa-4096"])
def test_good(configtest, tmp_path, kind):
    write_pair(tmp_path, MORE, NAME.upper(), kind=kind)
    expect_quiet(configtest, host(NAME))


def test_a_common_name_is_enough(configtest, tmp_path):
    key = make_key()
    write_key(tmp_path / "www.key", key)
    write_request(tmp_path, to_pem(make_request(key, common=NAME)))
    expect_quiet(configtest, host(NAME))


def test_in_a_section(configtest, tmp_path):
    """Its hosts may use all names of the request."""
    write_pair(tmp_path, NAME, MORE)
    expect_quiet(configtest, ACCOUNT + f"<ACMECertificate {NAME}>\n"
                 "ACMECSR www.csr www.key\n</ACMECertificate>\n"
                 + vhost(NAME) + vhost(MORE))


@pytest.mark.parametrize("name", [NAME, MORE])
def test_two_hosts_share_it(configtest, tmp_path, name):
    write_pair(tmp_path, NAME, MORE)
    expect_quiet(configtest, host(NAME) + vhost(name, port=8443,
                                                inside=INSIDE))


# --- files that cannot be used: a sentence and its line ----------------------

@dataclasses.dataclass
class Row:
    label: str
    spoil: Callable
    says: str  # {csr} and {key} are paths


def no_request(directory):
    (directory / "www.csr").unlink()


def no_key(directory):
    (directory / "www.key").unlink()


def foreign_key(directory):
    write_key(directory / "www.key", make_key())


def key_as_request(directory):
    write_request(directory, (directory / "www.key").read_text())


def broken(directory):
    text = (directory / "www.csr").read_text()
    write_request(directory, text.replace("-----END", "*\n-----END"))


def cut(directory):
    lines = (directory / "www.csr").read_text().splitlines(keepends=True)
    write_request(directory, "".join(lines[:2] + lines[-1:]))


def flipped(directory):
    """Within the signature."""
    lines = (directory / "www.csr").read_text().splitlines()
    body = lines[-2]
    at = len(body) // 2
    lines[-2] = body[:at] + ("A" if body[at] != "A" else "B") + body[at + 1:]
    write_request(directory, "\n".join(lines) + "\n")


def twice(directory):
    write_request(directory, (directory / "www.csr").read_text() * 2)


def with_text(directory):
    text = (directory / "www.csr").read_text()
    write_request(directory, "Certificate Request:\n" + text)


def empty(directory):
    write_request(directory, "")


def large(directory):
    write_request(directory, "A" * (128 * 1024 + 1))


def weak(kind):
    def spoil(directory):
        write_pair(directory, NAME, kind=kind)
    return spoil


def nameless(directory):
    write_pair(directory)


def nul_in_a_name(directory):
    """Behind the NUL stands what nobody looked at."""
    write_pair(directory, NAME + "\0.evil.example")


def nul_in_the_common_name(directory):
    key = make_key()
    write_key(directory / "www.key", key)
    write_request(directory, to_pem(
        make_request(key, common=NAME + "\0.evil.example")))


def shown(mode):
    def spoil(directory):
        (directory / "www.key").chmod(mode)
    return spoil


def link(directory):
    (directory / "www.key").rename(directory / "real.key")
    (directory / "www.key").symlink_to(directory / "real.key")


def encrypted(directory):
    (directory / "www.key").write_bytes(make_key().private_bytes(
        PEM, serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret")))


def key(why):
    return f"ACMECSR: {{key}} cannot be used: {why}"


def csr(why):
    return f"ACMECSR: {{csr}} cannot be used: {why}"


UNREADABLE = "Cannot read the certificate signing request: "
UNUSABLE = "Cannot use the certificate signing request: "
CHMOD = key("other users may read or write it; run chmod 600 {key}, and make "
            "another key, and a request for it, where somebody may have read "
            "it.")

ROWS = [
    Row("no request", no_request, csr(
        "Cannot read {csr}: No such file or directory; write the path of a "
        "file with one request in PEM.")),
    Row("no key", no_key, "ACMECSR: Cannot read {key}: No such file or "
        "directory; write the path of a file with the request's key in PEM."),
    Row("foreign key", foreign_key, key(
        "The key is not the request's: the request was signed with another "
        "one; write the path of the key that the request was made with.")),
    Row("key as request", key_as_request, csr(
        UNREADABLE + "line 1 is not part of a PEM; " + ONE_PEM)),
    Row("broken", broken, csr(
        UNREADABLE + r"line \d+ is not part of a PEM; " + ONE_PEM)),
    Row("cut", cut, csr(
        UNREADABLE + r"[\w: ,]+; copy it again, or make it anew\.")),
    Row("signature", flipped, csr(
        UNUSABLE + "it is not signed by its own key; make the request anew.")),
    Row("twice", twice, csr(
        UNUSABLE + "there is another one in the same file; write each into a "
        "file of its own.")),
    Row("with text", with_text, csr(
        UNREADABLE + "line 1 is not part of a PEM; " + ONE_PEM)),
    Row("empty", empty, csr(UNREADABLE + "it is empty; " + ONE_PEM)),
    Row("large", large, csr(
        "Cannot read {csr}: it is larger than allowed; write the path of a "
        "file with one request in PEM.")),
    Row("rsa-1024", weak("rsa-1024"), csr(
        UNUSABLE + "public CAs take no key like its rsa-1024 of 1024 bits; "
        "make another with " + TYPES)),
    Row("P-521", weak("ecdsa-p521"), csr(
        UNUSABLE + "public CAs take no key like its secp521r1 of 521 bits; "
        "make another with " + TYPES)),
    Row("secp256k1", weak("secp256k1"), csr(
        UNUSABLE + "public CAs take no key like its secp256k1 of 256 bits; "
        "make another with " + TYPES)),
    Row("no names", nameless, csr(
        "it names nothing; make the request anew, with DNS names as "
        "subjectAltName.")),
    Row("NUL in a name", nul_in_a_name, csr(NOT_DNS)),
    Row("NUL in the common name", nul_in_the_common_name, csr(
        UNUSABLE + "its common name is not a DNS name, or an address that is "
        f"not among its subject alternative names; {ANEW}")),
    Row("key for the group", shown(0o640), CHMOD),
    Row("key for all", shown(0o604), CHMOD),
    Row("key by a link", link, key(
        "it is not a file; write the path of the file itself.")),
    Row("key with a passphrase", encrypted,
        r"ACMECSR: Cannot use {key}: Cannot read the private key: .+; write "
        "the path of a file with the request's key in PEM."),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_refused(configtest, tmp_path, row):
    write_pair(tmp_path, NAME)
    row.spoil(tmp_path)
    line, said = configtest(host(NAME)).syntax_error()
    assert line == 7
    expected = row.says.replace("{csr}", str(tmp_path / "www.csr")).replace(
        "{key}", str(tmp_path / "www.key"))
    assert said == expected or re.fullmatch(expected, said), said


# --- what does not fit the rest ----------------------------------------------

def test_a_name_that_is_not_asked_for(configtest, tmp_path):
    write_pair(tmp_path, NAME)
    expect_error(
        configtest, host(NAME, MORE),
        f"AE021: {NAME}: ACMECSR of the virtual host at "
        f"SITE:3: the request does not ask for {MORE}; make a "
        "request with all names and its key, or take the name away.")


def test_too_many_names(configtest, tmp_path):
    write_pair(tmp_path, NAME, *(f"n{i}.example.org" for i in range(299)))
    expect_error(
        configtest, host(NAME),
        f"AE012: {NAME}: the certificate that the virtual host at "
        f"SITE:3 defines cannot be had. The certificate "
        f"{NAME} has 300 names: letsencrypt takes at most 100 in one "
        "certificate; spread the names over several certificates.")


@pytest.mark.parametrize("name,why", [
    ("*.example.org", "http-01 cannot validate a wildcard; write each host's "
     "name instead."),
    ("localhost", "it has one label only; write it with its domain, such "
     "as www.example.org."),
])
def test_names_that_no_ca_takes(configtest, tmp_path, name, why):
    write_pair(tmp_path, NAME, name)
    expect_error(
        configtest, host(NAME),
        f"AE012: {NAME}: the certificate that the virtual host at "
        f"SITE:3 defines cannot be had. No certificate can be "
        f'had for "{name}": {why}')


def test_the_same_host_without_it(configtest, tmp_path):
    write_pair(tmp_path, NAME)
    result = configtest(host(NAME) + vhost(NAME, port=8443))
    (line,) = result.lines("error")
    assert line.startswith(f"AE011: {NAME}: ") and "ACMECSR" in line


def test_another_host_has_a_name_of_the_request(configtest, tmp_path):
    """It would be served with a certificate that it does not know of."""
    write_pair(tmp_path, NAME, MORE)
    result = configtest(host(NAME) + vhost(MORE))
    assert not result.passed
    (line,) = result.lines("error")
    assert line.startswith(f"AE010: {MORE}: ")
