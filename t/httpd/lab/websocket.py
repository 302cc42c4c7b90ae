"""Both ends of a WebSocket (RFC 6455) whose messages are short texts."""

import base64
import contextlib
import hashlib
import os
import socket
import threading

from .process import free_port

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
TEXT = 0x81  # the last fragment of a text, section 5.2
MASKED = 0x80


def _accepted(key):
    return base64.b64encode(hashlib.sha1(key + MAGIC).digest())


def _head(stream):
    """A request's or answer's first line, and its fields by their names."""
    first = stream.readline()
    fields = {}
    for line in iter(stream.readline, b"\r\n"):
        if not line:
            raise ConnectionError("closed before the end of the head")
        key, value = line.split(b":", 1)
        fields[key.lower()] = value.strip()
    return first, fields


def _exactly(stream, count):
    found = stream.read(count)
    if len(found) < count:
        raise ConnectionError("closed within a message, or before it")
    return found


def _masked(mask, data):
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


def _read(stream):
    kind, length = _exactly(stream, 2)
    mask = _exactly(stream, 4) if length & MASKED else bytes(4)
    if kind != TEXT or length & ~MASKED > 125:
        raise ConnectionError(f"no short text: {kind:x} {length:x}")
    return _masked(mask, _exactly(stream, length & ~MASKED))


def _write(wire, text, mask=None):
    """Only a client masks (section 5.1)."""
    head = bytes([TEXT, len(text) | (MASKED if mask else 0)])
    wire.sendall(head + (mask or b"") + _masked(mask or bytes(4), text))


class Echo:
    """A server that sends each message back."""

    def __init__(self):
        self.port = free_port()
        self._socket = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # closed by stop()
            while True:
                wire, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(wire,),
                                 daemon=True).start()

    @staticmethod
    def _serve(wire):
        with contextlib.closing(wire), wire.makefile("rb") as stream, \
                contextlib.suppress(OSError):
            _, fields = _head(stream)
            wire.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                         b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Accept: "
                         + _accepted(fields[b"sec-websocket-key"])
                         + b"\r\n\r\n")
            while True:
                _write(wire, _read(stream))

    def stop(self):
        self._socket.close()


class WebSocket:
    """A client's end on a connection that is there."""

    def __init__(self, wire, host, path):
        self._wire, self._stream = wire, wire.makefile("rb")
        key = base64.b64encode(os.urandom(16))
        wire.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
                     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Version: 13\r\n"
                     f"Sec-WebSocket-Key: {key.decode()}\r\n\r\n".encode())
        first, fields = _head(self._stream)
        if b" 101 " not in first or \
                fields[b"sec-websocket-accept"] != _accepted(key):
            raise ConnectionError(f"no WebSocket: {first!r} {fields}")

    def echo(self, text):
        """Send it and read what comes back."""
        _write(self._wire, text, os.urandom(4))
        return _read(self._stream)
