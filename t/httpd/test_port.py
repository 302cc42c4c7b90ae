"""ACMEChallengePort: a port that is open while challenges need it, and what
is served there."""

import contextlib
import datetime
import os
import re
import signal
import socket
import ssl
import time

import pytest

from lab.client import CHALLENGE
from lab.command import run, start
from lab.httpd import MODULES
from lab.process import answers, free_port, wait_until
from lab.sites import secure
from lab.status import statuses

NAME = "one.example.org"
OTHER = "two.example.org"
OPEN = "is open, for challenges alone"
CLOSED = "the port for challenges is closed again"
REFUSED = b"Only ACME challenges are answered on this port.\n"


def said(port, data):
    """All that comes back for these bytes, until the connection ends."""
    with contextlib.closing(
            socket.create_connection(("127.0.0.1", port), 20)) as wire:
        wire.sendall(data)
        answer = b""
        while piece := wire.recv(65536):
            answer += piece
        return answer


def request(line, *headers):
    return "\r\n".join([line, "Host: one.example.org", *headers, "",
                        ""]).encode()


class Phase:
    """A server that opens its port, and a CA that comes and waits there."""

    def __init__(self, make_httpd, make_pebble, make_gate, more="", haste=3,
                 **options):
        self.port = free_port()
        self.gate = make_gate(self.port)
        self.gate.close()
        self.pebble = make_pebble(self.gate.port)
        self.httpd = make_httpd(
            f"ACMEChallengePort {self.port}\n{more}" + secure(NAME),
            pebble=self.pebble, **options)
        self.httpd.haste = haste

    def begin(self):
        self.httpd.start()
        assert not answers(self.port)
        return self.wait()

    def wait(self):
        """Until the CA asks for a token: its path."""
        self.httpd.require(lambda: self.gate.paths, 60, "question of the CA")
        return self.gate.paths[0]

    def end(self):
        self.gate.open()
        self.httpd.wait_live(NAME)
        self.httpd.wait_log(CLOSED)
        assert not answers(self.port)


@pytest.fixture
def make_phase(make_httpd, make_pebble, make_gate):
    return lambda *words, **options: Phase(make_httpd, make_pebble, make_gate,
                                           *words, **options)


# --- a phase ----------------------------------------------------------------

def check_one_phase(httpd):
    log = httpd.log()
    assert log.count(OPEN) == log.count(CLOSED) == 1
    assert re.search(f"gracefully to deploy .*{NAME} and close port", log)
    assert log.count("restarting gracefully") == 2
    assert log.count(f"{NAME}: a certificate is ordered") == 1


@pytest.mark.parametrize("more, options", [
    ("", {"haste": 1}),
    ("ListenCoresBucketsRatio 1\n", {"user": "www-data"})])
def test_a_port_for_the_time_of_a_challenge(make_phase, more, options):
    phase = make_phase(more, **options)
    phase.begin()
    assert answers(phase.port)
    phase.end()
    check_one_phase(phase.httpd)


def test_status_tells(make_phase):
    phase = make_phase("""
<VirtualHost *:{http}>
    ServerName main.example.org
</VirtualHost>
""")
    httpd = phase.httpd.start()
    httpd.require(lambda: statuses(httpd)[NAME]["Step"] == "port", 20,
                  "order that waits for the port")
    assert told(httpd) == f"{phase.port} closed"
    phase.wait()
    assert told(httpd) == f"{phase.port} open"
    phase.end()
    assert told(httpd) == f"{phase.port} closed"


def told(httpd):
    lines = said(httpd.http, b"GET /server-status?auto HTTP/1.0\r\n"
                             b"Host: main.example.org\r\n\r\n").decode()
    return lines.split("ACMEChallengePort: ")[1].splitlines()[0]


def test_somebody_restarts_httpd_meanwhile(make_phase):
    """The port stays open, and the order is taken up again."""
    phase = make_phase()
    phase.begin()
    httpd = phase.httpd
    httpd.graceful()
    httpd.wait_log("order is taken up again", count=2)
    assert answers(phase.port)
    phase.end()
    assert httpd.log().count(CLOSED) == 1


def test_a_listen_comes_meanwhile(make_phase):
    """For the same port, at other addresses: httpd goes on, and has it."""
    phase = make_phase()
    phase.begin()
    httpd = phase.httpd
    httpd.configure(f"ACMEChallengePort {phase.port}\nListen {phase.port}\n"
                    + secure(NAME))
    httpd.graceful()
    httpd.wait_log("order is taken up again", count=2)
    assert b"at home" in said(phase.port, request("GET / HTTP/1.0"))
    phase.gate.open()
    httpd.wait_live(NAME)
    assert answers(phase.port)


def test_needed_while_nothing_can_be_restarted(make_phase, place, started):
    """What is mended by hand at last closes no port that is used."""
    phase = make_phase("ACMERenew manual\n" + secure(OTHER))
    httpd = phase.httpd.start()
    httpd.announce("AE054: ", "AE082: .* close port")
    httpd.wait_log("AE054", count=2)
    started.append(start(httpd, place / "sign.log", "sign", NAME))
    phase.wait()
    text = httpd.config.read_text()
    httpd.config.write_text(text + "Nonsense\n")
    phase.gate.open()
    httpd.wait_log("AE082")
    phase.gate.close()
    started.append(start(httpd, place / "sign2.log", "sign", OTHER))
    asked = len(phase.gate.paths)
    httpd.require(lambda: len(phase.gate.paths) > asked, 60,
                  "another question of the CA")
    time.sleep(10 / httpd.haste + 1)  # httpd looks again
    httpd.config.write_text(text)
    httpd.graceful()
    httpd.wait_log(f"{OTHER}: .*order is taken up again")
    assert answers(phase.port)
    phase.gate.open()
    httpd.wait_live(OTHER)


def test_nobody_is_to_close_it(make_phase):
    """Where httpd is told meanwhile not to restart itself, it is closed."""
    phase = make_phase()
    phase.begin()
    httpd = phase.httpd
    httpd.announce("AE032: ", f"AE040: {NAME}: port .* is not open")
    httpd.configure(f"ACMEReload none\nACMEChallengePort {phase.port}\n"
                    + secure(NAME))
    httpd.graceful()
    httpd.wait_log(CLOSED)
    assert not answers(phase.port)


def test_the_store_is_gone_meanwhile(make_phase):
    """Without a worker nobody needs it."""
    phase = make_phase()
    phase.begin()
    httpd = phase.httpd
    httpd.announce(r"AE0\d\d: ")
    httpd.store.rename(httpd.store.with_suffix(".away"))
    httpd.store.write_text("")
    httpd.graceful()
    httpd.wait_log(CLOSED)
    assert not answers(phase.port)


def test_killed_in_the_phase(make_phase):
    phase = make_phase()
    httpd = phase.httpd.start()
    httpd.announce("AH00098: pid file .* overwritten")
    httpd.wait_log("authorization POST")
    with phase.pebble.process.held():
        httpd.wait_log(OPEN)
        wait_until(lambda: answers(phase.port), 10, "open port")
        httpd.kill()
        wait_until(lambda: not answers(phase.port), 10, "end of all children")
    httpd.start()
    assert not answers(phase.port)
    phase.wait()
    phase.end()
    assert httpd.log().count(OPEN) == 2
    assert httpd.log().count("a certificate is ordered") == 1


def test_the_worker_dies_in_the_phase(make_phase):
    """Another child has it then, with the port as it is."""
    phase = make_phase()
    httpd = phase.httpd
    httpd.announce("AH00052: child pid .* exit signal Killed")
    phase.begin()
    os.kill(httpd.worker(), signal.SIGKILL)
    httpd.wait_log("order is taken up again", count=2)
    phase.end()
    assert httpd.log().count(OPEN) == 1
    assert httpd.log().count("a certificate is ordered") == 1


def test_the_next_phase(make_phase):
    """An order that comes right behind one: a minute after the last opening
    the port is opened again."""
    phase = make_phase()
    phase.begin()
    phase.end()
    httpd = phase.httpd
    httpd.configure(f"ACMEChallengePort {phase.port}\n" + secure(NAME)
                    + secure(OTHER))
    httpd.graceful()
    httpd.wait_live(OTHER, seconds=180)
    httpd.wait_log(CLOSED, count=2)
    opened = [moment_of(line) for line in httpd.log().splitlines()
              if OPEN in line]
    assert len(opened) == 2
    assert opened[1] - opened[0] >= datetime.timedelta(seconds=60)
    assert not answers(phase.port)


def moment_of(line):
    text = re.match(r"\[\w+ (\w+ \d+ [\d:]+)\.\d+ (\d+)\]", line)
    return datetime.datetime.strptime(f"{text[2]} {text[1]}",
                                      "%Y %b %d %H:%M:%S")


# --- what is there ----------------------------------------------------------

HOSTILE = f"""
LoadModule http2_module {MODULES}/mod_http2.so
LoadModule reqtimeout_module {MODULES}/mod_reqtimeout.so
LoadModule echo_module {MODULES}/mod_echo.so
StrictHostCheck on
Protocols h2c http/1.1
KeepAlive on
ProtocolEcho on
ErrorDocument 400 "of the administrator"
ErrorDocument 404 "of the administrator"
ErrorDocument 403 /index.html
Redirect /moved https://www.example.org/
"""
TLS = """
SSLEngine on
ACMEEngine on
"""
ANY_PORT = """
<VirtualHost *>
    ServerName any.example.org
    ServerAlias one.example.org
    DocumentRoot "{root}/htdocs"
</VirtualHost>
"""

REQUESTS = [
    request("GET / HTTP/1.1"),
    request("GET /index.html HTTP/1.0"),
    request("GET /moved HTTP/1.1"),
    request("HEAD /index.html HTTP/1.1"),
    request("GET /index.html HTTP/1.1", "Connection: keep-alive") * 2,
    request("GET http://one.example.org/index.html HTTP/1.1"),
    request("GET https://any.example.org/index.html HTTP/1.1"),
    request("POST / HTTP/1.1", "Content-Length: 4") + b"body",
    request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 4"),
    request("OPTIONS * HTTP/1.1"),
    request("TRACE / HTTP/1.1"),
    request("CONNECT one.example.org:443 HTTP/1.1"),
    request("GET /index.html HTTP/1.1", "Connection: Upgrade, HTTP2-Settings",
            "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"),
    request("GET /index.html HTTP/1.1", "Connection: Upgrade",
            "Upgrade: TLS/1.0"),
    request(f"GET {CHALLENGE}{'a' * 43} HTTP/1.1"),
]

MALFORMED = [
    b"NONSENSE\r\n\r\n",
    b"GET /index.html HTTP/1.1\r\n\r\n",
    b"GET /index.html HTTP/1.1\r\nHost: one.example.org\r\nno field\r\n\r\n",
    b"GET /" + 9000 * b"a" + b" HTTP/1.1\r\nHost: one.example.org\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


def check_refused(port, data):
    answer = said(port, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found"), (data, answer)
    assert b"\r\nConnection: close" in head, (data, answer)
    assert body == (b"" if data.startswith(b"HEAD") else REFUSED), data


def check_malformed(port, data):
    answer = said(port, data)
    assert answer.startswith(b"HTTP/1.1 4"), (data, answer)
    assert answer.count(b"HTTP/1.1") == 1, (data, answer)
    assert b"of the administrator" not in answer, (data, answer)
    assert b"at home" not in answer, (data, answer)


def check_no_tls(port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), 20) as wire, \
            pytest.raises(ssl.SSLError):
        context.wrap_socket(wire, server_hostname=NAME)


def check_token(port, path):
    answer = said(port, request(f"GET {path} HTTP/1.1"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), answer
    token = path.rpartition("/")[2].encode()
    assert answer.rpartition(b"\r\n\r\n")[2].startswith(token + b".")
    check_refused(port, request(f"POST {path} HTTP/1.1"))
    check_refused(port, request(f"GET {path}?query HTTP/1.1"))
    check_refused(port, request(f"GET /{path} HTTP/1.1"))


@pytest.mark.parametrize("mpm, more", [("event", TLS), ("worker", ANY_PORT),
                                       ("prefork", TLS)])
def test_nothing_but_challenges(make_phase, mpm, more):
    """Whatever the main server and a host for all ports may say."""
    phase = make_phase(HOSTILE + more, mpm=mpm)
    phase.httpd.announce(r"\[http2:warn\]")
    path = phase.begin()
    check_token(phase.port, path)
    for data in REQUESTS:
        check_refused(phase.port, data)
    assert said(phase.port, b"GET /index.html\r\n") == REFUSED
    for data in MALFORMED:
        check_malformed(phase.port, data)
    check_no_tls(phase.port)
    phase.end()
    check_one_phase(phase.httpd)


# --- no phase ---------------------------------------------------------------

def test_a_listen_is_enough(make_httpd, make_pebble):
    """Nothing is opened and closed, and the only restart is that of the
    deployment."""
    http = free_port()
    httpd = make_httpd(f"ACMEChallengePort {http}\n" + secure(NAME),
                       pebble=make_pebble(http), http=http)
    httpd.haste = 3
    httpd.start().wait_live(NAME)
    httpd.wait_log(f"{NAME}: deployed")
    log = httpd.log()
    assert log.count("restarting gracefully to") == 1
    assert OPEN not in log and CLOSED not in log


def test_another_program_has_the_port(make_httpd, make_pebble):
    """httpd does not end of it, nor even restart, and the CA is not told to
    look; then the program ends."""
    port = free_port()
    pebble = make_pebble(port)
    httpd = make_httpd(f"ACMEChallengePort {port}\n" + secure(NAME),
                       pebble=pebble)
    httpd.announce(f"AE097: .*127.0.0.1:{port}: Address already in use",
                   f"AE040: {NAME}: .*Address already in use.*ss -ltnp")
    with socket.create_server(("127.0.0.1", port)):
        httpd.start()
        httpd.wait_log("AE097")
        httpd.wait_log("AE040")
        assert run(httpd, "status", NAME, "--json").json()[
            "certificates"][0]["cause"] == "challenge-port"
        assert "restarting gracefully" not in httpd.log()
        assert pebble.requests("/chalZ/") == 0
    assert run(httpd, "sign", NAME).status == 0
    httpd.wait_live(NAME)
    assert httpd.log().count("a certificate is ordered") == 1


@pytest.mark.parametrize("more, mode, announced", [
    ("ACMEReload none\n", "-DFOREGROUND", ["AE032: .* port {} by a restart"]),
    ("", "-X", [])])
def test_who_does_not_restart_opens_nothing(make_httpd, make_pebble, more,
                                            mode, announced):
    port = free_port()
    httpd = make_httpd(f"{more}ACMEChallengePort {port}\n" + secure(NAME),
                       pebble=make_pebble(port))
    httpd.mode = mode
    httpd.announce(f"AE040: {NAME}: port {port} is not open.*Listen",
                   *[pattern.format(port) for pattern in announced])
    httpd.start().wait_log("AE040")
    assert not answers(port)


def test_a_configuration_that_would_not_start(make_httpd, make_pebble):
    """The orders are told why the port stays closed."""
    port = free_port()
    httpd = make_httpd(f"ACMEChallengePort {port}\n" + secure(NAME),
                       pebble=make_pebble(port))
    httpd.announce(f"AE082: httpd does not restart to open port {port}",
                   f"AE040: {NAME}: port {port} is not open.*Nonsense")
    httpd.start().wait_log("the worker has begun")
    text = httpd.config.read_text()
    httpd.config.write_text(text + "Nonsense\n")
    httpd.wait_log("AE082")
    httpd.wait_log("AE040")
    httpd.config.write_text(text)
    httpd.graceful()
    assert run(httpd, "sign", NAME).status == 0
    httpd.wait_live(NAME)
