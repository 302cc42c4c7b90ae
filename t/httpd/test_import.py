"""acme-edge csr and import: a certificate of a CA without ACME, where no ACME
provider is configured at all."""

import hashlib
import json
import os
import pathlib
import re
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lab import client
from lab.authority import DER, Authority, pem
from lab.command import run
from lab.pki import self_signed
from lab.sites import site
from lab.status import PLAIN, statuses

NAME = "one.example.org"
ALIAS = "two.example.org"
BY_HAND = "ACMERenew manual\nACMEReload none\n"


@pytest.fixture
def authority(place):
    made = Authority()
    (place / "root.pem").write_bytes(pem(made.root))
    made.trust = place / "root.pem"
    return made


@pytest.fixture
def plain(make_httpd):
    """A server that knows nothing of any CA."""
    httpd = make_httpd(BY_HAND + PLAIN + site(NAME, ALIAS))
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    return httpd


def request(httpd):
    answer = run(httpd, "csr", NAME)
    assert (answer.status, answer.err) == (0, "")
    return answer.out


def given(httpd, contents):
    path = httpd.directory / "cert.pem"
    path.write_bytes(contents)
    return path


def bring(httpd, contents, authority=None, *words):
    """Import, by this CA's root where one is named."""
    trust = ["--trust", authority.trust] if authority else []
    return run(httpd, "import", NAME, given(httpd, contents), *trust, *words)


def pending(httpd):
    return run(httpd, "show", NAME, "--pending", "--json").json()["pending"]


def served(httpd, root):
    try:
        return client.certificate(httpd.https, NAME, root)
    except OSError:
        return None


def goes_live(httpd, cert, root):
    httpd.graceful()
    httpd.require(lambda: served(httpd, pem(root).decode()) == cert, 60,
                  "imported certificate that is served")
    httpd.require(httpd.worker, 20, "worker")


# --- csr ---------------------------------------------------------------------

def test_the_request_is_kept(plain):
    httpd = plain
    none = run(httpd, "show", NAME, "--csr")
    assert (none.status, none.out) == (2, "")
    assert f"acme-edge csr {NAME} makes one" in none.err
    text = request(httpd)
    made = x509.load_pem_x509_csr(text.encode())
    assert made.is_signature_valid
    assert client.names_of(made) == {NAME, ALIAS}
    assert request(httpd) == text
    assert run(httpd, "show", NAME, "--csr", "--pem").out == text
    told = run(httpd, "show", NAME, "--csr", "--json").json()["csr"]
    digest = hashes.Hash(hashes.SHA256())
    digest.update(made.public_bytes(DER))
    assert told == {"subject": "", "names": [NAME, ALIAS],
                    "keyType": "ecdsa-p256",
                    "sha256": digest.finalize().hex(), "differences": [],
                    "pem": text}
    shown = run(httpd, "show", NAME, "--csr").out
    for words in (NAME, ALIAS, "ecdsa-p256", told["sha256"]):
        assert words in shown
    assert run(httpd, "csr", ALIAS, "--json").json() == told
    assert "PRIVATE KEY" not in "".join(
        path.read_text(errors="replace")
        for path in (httpd.store / "kept" / NAME).iterdir())


def test_out_overwrites_nothing(plain):
    httpd = plain
    out = httpd.directory / "request.pem"
    answer = run(httpd, "csr", NAME, "--out", out)
    assert (answer.status, answer.out) == (
        0, f"{NAME}: the request is in {out}\n")
    assert out.read_text() == request(httpd)
    assert run(httpd, "csr", NAME, "--out", out).status == 0
    out.write_text("precious")
    answer = run(httpd, "csr", NAME, f"--out={out}")
    assert (answer.status, answer.out) == (1, "")
    assert "something else is there" in answer.err
    assert out.read_text() == "precious"


def test_other_names_make_another_request_of_the_same_key(plain):
    httpd = plain
    before = x509.load_pem_x509_csr(request(httpd).encode())
    httpd.stop()
    httpd.configure(BY_HAND + PLAIN + site(NAME, "three.example.org"))
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    told = run(httpd, "show", NAME, "--csr", "--json").json()["csr"]
    assert told["differences"] == [
        "three.example.org is configured and not in it",
        f"{ALIAS} is in it and not configured"]
    after = x509.load_pem_x509_csr(request(httpd).encode())
    assert client.names_of(after) == {NAME, "three.example.org"}
    assert after.public_key().public_numbers() == \
        before.public_key().public_numbers()


# --- import ------------------------------------------------------------------

def test_from_the_request_to_the_browser(plain, authority):
    """And again from the same request, as the year after."""
    httpd = plain
    text = request(httpd)
    for turn in (1, 2):
        cert = authority.sign(text)
        answer = bring(httpd, pem(cert, authority.intermediate), authority)
        assert (answer.status, answer.err) == (0, "")
        assert re.fullmatch(
            rf"{NAME}: serial \w+, valid until \S+, is pending: it goes live "
            r"with the next restart: apachectl graceful\n", answer.out)
        assert int(pending(httpd)["serial"], 16) == cert.serial_number
        again = bring(httpd, pem(cert, authority.intermediate), authority)
        assert (again.status, again.out) == (2, "")
        assert "is pending already" in again.err
        goes_live(httpd, cert, authority.root)
        again = bring(httpd, pem(cert, authority.intermediate), authority)
        assert again.status == 2
        assert "is in use already" in again.err
    assert run(httpd, "rollback", NAME).status == 0


def test_the_server_learns_of_it(plain, authority):
    """Without a restart, and waits for its window."""
    httpd = plain
    httpd.configure("ACMEDeploy manual\n" + BY_HAND + PLAIN
                    + site(NAME, ALIAS))
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=2)
    answer = bring(httpd, authority.chain(request(httpd)), authority,
                   "--json")
    assert answer.status == 0
    assert answer.json()["done"].endswith(
        f"is pending: it waits for `acme-edge deploy {NAME}`")
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "staged", 20,
                  "server that knows of it")
    assert run(httpd, "deploy", NAME).status == 0


def test_as_der_with_what_was_live(plain, authority):
    """The intermediate is known from the certificate before."""
    httpd = plain
    text = request(httpd)
    first = authority.sign(text)
    assert bring(httpd, pem(first, authority.intermediate),
                 authority).status == 0
    goes_live(httpd, first, authority.root)
    second = authority.sign(text)
    answer = bring(httpd, second.public_bytes(DER), authority)
    assert (answer.status, answer.err) == (0, "")
    assert len(pending(httpd)["chain"]) == 1
    goes_live(httpd, second, authority.root)


def test_order_and_excess_do_not_matter(plain, authority):
    """Behind the leaf, whatever is there; the root is left out."""
    httpd = plain
    cert = authority.sign(request(httpd))
    answer = bring(httpd, pem(cert, Authority("other").root, authority.root,
                              authority.intermediate), authority)
    assert (answer.status, answer.err) == (0, "")
    assert [link["subject"] for link in pending(httpd)["chain"]] == \
        ["CN=company intermediate"]


def test_made_with_the_rights_of_the_worker(plain):
    """In its directories a link could lead root anywhere."""
    kept = plain.store / "kept"
    owner = kept.stat()
    os.chown(kept, 0, 0)
    answer = run(plain, "csr", NAME)
    assert (answer.status, answer.out) == (1, "")
    assert "Permission denied" in answer.err
    assert list(kept.iterdir()) == []
    os.chown(kept, owner.st_uid, owner.st_gid)
    request(plain)


def test_signed_by_the_root(plain, authority):
    """A chain is never the leaf alone."""
    httpd = plain
    cert = authority.sign(request(httpd), by_root=True)
    assert bring(httpd, pem(cert), authority).status == 0
    assert [link["subject"] for link in pending(httpd)["chain"]] == \
        ["CN=company root"]
    goes_live(httpd, cert, authority.root)


def test_it_goes_where_its_key_is(make_httpd, authority):
    """One of two types of key, whichever was asked for."""
    httpd = make_httpd("ACMEKeyType ecdsa-p256 rsa-2048\n" + BY_HAND + PLAIN
                       + site(NAME, ALIAS))
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    further = f"{NAME}+rsa-2048"
    request(httpd)
    text = run(httpd, "csr", further).out
    cert = authority.sign(text)
    assert client.key_kind(cert) == "rsa-2048"
    answer = bring(httpd, pem(cert, authority.intermediate), authority)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"{further}: serial ")
    told = run(httpd, "show", further, "--pending", "--json")
    assert int(told.json()["pending"]["serial"], 16) == cert.serial_number
    assert run(httpd, "show", NAME, "--pending").status == 2


def test_for_the_administrators_own_request(make_httpd, authority, place):
    """ACMECSR: the key stays where root alone reads it."""
    subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", place / "own.key",
         "-out", place / "own.csr", "-subj", "/", "-addext",
         f"subjectAltName=DNS:{NAME},DNS:{ALIAS}"],
        capture_output=True, check=True)
    (place / "own.key").chmod(0o600)
    httpd = make_httpd(BY_HAND + PLAIN + site(
        NAME, ALIAS, inside=f"ACMECSR {place}/own.csr {place}/own.key"))
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    assert request(httpd) == (place / "own.csr").read_text()
    cert = authority.sign(request(httpd))
    answer = bring(httpd, pem(cert, authority.intermediate), authority)
    assert (answer.status, answer.err) == (0, "")
    staged = httpd.store / f"staging/{NAME}/set"
    assert [path.name for path in staged.iterdir()] == ["ecdsa-p256.cert"]
    goes_live(httpd, cert, authority.root)


def test_while_httpd_is_stopped(plain, authority):
    httpd = plain
    httpd.stop()
    cert = authority.sign(request(httpd))
    answer = bring(httpd, pem(cert, authority.intermediate), authority)
    assert answer.status == 0
    assert answer.out.endswith("is pending: it goes live when httpd starts\n")
    httpd.start()
    httpd.require(lambda: served(httpd, pem(authority.root).decode()) == cert,
                  30, "imported certificate")


# --- where the CA says that its certificate can be had ------------------------

def write(path, contents):
    path.write_bytes(contents)
    return path.name


def test_the_intermediate_is_fetched(plain, authority):
    """From httpd itself here, as DER or PEM; not by root."""
    httpd = plain
    text = request(httpd)
    pages = httpd.directory / "htdocs"
    for contents in (authority.intermediate.public_bytes(DER),
                     pem(authority.intermediate)):
        path = write(pages / "intermediate", contents)
        cert = authority.sign(
            text, url=f"http://127.0.0.1:{httpd.http}/{path}")
        answer = bring(httpd, pem(cert), authority)
        assert (answer.status, answer.err) == (0, "")
        assert [link["subject"] for link in pending(httpd)["chain"]] == \
            ["CN=company intermediate"]
        assert run(httpd, "discard", NAME).status == 0
    gone = authority.sign(text, url=f"http://127.0.0.1:{httpd.http}/gone")
    answer = bring(httpd, pem(gone), authority)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(r"not complete: .*; Cannot fetch http://\S+/gone: the "
                     r"answer is 404; put what is missing", answer.err)
    wrong = write(pages / "wrong", pem(Authority("other").intermediate))
    cert = authority.sign(text, url=f"http://127.0.0.1:{httpd.http}/{wrong}")
    answer = bring(httpd, pem(cert), authority)
    assert (answer.status, answer.out) == (1, "")
    assert "nobody knows the issuer" in answer.err
    none = write(pages / "none", b"no certificate")
    cert = authority.sign(text, url=f"http://127.0.0.1:{httpd.http}/{none}")
    assert bring(httpd, pem(cert), authority).status == 1


def test_one_after_the_other(plain, place):
    """Of a CA with two above the leaf; other schemes are not gone."""
    httpd = plain
    at = f"http://127.0.0.1:{httpd.http}"
    authority = Authority(url=f"{at}/root")
    (place / "root.pem").write_bytes(pem(authority.root))
    write(httpd.directory / "htdocs/intermediate",
          authority.intermediate.public_bytes(DER))
    write(httpd.directory / "htdocs/root", authority.root.public_bytes(DER))
    cert = authority.sign(request(httpd), url=f"{at}/intermediate")
    answer = bring(httpd, pem(cert))
    assert answer.status == 1  # found, and trusted by nobody
    assert "self-signed certificate in certificate chain" in answer.err
    local = authority.sign(request(httpd),
                           url=f"file://{place}/root.pem")
    answer = bring(httpd, pem(local))
    assert answer.status == 1
    assert "Cannot fetch" not in answer.err


def test_what_is_fetched_is_bounded(plain, authority):
    httpd = plain
    with open(httpd.directory / "htdocs/endless", "wb") as file:
        file.truncate(64 * 1024 * 1024)
    cert = authority.sign(request(httpd),
                          url=f"http://127.0.0.1:{httpd.http}/endless")
    answer = bring(httpd, pem(cert), authority)
    assert answer.status == 1
    assert "it has more than 262144 bytes" in answer.err


# --- what is refused ---------------------------------------------------------

def foreign(_, authority):
    csr = subprocess.run(
        ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
         "-subj", "/", "-addext", f"subjectAltName=DNS:{NAME},DNS:{ALIAS}"],
        capture_output=True, text=True, check=True).stdout
    return authority.chain(csr)


def cut(text, authority):
    whole = pem(authority.sign(text))
    return whole[:-60] + whole[-27:]


REFUSED = [
    (foreign, r"is of another key: neither the key that is kept .*; have the "
              "CA sign what `acme-edge csr"),
    (lambda text, ca: ca.chain(text, days=-1, begun=9),
     "is refused: The certificate is not valid now"),
    (lambda text, ca: ca.chain(text, days=9, begun=-2),
     "is refused: The certificate is not valid now"),
    (lambda text, ca: ca.chain(text, names=[NAME]),
     rf"is refused: .*{ALIAS}"),
    (lambda text, ca: pem(ca.sign(text)),
     r"The certificate chain is not complete: nobody knows the issuer of "
     r"/CN=one\.example\.org, which is /CN=company intermediate, by .*root"
     r"\.pem; put what is missing behind"),
    (lambda text, ca: pem(ca.sign(text), Authority("company").intermediate),
     "not trusted: .*(not complete|signature)"),
    (lambda text, ca: ca.chain(text, digest=hashes.SHA1()),
     "not trusted: .*too weak"),
    (lambda text, ca: self_signed(NAME), "is of another key"),
    (cut, "Cannot use .*cert.pem: .*; it must hold certificates as PEM"),
    (lambda text, ca: b"", "Cannot use .*: .*it is empty"),
    (lambda text, ca: b"\x30\x82\x01", "neither PEM nor one certificate"),
    (lambda text, ca: text.encode(), "Cannot use .*line 1 is not part of"),
    (lambda text, ca: b"x" * 300_000, "limit|larger|large"),
]


@pytest.mark.filterwarnings("ignore:SHA1 signatures")
@pytest.mark.parametrize("made, why", REFUSED)
def test_refused(plain, authority, made, why):
    """And nothing is changed."""
    httpd = plain
    httpd.stop()
    text = request(httpd)
    answer = bring(httpd, made(text, authority), authority)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(why, answer.err), answer.err
    assert run(httpd, "show", NAME).status == 2
    assert list((httpd.store / "requests").iterdir()) == []


def test_a_private_root_must_be_named(plain, authority):
    """To be in the file makes nobody trusted."""
    httpd = plain
    whole = authority.chain(request(httpd)) + pem(authority.root)
    answer = bring(httpd, whole)
    assert (answer.status, answer.out) == (1, "")
    assert re.search(r"not trusted: .*self-signed certificate.*, by the roots "
                     r"of this system; name the root of a private CA by "
                     r"--trust FILE", answer.err)
    wrong = run(httpd, "import", NAME, given(httpd, whole), "--trust",
                pathlib.Path("/etc/hostname"))
    assert wrong.status == 1
    assert "there is no certificate in it" in wrong.err


def test_no_key_is_kept(plain, authority):
    httpd = plain
    text = request(httpd)
    for path in (httpd.store / "kept" / NAME).iterdir():
        path.unlink()
    answer = bring(httpd, authority.chain(text), authority)
    assert answer.status == 1
    assert re.search(r"no key is kept for .*; .*acme-edge csr", answer.err)


def test_what_is_revoked(plain, authority):
    httpd = plain
    httpd.stop()
    whole = authority.chain(request(httpd))
    assert bring(httpd, whole, authority).status == 0
    told = pending(httpd)
    assert run(httpd, "discard", NAME).status == 0
    which = f"{told['issuer']}\n{told['serial']}".encode()
    note = hashlib.sha256(which).hexdigest() + ".json"
    (httpd.store / "revoked" / note).write_text(json.dumps(
        {"at": 1795000000000000, "reason": "superseded",
         "serial": told["serial"], "not_after": 1999000000000000}))
    answer = bring(httpd, whole, authority)
    assert (answer.status, answer.out) == (1, "")
    assert re.search("is refused: .*revoked.*superseded", answer.err)


def test_a_missing_file(plain):
    answer = run(plain, "import", NAME, "/nowhere/cert.pem")
    assert (answer.status, answer.out) == (1, "")
    assert "Cannot read /nowhere/cert.pem" in answer.err


def test_what_is_pending_stays(plain, authority):
    httpd = plain
    text = request(httpd)
    assert bring(httpd, authority.chain(text), authority).status == 0
    serial = pending(httpd)["serial"]
    answer = bring(httpd, authority.chain(text), authority)
    assert (answer.status, answer.out) == (1, "")
    assert "has a pending certificate already" in answer.err
    assert pending(httpd)["serial"] == serial


# --- without ACME ------------------------------------------------------------

def test_configtest_says_nothing_of_accounts(make_httpd):
    httpd = make_httpd(BY_HAND + PLAIN + site(NAME, ALIAS))
    status, said = httpd.check()
    assert status == 0
    assert "AE0" not in said
    httpd.configure(PLAIN + site(NAME, ALIAS))
    status, said = httpd.check()
    assert status == 0
    assert {"AE016", "AE017", "AE018"} <= set(re.findall(r"AE\d{3}", said))


def test_nobody_is_asked(plain, authority):
    """No request goes out by itself, with or without a certificate."""
    httpd = plain
    assert bring(httpd, authority.chain(request(httpd)), authority).status == 0
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=2)
    catalog = json.loads((httpd.store / "config.json").read_text())
    assert catalog["certificates"][0]["renewsByHand"] is True
    assert list((httpd.store / "accounts").iterdir()) == []
    assert "is ordered from" not in httpd.log()
