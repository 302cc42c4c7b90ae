"""Challenge stores outside httpd."""

import contextlib
import hashlib
import re
import signal
import socket

from .process import Process, answers, free_port


def key(token):
    """By which the module's provider finds what a token is answered with."""
    return "acme-edge:" + hashlib.sha256(
        f"acme-edge:{token}".encode()).hexdigest()


class _Store:
    """One of them as a plain process on a port of its own, which it keeps when
    it is killed and comes back."""

    def __init__(self, directory, *words):
        self.directory = directory
        self.words = words
        self.port = free_port()
        self.process = None
        self.server = f"127.0.0.1:{self.port}"
        self.directive = f"{self.provider}:{self.server}"
        self.start()

    def start(self):
        self.process = Process(
            [*self.command(), *self.words],
            self.directory / f"{self.provider}.log")
        self.process.require(lambda: answers(self.port), 20, self.provider)

    def stop(self):
        if self.process.running():
            self.resume()
        self.process.stop()

    def kill(self):
        self.process.stop(signal.SIGKILL)

    def suspend(self):
        """It takes connections, and says nothing."""
        self.process.popen.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.popen.send_signal(signal.SIGCONT)

    def say(self, line, end):
        """What it answers to a line, up to a pattern."""
        place = ("127.0.0.1", self.port)
        with contextlib.closing(socket.create_connection(place, 10)) as wire:
            wire.sendall(line.encode() + b"\r\n")
            said = b""
            while not re.search(end, said):
                more = wire.recv(65536)
                assert more, said
                said += more
        return said.decode(errors="replace")


class Redis(_Store):
    """One Redis that keeps nothing on disk."""

    provider = "redis"

    def command(self):
        return ["redis-server", "--port", self.port, "--bind", "127.0.0.1",
                "--save", "", "--appendonly", "no", "--dir", self.directory]

    def lookups(self):
        """How often it was asked for a value, found or not."""
        said = self.say("INFO commandstats", rb"\r\n\r\n$")
        found = re.search(r"cmdstat_get:calls=(\d+)", said)
        return int(found[1]) if found else 0

    def count(self):
        return int(self.say("DBSIZE", rb"\r\n$")[1:])

    def flush(self):
        assert self.say("FLUSHALL", rb"\r\n$") == "+OK\r\n"

    def put(self, token, value):
        words = ["SET", key(token), value]
        line = f"*{len(words)}" + "".join(
            f"\r\n${len(word)}\r\n{word}" for word in words)
        assert self.say(line, rb"\r\n$") == "+OK\r\n"


class Memcached(_Store):
    """One memcached."""

    provider = "memcache"

    def command(self):
        return ["memcached", "-l", "127.0.0.1", "-p", self.port, "-U", "0",
                "-u", "nobody"]

    def _stat(self, word):
        said = self.say("stats", rb"END\r\n$")
        return int(re.search(rf"STAT {word} (\d+)", said)[1])

    def lookups(self):
        return self._stat("cmd_get")

    def count(self):
        return self._stat("curr_items")

    def flush(self):
        assert self.say("flush_all", rb"\r\n$") == "OK\r\n"

    def put(self, token, value):
        said = self.say(f"set {key(token)} 0 600 {len(value)}\r\n{value}",
                        rb"\r\n$")
        assert said == "STORED\r\n"
