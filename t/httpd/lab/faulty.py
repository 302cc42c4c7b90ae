"""A proxy before Pebble that answers wrongly when it is told to.

It has a door for each client: a port of its own. What comes in at a door goes
to Pebble with the door's own Host, from which Pebble makes all its URLs and
reads those that are signed; so everything that follows comes to the same door,
and nothing needs to be rewritten."""

import contextlib
import email.utils
import http.client
import json
import selectors
import socket
import ssl
import struct
import threading
import time

from . import pki

EXCHANGES = ("directory", "newNonce", "newAccount", "newOrder",
             "authorization", "challenge", "order", "finalize", "order2",
             "certificate")

PATHS = {"/dir": "directory", "/nonce-plz": "newNonce",
         "/sign-me-up": "newAccount", "/order-plz": "newOrder",
         "/authZ": "authorization", "/chalZ": "challenge",
         "/my-order": "order", "/finalize-order": "finalize",
         "/certZ": "certificate", "/revoke-cert": "revokeCert"}

RETRY_AFTER = 85  # later than the module would try by itself
BAD_NONCES = 5
HUGE = 20 * 1024 * 1024


class Answer:
    """What goes back to the client."""

    def __init__(self, code, headers, body=b""):
        self.code = code
        self.headers = headers
        self.body = body
        self.pause = 0  # between two bytes, in seconds

    def drop(self, name):
        self.headers = [(key, value) for key, value in self.headers
                        if key.lower() != name.lower()]

    def set(self, name, value):
        self.drop(name)
        self.headers.append((name, value))

    def head(self, method):
        headers = [pair for pair in self.headers if pair[0].lower() not in
                   ("connection", "transfer-encoding", "content-length")]
        if method != "HEAD":
            headers.append(("Content-Length", len(self.body)))
        lines = [f"HTTP/1.1 {self.code} {http.client.responses[self.code]}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join(lines + ["", ""]).encode()

    def send(self, wire, method):
        data = self.head(method) + (b"" if method == "HEAD" else self.body)
        if not self.pause:
            wire.sendall(data)
            return
        for byte in data:
            wire.sendall(bytes([byte]))
            time.sleep(self.pause)


class Request:
    """One request of a client; `ask` lets Pebble answer it."""

    def __init__(self, stream, upstream):
        self.method, self.path, _ = stream.readline().decode().split(" ")
        self.headers = http.client.parse_headers(stream)
        self.body = stream.read(int(self.headers.get("Content-Length", 0)))
        self.upstream = upstream

    @property
    def url(self):
        return f"https://{self.headers['Host']}{self.path}"

    @property
    def exchange(self):
        return PATHS.get("/" + self.path.split("/")[1])

    def ask(self):
        return self._pass_on(self.method, self.path, self.headers, self.body)

    def nonce(self):
        """One that Pebble will take."""
        headers = {"Host": self.headers["Host"], "User-Agent": "laboratory"}
        answer = self._pass_on("HEAD", "/nonce-plz", headers, b"")
        return dict(answer.headers)["Replay-Nonce"]

    def _pass_on(self, method, path, headers, body):
        self.upstream.putrequest(method, path, skip_host=True,
                                 skip_accept_encoding=True)
        for name, value in headers.items():
            self.upstream.putheader(name, value)
        self.upstream.endheaders(body or None)
        response = self.upstream.getresponse()
        return Answer(response.status, response.getheaders(), response.read())


# --- what can go wrong: each takes a request and gives its answer ----------

class Reset(Exception):
    """The connection is to be cut."""


class Silence(Exception):
    """There is to be no answer, and the connection stays open."""


def page(code, *headers):
    return Answer(code, [("Content-Type", "text/html"), *headers],
                  b"<html><body><h1>Something else</h1></body></html>\n")


def problem(code, kind, *headers):
    body = {"type": f"urn:ietf:params:acme:error:{kind}",
            "detail": f"the laboratory says {kind}", "status": code}
    return Answer(code, [("Content-Type", "application/problem+json"),
                         *headers], json.dumps(body).encode())


def answer_500(request):
    return page(500)


def answer_503(request):
    return page(503, ("Retry-After", RETRY_AFTER))


def answer_429(request):
    date = email.utils.formatdate(time.time() + RETRY_AFTER, usegmt=True)
    return problem(429, "rateLimited", ("Retry-After", date))


def answer_reset(request):
    """The CA did what it was asked to, and nobody learns of it."""
    request.ask()
    raise Reset


def answer_silence(request):
    request.ask()
    raise Silence


def answer_drip(request):
    answer = request.ask()
    answer.pause = 0.002
    return answer


def answer_cut(request):
    answer = request.ask()
    answer.body = answer.body[:len(answer.body) // 2]
    return answer


def answer_html(request):
    request.ask()
    return page(200)


def answer_huge(request):
    answer = request.ask()
    answer.body = b'{"status": "' + b"x" * HUGE + b'"}'
    return answer


def answer_bad_nonce(request):
    return problem(400, "badNonce", ("Replay-Nonce", request.nonce()))


def answer_wrong_type(request):
    answer = request.ask()
    answer.set("Content-Type", "text/plain")
    return answer


def answer_redirect(request):
    """To itself: who follows goes in circles."""
    return Answer(302, [("Location", request.url)])


def answer_no_nonce(request):
    answer = request.ask()
    answer.drop("Replay-Nonce")
    return answer


def answer_no_location(request):
    answer = request.ask()
    answer.drop("Location")
    return answer


FAULTS = {
    "500": answer_500,
    "503": answer_503,
    "429": answer_429,
    "reset": answer_reset,
    "silence": answer_silence,
    "drip": answer_drip,
    "cut": answer_cut,
    "html": answer_html,
    "huge": answer_huge,
    "badNonce": answer_bad_nonce,
    "wrong type": answer_wrong_type,
    "redirect": answer_redirect,
    "no nonce": answer_no_nonce,
    "no location": answer_no_location,
}


# --- the doors -------------------------------------------------------------

class Door:
    """The CA as one client sees it. From the first time that `exchange` is
    asked for, it goes wrong for `seconds`, or `times` times if that is less;
    then all is well."""

    def __init__(self, exchange, fault, seconds, times, host="127.0.0.1"):
        self.host = host
        self.exchange = exchange
        self.fault = fault
        self.seconds = seconds
        self.times = times
        self.requests = []  # (when, exchange, whether it went wrong)
        self.finalized = False
        self._lock = threading.Lock()
        self.listener = socket.create_server((host, 0), backlog=16)
        self.port = self.listener.getsockname()[1]

    @property
    def url(self):
        return f"https://{self.host}:{self.port}/dir"

    def seen(self):
        with self._lock:
            return list(self.requests)

    def counts(self):
        counts = dict.fromkeys(EXCHANGES, 0)
        for _, exchange, _ in self.seen():
            counts[exchange] = counts.get(exchange, 0) + 1
        return counts

    def hits(self):
        """When it went wrong."""
        return [when for when, _, wrong in self.seen() if wrong]

    def answer(self, request):
        exchange = request.exchange
        if exchange == "order" and self.finalized:
            exchange = "order2"
        wrong = self._note(exchange)
        answer = self.go_wrong(request) if wrong else request.ask()
        if exchange == "finalize" and answer.code == 200:
            self._hold_back(answer)
        return answer

    def go_wrong(self, request):
        return FAULTS[self.fault](request)

    def _note(self, exchange):
        now = time.monotonic()
        with self._lock:
            hits = [when for when, _, wrong in self.requests if wrong]
            wrong = exchange == self.exchange and (
                not hits or (now - hits[0] < self.seconds
                             and len(hits) < self.times))
            self.requests.append((now, exchange, wrong))
            self.finalized |= exchange == "finalize"
        return wrong

    def _hold_back(self, answer):
        """Pebble may be done already: here every order is polled again."""
        with contextlib.suppress(ValueError):
            order = json.loads(answer.body)
            if order.get("status") == "valid":
                order["status"] = "processing"
                order.pop("certificate", None)
                answer.body = json.dumps(order).encode()


class Faulty:
    """All doors before one Pebble."""

    def __init__(self, directory, pebble):
        directory.mkdir(mode=0o755)
        self.pebble = pebble
        self.trust_file = pki.make_server(directory, pebble.host)
        self.doors = []
        self._inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._inside.load_cert_chain(directory / "server.pem",
                                     directory / "server.key")
        self._outside = ssl.create_default_context(
            cafile=str(pebble.trust_file))
        self._ended = threading.Event()
        self._selector = selectors.DefaultSelector()
        threading.Thread(target=self._accept, daemon=True).start()

    def door(self, exchange, fault, seconds=20, times=1000):
        return self.add(Door(exchange, fault, seconds, times))

    def add(self, door):
        self.doors.append(door)
        self._selector.register(door.listener, selectors.EVENT_READ, door)
        return door

    def stop(self):
        self._ended.set()
        for door in self.doors:
            door.listener.close()

    def _accept(self):
        while not self._ended.is_set():
            for key, _ in self._selector.select(0.1):
                with contextlib.suppress(OSError):
                    client, _ = key.fileobj.accept()
                    threading.Thread(target=self._serve, daemon=True,
                                     args=(client, key.data)).start()

    def _serve(self, client, door):
        with contextlib.closing(client), contextlib.suppress(OSError):
            client.settimeout(150)
            with self._inside.wrap_socket(client, server_side=True) as wire:
                self._converse(wire, door)

    def _converse(self, wire, door):
        upstream = http.client.HTTPSConnection(
            self.pebble.host, self.pebble.port, context=self._outside,
            timeout=60)
        with contextlib.closing(upstream), wire.makefile("rb") as stream:
            while stream.peek(1):
                request = Request(stream, upstream)
                try:
                    door.answer(request).send(wire, request.method)
                except Silence:
                    self._ended.wait(120)
                    return
                except Reset:
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                    struct.pack("ii", 1, 0))
                    return
