"""Servers in the place of this one: each has an address of its own, and does
one thing wrong."""

import contextlib
import re
import socket
import struct
import threading


def answer(status, body="", location=None):
    """One HTTP answer; `{host}` in the location is the one that was asked."""
    def give(wire, head):
        host = (re.findall(r"\r\nHost: ([^:\r]*)", head) or [""])[0]
        lines = [f"HTTP/1.1 {status} Because", "Connection: close",
                 "Content-Type: text/html", f"Content-Length: {len(body)}"]
        if location:
            lines.append(f"Location: {location.format(host=host)}")
        wire.sendall("\r\n".join([*lines, "", body]).encode())
    return give


def reset(wire, head):
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def other_protocol(wire, head):
    wire.sendall(b"SSH-2.0-stranger\r\n\r\n")


class Stranger:
    """Listens at one address, on some ports, until it is stopped."""

    def __init__(self, address, behave, ports=(80,)):
        self.behave = behave
        self._ended = threading.Event()
        self._listeners = [socket.create_server((address, port))
                           for port in ports]
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,),
                             daemon=True).start()

    def stop(self):
        self._ended.set()
        for listener in self._listeners:
            listener.close()

    def _accept(self, listener):
        while not self._ended.is_set():
            with contextlib.suppress(OSError):
                wire, _ = listener.accept()
                threading.Thread(target=self._serve, args=(wire,),
                                 daemon=True).start()

    def _serve(self, wire):
        with contextlib.closing(wire), contextlib.suppress(OSError):
            wire.settimeout(60)
            head = wire.recv(65536).decode(errors="replace")
            if head:
                self.behave(wire, head)
