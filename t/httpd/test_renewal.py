"""Certificates of a minute: the whole life many times over, while browsers
look on."""

import datetime
import os

from lab import client
from lab.process import free_port
from lab.sites import site
from lab.visitor import Handshaker, Lingerer

NAME = "short.example.org"
LIVES = 10 if os.environ.get("ACME_EDGE_SOAK") else 4


def watch(httpd, lives, seconds):
    """Certificates as they are served, one after another."""
    seen = {}

    def enough():
        cert = client.certificate(httpd.https, NAME)
        seen.setdefault(cert.serial_number, cert)
        return len(seen) >= lives

    httpd.require(enough, seconds, f"{lives} certificates one after another")
    return list(seen.values())


def judge(lives):
    keys = {cert.public_key().public_numbers() for cert in lives}
    assert len(keys) == len(lives)  # a new key each time
    for older, newer in zip(lives, lives[1:]):
        begun = newer.not_valid_before - older.not_valid_before
        assert begun >= datetime.timedelta(seconds=36)  # two thirds of 60 s


def kept(httpd):
    """What the archive has."""
    places = list((httpd.store / "archive" / NAME).iterdir())
    for place in places:
        assert (place / "ecdsa-p256.cert").exists()
        assert (place / "ecdsa-p256.key").exists()
    return places


def served(httpd, root):
    try:
        return client.certificate(httpd.https, NAME, root)
    except OSError:
        return None


def test_renews_and_deploys_by_itself(make_httpd, make_pebble, started,
                                      record_property):
    http = free_port()
    pebble = make_pebble(http, lifetime=60)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    root = pebble.root()
    httpd.require(lambda: served(httpd, root), 40, "verified certificate")
    visitors = [kind(httpd.https, NAME, root, pause=0.08)
                for kind in (Handshaker, Lingerer)]
    started += visitors
    judge(watch(httpd, LIVES, LIVES * 60))
    for visitor in visitors:
        visitor.stop()
        record_property("visitors", f"{LIVES} lifetimes: "
                        f"{type(visitor).__name__} asked {visitor.asked} "
                        f"times, {visitor.cut} idle connections were cut")
        assert visitor.failures == []
        assert visitor.asked > LIVES * 60
    assert len(kept(httpd)) >= LIVES - 1
