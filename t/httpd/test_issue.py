"""The main job: from a plain configuration to deployed certificates."""

import os
import stat

import pytest

from lab import client
from lab.process import free_port
from lab.sites import secure, site


def issue(make_httpd, make_pebble, mpm, more="", **options):
    """Four kinds of certificates on one server, issued and verified."""
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0"})
    body = more + site("one.example.org") \
        + site("three.example.org", "b.example.org", "c.example.org") \
        + secure("shared.example.org", "both.example.org") \
        + secure("both.example.org", "shared.example.org") \
        + secure("other.example.org", engine="ACMEEngine on") \
        + secure("another.example.org", engine="ACMEEngine on") + """
<ACMECertificate other.example.org another.example.org>
</ACMECertificate>
"""
    httpd = make_httpd(body, mpm=mpm, pebble=pebble, http=http, **options)
    assert httpd.check()[0] == 0
    assert not httpd.store.exists()
    httpd.start()
    httpd.wait_live("one.example.org", "three.example.org",
                    "shared.example.org", "other.example.org")
    root = pebble.root()
    expected = {
        "one.example.org": {"one.example.org"},
        "three.example.org": {"three.example.org", "b.example.org",
                              "c.example.org"},
        "c.example.org": {"three.example.org", "b.example.org",
                          "c.example.org"},
        "shared.example.org": {"shared.example.org", "both.example.org"},
        "both.example.org": {"shared.example.org", "both.example.org"},
        "other.example.org": {"other.example.org", "another.example.org"},
        "another.example.org": {"other.example.org", "another.example.org"},
    }
    for name, names in expected.items():
        httpd.require(lambda n=name: served(httpd, n, root), 20,
                      f"verified certificate of {name}")
        assert client.names_of(
            client.certificate(httpd.https, name, root)) == names
        assert client.ask_tls(httpd.https, name, root=root).status == 200
    assert not httpd.live("both.example.org")[0].exists()  # one for both
    answer = client.ask(httpd.http, "/page", host="one.example.org")
    assert answer.status == 301
    assert answer.headers["Location"] == "https://one.example.org/page"
    assert pebble.requests("POST /sign-me-up") == 1
    return httpd


def served(httpd, name, root):
    try:
        client.certificate(httpd.https, name, root)
        return True
    except OSError:
        return False


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_certificates_are_issued_and_deployed(make_httpd, make_pebble, mpm):
    httpd = issue(make_httpd, make_pebble, mpm)
    kinds = {client.key_kind(client.certificate(httpd.https, name))
             for name in ("one.example.org", "other.example.org")}
    assert kinds == {"secp256r1"}


@pytest.mark.parametrize("kind", ["redis", "memcached"])
def test_other_challenge_stores(make_httpd, make_pebble, make_store, kind):
    store = make_store(kind)
    issue(make_httpd, make_pebble, "event",
          more=f"ACMEChallengeStore {store.directive}\n")


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_as_an_ordinary_user(make_httpd, make_pebble, mpm):
    """No root anywhere: everything belongs to the user who starts httpd."""
    user = "nobody" if os.geteuid() == 0 else None
    issue(make_httpd, make_pebble, mpm, user=user)


@pytest.mark.parametrize("word,kind", [("rsa-2048", "rsa-2048"),
                                       ("ecdsa-p384", "secp384r1")])
def test_key_types(make_httpd, make_pebble, word, kind):
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(f"ACMEKeyType {word}\n" + site("one.example.org"),
                       pebble=pebble, http=http).start()
    httpd.require(httpd.live("one.example.org", word)[0].exists, 60, "cert")
    root = pebble.root()
    httpd.require(lambda: served(httpd, "one.example.org", root), 20,
                  "verified certificate")
    assert client.key_kind(
        client.certificate(httpd.https, "one.example.org", root)) == kind


def test_the_store_keeps_secrets(make_httpd, make_pebble):
    """Modes and owners as docs/ARCHITECTURE.md lays them out; no key of the
    worker's side lies open."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(site("one.example.org"), pebble=pebble,
                       http=http).start()
    httpd.wait_live("one.example.org")
    cert, key = httpd.live("one.example.org")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in
             (cert, key, httpd.store / "store.json",
              httpd.store / "accounts", httpd.store / "staging")}
    assert list(modes.values()) == [0o644, 0o600, 0o600, 0o700, 0o700]
    if os.geteuid() == 0:
        assert key.stat().st_uid == 0
        assert (httpd.store / "staging").stat().st_uid != 0
    for path in httpd.store.rglob("*"):
        if path.is_file() and path.parts[len(httpd.store.parts)] in (
                "accounts", "staging", "state"):
            assert b"PRIVATE KEY" not in path.read_bytes(), path
