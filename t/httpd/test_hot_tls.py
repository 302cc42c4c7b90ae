"""What mod_ssl and mod_http2 do goes on after a deployment without a restart
as it does after one: types of keys, versions, sessions, certificates of
clients, several hosts on one connection."""

import ssl

import pytest

from lab import client, pki
from lab.hammer import VERSIONS
from lab.hot import HASTE, HOT, PATIENT, STEADY, begin, generations
from lab.httpd import MODULES
from lab.sites import secure
from lab.streams import SERIAL, Multiplexed, modules

NAME = "one.example.org"
OTHER = "other.example.org"
TELLS = f"Header always set {SERIAL} %{{SSL_SERVER_M_SERIAL}}s\n"


@pytest.fixture
def make_company(make_httpd):
    made = []

    def make(hosts, more=""):
        company = begin(make_httpd(
            modules(MODULES, "event") + HOT + PATIENT + STEADY["event"] + TELLS
            + more + hosts), HASTE)
        made.append((company.httpd, generations(company.httpd)))
        return company
    yield make
    for httpd, before in made:
        assert generations(httpd) == before


def context_of(company, version, certificate=None):
    context = client.context_for(company.root, version=version)
    if certificate:
        context.load_cert_chain(*certificate)
        context.post_handshake_auth = True
    return context


def told(wire, path="/", connection="close"):
    """The status, and the serial that the server takes for its own."""
    answer = client.ask_on(wire, NAME, path, connection)
    return answer.status, int(answer.headers[SERIAL], 16)


# --- which one ----------------------------------------------------------------

BOTH = (NAME, f"{NAME}+rsa-2048")


def seen_by_types(company):
    try:
        return [company.served(NAME, ciphers) for ciphers in ("aECDSA",
                                                              "aRSA")]
    except OSError:
        return None


def test_each_client_gets_its_type(make_company):
    """Of both that are deployed, of one, of the other, and of that again."""
    company = make_company(secure(NAME), "ACMEKeyType ecdsa-p256 rsa-2048\n")
    for names in (BOTH, BOTH, BOTH[:1], BOTH[1:], BOTH[1:]):
        for name in names:
            company.stage(name)
        newest = [company.known[name][-1] for name in BOTH]
        company.httpd.require(lambda: seen_by_types(company) == newest, 60,
                              "newest certificate of each type")


def test_without_sni(make_company):
    """The first host of the address answers."""
    company = make_company(secure(NAME) + secure(OTHER))
    company.deploy(NAME, OTHER)
    company.deploy(NAME)
    context = client.context_for(company.root)
    context.check_hostname = False
    for _ in range(20):
        with client.shake(context, company.httpd.https, None) as wire:
            assert client.peer(wire).serial_number == company.known[NAME][-1]
            assert told(wire) == (200, company.known[NAME][-1])


def test_the_key_can_change_with_it(make_company):
    company = make_company(secure(NAME))
    keys = set()
    for _ in range(3):
        company.deploy(NAME)
        company.forget_key(NAME)
        cert = client.certificate(company.httpd.https, NAME, company.root)
        keys.add(cert.public_key().public_numbers())
    assert len(keys) == 3


# --- sessions -----------------------------------------------------------------

def resumable(context, company):
    """A session, once the server has given all of it (TLS 1.3 gives it after
    the handshake)."""
    with client.shake(context, company.httpd.https, NAME) as wire:
        assert told(wire) == (200, company.known[NAME][-1])
        return wire.session


def resumed(context, company, session):
    """Both ends take up the session; the status, and the serial told."""
    with client.shake(context, company.httpd.https, NAME,
                      session=session) as wire:
        assert wire.session_reused
        return told(wire)


@pytest.mark.parametrize("version, options", [
    (VERSIONS[0], 0), (VERSIONS[0], ssl.OP_NO_TICKET), (VERSIONS[1], 0)],
    ids=["1.2 ticket", "1.2 cache", "1.3"])
def test_sessions_go_on(make_company, version, options):
    """And the server says of itself what it says to others."""
    company = make_company(secure(NAME))
    context = context_of(company, version)
    context.options |= options
    company.deploy(NAME)
    session = resumable(context, company)
    for _ in range(2):
        company.deploy(NAME)
        assert resumed(context, company, session) == (
            200, company.known[NAME][-1])
        session = resumable(context, company)


# --- certificates of clients --------------------------------------------------

@pytest.fixture
def carla(place):
    return pki.make_client(place, "carla")


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_clients_show_theirs(make_company, place, carla, version):
    company = make_company(secure(NAME, inside=f"""
        SSLVerifyClient require
        SSLCACertificateFile {place}/clients.pem"""))
    port = company.httpd.https
    for _ in range(3):
        serial = company.stage(NAME)
        context = context_of(company, version, carla)
        company.httpd.require(lambda: seen_with(context, port) == serial, 60,
                              "new certificate")
        with client.shake(context, port, NAME) as wire:
            assert told(wire) == (200, serial)
        with pytest.raises(OSError), client.shake(
                context_of(company, version), port, NAME) as wire:
            told(wire)


def seen_with(context, port):
    try:
        with client.shake(context, port, NAME) as wire:
            return client.peer(wire).serial_number
    except OSError:
        return None


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_asked_on_a_connection_from_before(make_company, place, carla,
                                           version):
    """In TLS 1.2 that is a new handshake on it, with the new certificate."""
    company = make_company(secure(NAME, inside=f"""
        SSLCACertificateFile {place}/clients.pem
        <Location /private>
        SSLVerifyClient require
        </Location>"""))
    (company.httpd.directory / "htdocs/private").write_text("for Carla\n")
    first, = company.deploy(NAME)
    context = context_of(company, version, carla)
    with client.shake(context, company.httpd.https, NAME) as wire:
        assert told(wire, connection="keep-alive") == (200, first)
        second, = company.deploy(NAME)
        shown = second if version == VERSIONS[0] else first
        for _ in range(2):
            assert told(wire, "/private", "keep-alive") == (200, shown)


# --- several hosts on one connection ------------------------------------------

SHARED = "shared.example.org"


def ask_three(stream):
    """Hosts of the same certificate, and one of another."""
    return [stream.ask(name) for name in (NAME, SHARED, OTHER)]


def test_hosts_of_one_certificate_share_a_connection(make_company, started):
    """As mod_ssl decides it by the files, RFC 9113 section 9.1.2."""
    company = make_company(
        "".join(secure(name, inside="Protocols h2 http/1.1")
                for name in (NAME, SHARED, OTHER))
        + f"<ACMECertificate {NAME} {SHARED}>\n</ACMECertificate>\n")
    company.httpd.announce("AH02032: ")  # by which mod_ssl refuses
    for _ in range(2):
        company.deploy(NAME, OTHER)
        stream = Multiplexed(client.tls(company.httpd.https, NAME,
                                        company.root, alpn=["h2"]), NAME)
        started.append(stream)
        assert ask_three(stream) == [200, 200, 421]
        company.deploy(NAME)
        assert ask_three(stream) == [200, 200, 421]
    assert client.certificate(company.httpd.https, SHARED,
                              company.root).serial_number \
        == company.known[NAME][-1]
