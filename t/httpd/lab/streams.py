"""Connections that last as long as a test: each is used when it begins, lies
there or goes on, and is used again at the end. What httpd closed meanwhile
raises an OSError."""

import contextlib
import hashlib
import http.client
import random
import socket
import threading

from . import client
from .http2 import Http2
from .websocket import WebSocket

SERIAL = "X-Serial"
BIG = 64 * 1024 * 1024
PIECE = 16 * 1024  # of the slow reader, every PAUSE
PAUSE = 0.5

MODULES = ("proxy_wstunnel", "http2")


def modules(directory, mpm):
    """mod_http2 does not serve under prefork."""
    return "".join(f"LoadModule {name}_module {directory}/mod_{name}.so\n"
                   for name in MODULES
                   if (name, mpm) != ("http2", "prefork"))


def inside(echo):
    """What a virtual host needs for them."""
    return f"""ProxyPass /ws ws://127.0.0.1:{echo.port}/
        <IfModule http2_module>
        Protocols h2 http/1.1
        </IfModule>
        Header always set {SERIAL} %{{SSL_SERVER_M_SERIAL}}s"""


def write_big(httpd):
    """A file whose download takes a slow reader half an hour."""
    piece = random.Random(1).randbytes(1024 * 1024 + 1)
    with open(httpd.directory / "htdocs/big", "wb") as file:
        for _ in range(BIG // len(piece)):
            file.write(piece)


class Stream:
    """@param wire the TLS connection; it belongs to this now"""

    def __init__(self, wire, host):
        self.wire, self.host = wire, host
        self.serial = client.peer(wire).serial_number

    def use(self):
        raise NotImplementedError

    def stop(self):
        """Whoever reads it, too."""
        with contextlib.suppress(OSError):
            self.wire.shutdown(socket.SHUT_RDWR)
        self.wire.close()

    def _require_own_serial(self, told):
        """The variable says what this connection's client was shown."""
        if int(told, 16) != self.serial:
            raise ConnectionError(f"{told} is told, {self.serial:x} served")


class Idle(Stream):
    """A kept connection on which nothing happens."""

    def use(self):
        answer = client.ask_on(self.wire, self.host, connection="keep-alive")
        if (answer.status, answer.body) != (200, b"at home\n"):
            raise ConnectionError(f"answer {answer.status}")
        self._require_own_serial(answer.headers[SERIAL])


class Multiplexed(Stream):
    """One of HTTP/2."""

    def __init__(self, wire, host):
        super().__init__(wire, host)
        self._line = Http2(wire)

    def use(self):
        status, fields, body = self._line.ask(self.host)
        if (status, body) != (200, b"at home\n"):
            raise ConnectionError(f"answer {status}")
        self._require_own_serial(fields[SERIAL.lower()])

    def ask(self, host):
        return self._line.ask(host)[0]


class Tunnel(Stream):
    """A WebSocket through mod_proxy."""

    def __init__(self, wire, host):
        super().__init__(wire, host)
        self._socket = WebSocket(wire, host, "/ws")

    def use(self):
        for text in (b"to and fro", b""):
            if self._socket.echo(text) != text:
                raise ConnectionError("another text came back")


class Download(Stream):
    """A slow reader; the last use() reads all that is left."""

    def __init__(self, wire, host, path):
        super().__init__(wire, host)
        self._expected = hashlib.sha256(path.read_bytes()).digest()
        wire.sendall(f"GET /big HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self._response = http.client.HTTPResponse(wire)
        self._response.begin()
        self._digest = hashlib.sha256()
        self._ended = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _read(self, size):
        piece = self._response.read(size)
        self._digest.update(piece)
        return piece

    def _run(self):
        try:
            while not self._ended.wait(PAUSE) and self._read(PIECE):
                pass
        except (OSError, http.client.HTTPException) as cause:
            self._failure = cause

    def use(self):
        """Whether it still goes on."""
        if self._failure or self._response.isclosed():
            raise ConnectionError(f"the download ended: {self._failure}")

    def finish(self):
        self.use()
        self._ended.set()
        self._thread.join()
        while self._read(1024 * 1024):
            pass
        if self._digest.digest() != self._expected:
            raise ConnectionError("a part of the download is missing")

    def stop(self):
        self._ended.set()
        super().stop()


class Streams:
    """One of each, with a host that has inside() and a server that has what
    write_big() writes."""

    def __init__(self, httpd, host, root):
        self._at = httpd.https, host, root
        self.download = self._made(Download, httpd.directory / "htdocs/big")
        self.all = [self.download, self._made(Idle), self._made(Tunnel)]
        if httpd.mpm != "prefork":
            self.multiplexed = self._made(Multiplexed, alpn=["h2"])
            self.all.append(self.multiplexed)
        self.use()

    def _made(self, kind, *words, alpn=None):
        port, host, root = self._at
        return kind(client.tls(port, host, root, alpn=alpn), host, *words)

    def use(self):
        for one in self.all:
            one.use()

    def finish(self):
        self.use()
        self.download.finish()

    def stop(self):
        for one in self.all:
            one.stop()
