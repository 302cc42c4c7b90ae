"""Those who ask httpd all the while that a test lasts, each in a thread."""

import http.client
import socket
import ssl
import threading
import time

from . import client


class Visitor:
    """Asks again and again until it is stopped; `_visit` is one round."""

    def __init__(self, pause=0.02):
        self.pause = pause
        self.asked = 0
        self.cut = 0  # idle connections that were closed; asked again
        self.failures = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join(60)

    def _run(self):
        while not self._ended.wait(self.pause):
            try:
                self._visit()
            except (OSError, http.client.HTTPException, ValueError) as cause:
                self.failures.append(
                    f"{time.strftime('%H:%M:%S')} {cause!r}")

    def _visit(self):
        raise NotImplementedError


class Handshaker(Visitor):
    """A new TLS connection each time, verified, and a page on it."""

    def __init__(self, port, name, root, **options):
        self.port, self.name, self.root = port, name, root
        super().__init__(**options)

    def _visit(self):
        answer = client.ask_tls(self.port, self.name, root=self.root)
        self.asked += 1
        if answer.status != 200 or not answer.body:
            self.failures.append(f"answer {answer.status}")


class Kept:
    """One connection that is kept, in the way of browsers: where it was
    closed before an answer began, the request goes out again on another."""

    def __init__(self, connect):
        self._connect = connect
        self._connection = None
        self.cut = 0

    def ask(self, path, headers):
        if self._connection is not None:
            try:
                return self._try(path, headers)
            except (ConnectionError, ssl.SSLEOFError,
                    http.client.RemoteDisconnected):
                self.cut += 1
                self.close()
        self._connection = self._connect()
        return self._try(path, headers)

    def _try(self, path, headers):
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        try:
            body = response.read()
        except (ConnectionError, ssl.SSLError) as cause:
            raise ValueError(f"an answer was cut: {cause!r}") from cause
        if response.will_close:
            self.close()
        return response.status, body

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class KeptTls(Kept):
    """The same with TLS."""

    def __init__(self, port, name, root=None):
        self.port, self.name, self.root = port, name, root
        super().__init__(self._begin)

    def _begin(self):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=10)
        connection.sock = client.tls(self.port, self.name, self.root)
        return connection


class Lingerer(Visitor):
    """One TLS connection for as long as httpd keeps it."""

    def __init__(self, port, name, root, **options):
        self.name = name
        self._kept = KeptTls(port, name, root)
        super().__init__(**options)

    def _visit(self):
        status, body = self._kept.ask("/", {"Host": self.name})
        self.asked += 1
        self.cut = self._kept.cut
        if status != 200 or not body:
            self.failures.append(f"answer {status}")


class TokenSeeker(Visitor):
    """Asks for each token that `open_tokens` tells. One that is told before
    and after must have been answered in between.
    @param kept on one connection, else on a new one each time
    @param again asks once more where its connection was cut"""

    def __init__(self, port, open_tokens, kept, again, **options):
        self.port, self.open_tokens = port, open_tokens
        self.kept, self.again = kept, again
        self.seen = set()
        self._repeated = 0
        self._line = Kept(self._connect)
        super().__init__(**options)

    def _connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=20)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _visit(self):
        for token in self.open_tokens():
            told = self._ask(token)
            self.cut = self._line.cut + self._repeated
            if token in self.open_tokens():
                self._judge(token, *told)

    def _ask(self, token):
        if not self.kept:
            self._line.close()
        try:
            answer = self._line.ask(client.CHALLENGE + token, {})
        except (OSError, http.client.HTTPException, ValueError):
            self._line.close()
            if not self.again:
                raise
            self._repeated += 1
            answer = self._line.ask(client.CHALLENGE + token, {})
        return answer

    def _judge(self, token, status, body):
        self.asked += 1
        if status == 200 and body.startswith(f"{token}.".encode()) \
                and len(body) == len(token) + 44:
            self.seen.add(token)
        else:
            self.failures.append(f"{time.strftime('%H:%M:%S')} {token}: "
                                 f"answer {status}, {len(body)} bytes")
