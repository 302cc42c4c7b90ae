"""Killed at any moment while certificates are issued without end: the worker's
child, or all of httpd as at a power cut."""

import os
import random
import time

import pytest

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from lab import client
from lab.faulty import Faulty
from lab.hostile import KILLED, kill_child
from lab.process import free_port
from lab.recorder import Recorder
from lab.sites import site

SOAK = bool(os.environ.get("ACME_EDGE_SOAK"))
KILLS = 200 if SOAK else 12
PAUSE = 1.5   # seconds between two kills, at most
LIFETIME = 12
NAMES = [f"n{number}.example.org" for number in range(6)]
PUBLIC = (serialization.Encoding.DER,
          serialization.PublicFormat.SubjectPublicKeyInfo)

# Certificates of seconds run out while httpd is down, in use or staged.
LATE = ["AE051: ", "AE066: ", "AE0(71|52): .*The certificate is not valid now"]


def live_pairs(httpd):
    """What is live, whole: any other state of the files fails."""
    pairs = {}
    for name in NAMES:
        cert, key = httpd.live(name)
        assert cert.exists() == key.exists()
        if cert.exists():
            leaf = x509.load_pem_x509_certificate(cert.read_bytes())
            loaded = serialization.load_pem_private_key(key.read_bytes(),
                                                        None)
            assert leaf.public_key().public_bytes(*PUBLIC) \
                == loaded.public_key().public_bytes(*PUBLIC)
            pairs[name] = leaf.serial_number
    return pairs


def kill_worker(httpd):
    """Where a restart is under way, there may be none for a moment."""
    kill_child(httpd.require(httpd.worker, 60, "worker"))


def handshakes(httpd):
    try:
        return all(client.certificate(httpd.https, name) for name in NAMES)
    except OSError:
        return False


def kill_all(httpd):
    """What was live is so again once httpd answers, whatever the moment."""
    httpd.kill()
    live_pairs(httpd)
    httpd.start()
    httpd.require(lambda: handshakes(httpd), 60, "TLS with all hosts")
    return set(live_pairs(httpd))


def in_progress(recorder):
    return {order.url for order in recorder.all_orders()
            if order.taken_up and not order.delivered}


def finished(recorder, urls):
    return not urls & in_progress(recorder)


def judge(recorder):
    assert len(recorder.accounts) <= 1
    for order in recorder.all_orders():
        assert order.status != "invalid", order.url
        assert len(set(order.keys)) <= 1, order.url


@pytest.fixture
def scene(make_httpd, make_pebble, make_gate, place, started):
    """A CA whose certificates live for seconds, and which asks again where
    httpd was killed under its hands."""
    http = free_port()
    gate = make_gate(http, patience=12)
    pebble = make_pebble(gate.port, lifetime=LIFETIME, environment={
        "PEBBLE_VA_NOSLEEP": "0", "PEBBLE_VA_SLEEPTIME": "3",
        "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    recorder = faulty.add(Recorder())
    httpd = make_httpd("\n".join([
        f"ACMEProvider {recorder.url}", f"ACMETrustFile {faulty.trust_file}",
        "ACMEEmail admin@example.org", "ACMETermsOfService accepted",
        *(site(name) for name in NAMES)]), http=http)
    httpd.announce(*KILLED, *LATE)
    return httpd, recorder


def test_killed_at_random_moments(scene, record_property):
    httpd, recorder = scene
    seed = int(os.environ.get("ACME_EDGE_SEED", random.randrange(10 ** 6)))
    dice = random.Random(seed)
    print(f"seed {seed} (ACME_EDGE_SEED repeats it)")
    httpd.start()
    amid, live = 0, set()
    for number in range(KILLS // 2):
        for kill in (kill_worker, kill_all):
            time.sleep(dice.uniform(0, PAUSE))
            amid += bool(in_progress(recorder))
            now_live = kill(httpd)
        assert live <= now_live
        live = now_live
        judge(recorder)
    urls = in_progress(recorder)
    httpd.require(lambda: finished(recorder, urls), 120,
                  f"end of the orders under way; seed {seed}")
    httpd.wait_live(*NAMES)
    httpd.stop()
    assert set(live_pairs(httpd)) == set(NAMES)
    judge(recorder)
    orders = recorder.all_orders()
    done = sum(order.delivered for order in orders)
    record_property("kills", f"{KILLS} kills, {amid} amid orders, seed {seed}: "
                    f"{len(orders)} orders, {done} certificates")
    assert done >= len(NAMES)
    assert httpd.unannounced() == []
