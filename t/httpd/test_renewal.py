"""Certificates of a minute: the whole life many times over."""

import datetime

from lab import client
from lab.process import free_port
from lab.sites import site

NAME = "short.example.org"


def test_renews_and_deploys_by_itself(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http, lifetime=60)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    seen = {}

    def four_lives():
        cert = client.certificate(httpd.https, NAME)
        if cert.issuer != cert.subject:  # not the fallback
            seen.setdefault(cert.serial_number, cert)
        return len(seen) >= 4

    httpd.require(four_lives, 240, "four certificates one after another")
    lives = list(seen.values())
    keys = {cert.public_key().public_numbers() for cert in lives}
    assert len(keys) == len(lives)  # a new key each time
    for older, newer in zip(lives, lives[1:]):
        begun = newer.not_valid_before - older.not_valid_before
        assert begun >= datetime.timedelta(seconds=36)  # two thirds of 60 s
    archive = httpd.store / "archive" / NAME
    kept = [place for place in archive.iterdir()]
    assert len(kept) >= 3
    for place in kept:
        assert (place / "ecdsa-p256.cert").exists()
        assert (place / "ecdsa-p256.key").exists()
