"""Directives at work on a real server, each as docs/directives.md tells it."""

import time

import pytest

from lab import client
from lab.process import free_port
from lab.proxy import Proxy, Silence
from lab.sites import redirect, secure, site

NAME = "one.example.org"


@pytest.fixture
def silence(started):
    ca = Silence()
    started.append(ca)
    return ca


def served(httpd, root):
    try:
        return client.certificate(httpd.https, NAME, root)
    except OSError:
        return None


def provider(pebble, *more):
    """ACMEProvider and what goes with it, with further CAs."""
    return (f"ACMEProvider {' '.join([*more, pebble.url])}\n"
            f"ACMETrustFile {pebble.trust_file}\n"
            "ACMEEmail admin@example.org\nACMETermsOfService accepted\n")


def test_the_next_provider_is_tried_at_once(make_httpd, make_pebble):
    http = free_port()
    pebble = make_pebble(http)
    dead = f"https://127.0.0.1:{free_port()}/dir"
    httpd = make_httpd(provider(pebble, dead) + site(NAME), http=http)
    httpd.announce(r"AE040: one\.example\.org: .* at once, with the next")
    httpd.start()
    httpd.wait_log(r"AE040: one\.example\.org: .*at once, with the next")
    httpd.wait_live(NAME)
    assert served(httpd, pebble.root())


def test_proxy(make_httpd, make_pebble, started):
    http = free_port()
    pebble = make_pebble(http)
    proxy = Proxy()
    started.append(proxy)
    httpd = make_httpd(f"ACMEProxy http://127.0.0.1:{proxy.port}\n"
                       + site(NAME), pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    assert set(proxy.tunnels) == {("CONNECT", f"127.0.0.1:{pebble.port}")}


def test_a_ca_that_is_not_trusted(make_httpd, make_pebble):
    """Without ACMETrustFile the laboratory's root is nobody's."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(f"ACMEProvider {pebble.url}\n"
                       "ACMEEmail admin@example.org\n"
                       "ACMETermsOfService accepted\n" + site(NAME),
                       http=http)
    httpd.announce(r"AE040: one\.example\.org: .*ACMETrustFile")
    httpd.start()
    httpd.wait_log(r"AE040: one\.example\.org: .*ACMETrustFile")


def test_terms_that_nobody_accepted(make_httpd, make_pebble):
    """RFC 8555 section 7.3.3: no account is asked for, the terms are named."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(f"ACMEProvider {pebble.url}\n"
                       f"ACMETrustFile {pebble.trust_file}\n"
                       "ACMEEmail admin@example.org\n" + site(NAME),
                       http=http)
    httpd.announce("AE016: ",
                   r"AE04\d: one\.example\.org: .*ACMETermsOfService")
    httpd.start()
    httpd.wait_log(r"AE04\d: one\.example\.org: .*ACMETermsOfService accepted")
    assert "data:text/plain" in httpd.log()  # Pebble's own terms
    assert pebble.requests("POST /sign-me-up") == 0


def test_the_administrator_restarts(make_httpd, make_pebble):
    """ACMEReload none: staged, and deployed by any restart."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd("ACMEReload none\n" + site(NAME), pebble=pebble,
                       http=http).start()
    httpd.wait_log(r"one\.example\.org: certificate issued by")
    time.sleep(12)  # longer than httpd's monitor takes
    assert not httpd.live(NAME)[0].exists()
    assert client.ask_tls(httpd.https, NAME).status == 503
    httpd.graceful()
    httpd.wait_live(NAME)
    httpd.require(lambda: served(httpd, pebble.root()), 20, "certificate")


def test_a_configuration_in_the_making(make_httpd, make_pebble):
    """Somebody edits httpd's configuration while a certificate comes: httpd
    does not restart itself into an error."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http)
    httpd.announce(r"AE082: httpd does not restart to deploy one\.example")
    httpd.start()
    # Its port is open already while it reads its configuration again.
    httpd.wait_log("resuming normal operations")
    good = httpd.config.read_text()
    httpd.config.write_text(good + "<VirtualHost *:80>\n")
    httpd.wait_log(r"AE082: .*configuration on disk would not start: .*"
                   "VirtualHost")
    assert client.ask(httpd.http, "/", host=NAME).status == 301
    httpd.config.write_text(good)
    httpd.graceful()
    httpd.wait_live(NAME)


def test_a_file_of_the_administrator_wins(make_httpd, make_pebble, place):
    http = free_port()
    pebble = make_pebble(http)
    own = f"SSLCertificateFile {pebble.directory}/server.pem\n" \
          f"SSLCertificateKeyFile {pebble.directory}/server.key"
    httpd = make_httpd(redirect(NAME) + secure(NAME, inside=own),
                       pebble=pebble, http=http)
    httpd.announce(r"AE079: one\.example\.org: .*SSLCertificateFile",
                   "AH01909")  # the file is not for that name
    httpd.start()
    httpd.wait_log(r"AE079: one\.example\.org: ")
    httpd.wait_live(NAME)
    cert = client.certificate(httpd.https, NAME)
    assert client.names_of(cert) == {"localhost"}


def test_another_key_type_keeps_the_old_certificate(make_httpd, make_pebble,
                                                    make_gate):
    """What is in use stays in use until the new one is deployed."""
    http = free_port()
    gate = make_gate(http)
    pebble = make_pebble(gate.port)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    httpd.require(lambda: served(httpd, pebble.root()), 20, "certificate")
    before = client.certificate(httpd.https, NAME).serial_number
    gate.close()
    gate.paths.clear()
    httpd.configure("ACMEKeyType rsa-2048\n" + site(NAME, "two.example.org"))
    httpd.graceful()
    httpd.require(lambda: gate.paths, 30, "validation of two.example.org")
    assert served(httpd, pebble.root()).serial_number == before
    assert client.ask_tls(httpd.https, NAME).status == 200
    gate.open()
    httpd.wait_log(r"one\.example\.org: certificate issued by", count=2)
    httpd.graceful()  # the server's own restart would be a minute away
    httpd.require(httpd.live(NAME, "rsa-2048")[0].exists, 60, "new key")
    httpd.require(lambda: client.key_kind(served(httpd, pebble.root()))
                  == "rsa-2048", 20, "new certificate")
    assert not httpd.live(NAME)[0].exists()


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_a_silent_ca_holds_nobody_up(make_httpd, silence, mpm):
    """The worker leaves within a second when its child is told to go; a stop
    takes what httpd's own parent takes, and no more."""
    httpd = make_httpd(f"ACMEProvider {silence.url}\n"
                       "ACMEEmail admin@example.org\n"
                       "ACMETermsOfService accepted\n" + site(NAME),
                       mpm=mpm).start()
    httpd.require(lambda: silence.clients, 30, "connection to the CA")
    assert client.ask(httpd.http, "/", host=NAME).status == 301
    begun = time.monotonic()
    httpd.stop()
    assert time.monotonic() - begun < 3
    assert "AH00045" not in httpd.log()  # child did not exit, sending SIGTERM
