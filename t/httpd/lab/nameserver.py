"""A DNS server that rotates its answers, as those of names with several
servers do."""

import socket
import socketserver
import struct
import threading

A, AAAA = 1, 28
AUTHORITATIVE, NO_SUCH_NAME = 0x8400, 0x8403
POINTER_TO_QUESTION = 0xC00C
TTL = 1


def _bytes(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.inet_pton(family, address)


def _question(packet):
    """The name, the type, and where the question ends."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    kind, = struct.unpack_from(">H", packet, at + 1)
    return ".".join(labels).lower(), kind, at + 5


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        packet, wire = self.request
        wire.sendto(self.server.answer(packet), self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    """Pebble asks in this way: with the length before each message."""

    def handle(self):
        while head := self.rfile.read(2):
            packet = self.rfile.read(*struct.unpack(">H", head))
            answer = self.server.answer(packet)
            self.wfile.write(struct.pack(">H", len(answer)) + answer)


class _Streams(socketserver.ThreadingTCPServer):
    request_queue_size = 256  # all orders at once
    daemon_threads = True


class Nameserver:
    """Answers for the names below `domain`, and for each name that add() tells
    something else of."""

    def __init__(self, host, domain, addresses, port=53):
        self.place = f"{host}:{port}"
        self._domain = domain
        self._all = list(addresses)
        self._names = {}
        self._asked = {}  # by question, how often
        self._turns = threading.Lock()
        self._servers = [
            self._start(socketserver.UDPServer, (host, port), _Datagram),
            self._start(_Streams, (host, port), _Stream)]

    def add(self, name, *addresses):
        self._names[name] = list(addresses)

    def stop(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _start(self, kind, address, handler):
        server = kind(address, handler)
        server.answer = self._answer
        threading.Thread(target=server.serve_forever, args=(0.1,),
                         daemon=True).start()
        return server

    def _known(self, name):
        below = name.endswith("." + self._domain)
        return self._names.get(name, self._all if below else None)

    def _answer(self, packet):
        name, kind, end = _question(packet)
        known = self._known(name)
        found = self._rotate(name, kind, known or [])
        flags = NO_SUCH_NAME if known is None else AUTHORITATIVE
        head = struct.pack(">2sHHHHH", packet[:2], flags, 1, len(found), 0, 0)
        return head + packet[12:end] + b"".join(
            struct.pack(">HHHIH", POINTER_TO_QUESTION, kind, 1, TTL,
                        len(data)) + data for data in found)

    def _rotate(self, name, kind, known):
        length = {A: 4, AAAA: 16}.get(kind)
        found = [data for data in map(_bytes, known) if len(data) == length]
        if not found:
            return []
        with self._turns:
            turn = self._asked.get((name, kind), 0)
            self._asked[name, kind] = turn + 1
        at = turn % len(found)
        return found[at:] + found[:at]
