"""A store in trouble: named before any order is made, and httpd serves."""

import pytest

from lab import client
from lab.damage import fill
from lab.process import free_port, wait_until
from lab.sites import site

NAME = "one.example.org"


@pytest.fixture
def issued(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    httpd.stop()
    return httpd, pebble


def test_a_store_that_cannot_be_made(make_httpd, make_pebble):
    """Where nothing is live and the disk takes nothing, TLS hosts still start
    and answer 503."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http)
    httpd.store.write_text("a file where the directory should be")
    httpd.announce(rf"AE\d{{3}}: .*{httpd.store}")
    httpd.start()
    httpd.wait_log(rf"AE\d{{3}}: .*{httpd.store}")
    assert client.ask(httpd.http, "/", host=NAME).status == 301
    assert client.ask_tls(httpd.https, NAME).status == 503


def test_what_was_damaged_is_told_and_kept(issued):
    """The parent reads the state before the worker does, and must leave it to
    the worker to say so."""
    httpd, _ = issued
    state = httpd.store / f"state/{NAME}.json"
    state.write_text("rubbish")
    httpd.announce(rf"AE044: {NAME}: ")
    httpd.start()
    httpd.wait_log(rf"AE044: {NAME}: .*{state} is damaged")
    kept = state.with_suffix(".json.damaged")
    wait_until(kept.exists, 5, "damaged state that was set aside")
    assert kept.read_text() == "rubbish"


def test_a_live_key_that_others_could_read(issued):
    httpd, _ = issued
    key = httpd.live(NAME)[1]
    key.chmod(0o644)
    httpd.announce(rf"AE085: {NAME}: ")
    httpd.start()
    httpd.wait_log(rf"AE085: {NAME}: .*{key}.*0?644")
    assert key.stat().st_mode & 0o777 == 0o600
    assert client.ask_tls(httpd.https, NAME).status == 200


def test_another_user(issued):
    """`User` is another one than when the store was made: the new worker goes
    on with the account and the memory of the old one."""
    httpd, pebble = issued
    httpd.common = httpd.common.replace("User www-data", "User nobody")
    httpd.common = httpd.common.replace("Group www-data", "Group nogroup")
    httpd.configure(site(NAME, "two.example.org"))
    httpd.start()
    httpd.require(
        lambda: client.names_of(client.certificate(httpd.https, NAME))
        == {NAME, "two.example.org"}, 90, "certificate of both names")
    assert pebble.requests("There are now 2 accounts") == 0
    assert pebble.requests("There are now 1 accounts") == 1


def test_a_full_disk(make_httpd, make_pebble, small_disk):
    """Full at the first start: no order is made, httpd serves; with room
    again the next start goes on as if nothing had been."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(f"ACMEStore {small_disk}/acme\n" + site(NAME),
                       pebble=pebble, http=http)
    httpd.store = small_disk / "acme"
    httpd.announce(rf"AE\d{{3}}: .*{small_disk}")
    ballast = small_disk / "ballast"
    fill(ballast)
    httpd.start()
    httpd.wait_log(rf"AE\d{{3}}: .*{small_disk}.*No space left")
    assert client.ask(httpd.http, "/", host=NAME).status == 301
    assert pebble.requests("POST /order-plz") == 0
    httpd.stop()
    ballast.unlink()
    httpd.start()
    httpd.wait_live(NAME)
    httpd.stop()
