"""Somebody in another network who asks every 50 ms whether a port is open, and
what is there. It is run as a program of its own."""

import json
import os
import select
import socket
import subprocess
import sys

from .process import wait_until

PAUSE = 0.05
QUESTION = b"GET /index.html HTTP/1.0\r\nHost: www.example.org\r\n\r\n"


class Watcher:
    """One in a network of its own, with a cable to that of this thread. Both
    ends have addresses, of IPv4 and of IPv6: `near` ours, `far` its."""

    def __init__(self, directory, near, far, port=80):
        self.log = directory / "watcher.log"
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with open(self.log, "wb") as output:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(
                ["unshare", "--net", sys.executable, "-m", "lab.watcher",
                 str(port), *near], cwd=here, stdout=output,
                stdin=subprocess.PIPE)
        wait_until(self._is_apart, 20, "network of the watcher")
        self._connect(near, far)
        self.process.stdin.write(b"begin\n")
        self.process.stdin.flush()
        wait_until(self.log.read_text, 20, "first look of the watcher")

    def _network(self, pid):
        return os.readlink(f"/proc/{pid}/ns/net")

    def _is_apart(self):
        return self._network(self.process.pid) != self._network("thread-self")

    def _connect(self, near, far):
        _ip("link", "add", "near", "type", "veth", "peer", "name", "far",
            "netns", str(self.process.pid))
        _ip("link", "set", "near", "up")
        _give("near", near)
        inside = ("nsenter", "-t", str(self.process.pid), "--net")
        _ip("link", "set", "far", "up", inside=inside)
        _give("far", far, inside)

    def seen(self):
        """What was so, in turn, each with how often: by address."""
        found = {}
        for line in self.log.read_text().splitlines():
            for address, state in json.loads(line).items():
                states = found.setdefault(address, [])
                if states and states[-1][0] == state:
                    states[-1][1] += 1
                else:
                    states.append([state, 1])
        return found

    def now(self):
        """What it saw last."""
        return {states[-1][0] for states in self.seen().values()}

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)


def _ip(*words, inside=()):
    subprocess.run([*inside, "ip", *words], check=True)


def _give(device, addresses, inside=()):
    for address in addresses:
        length = 64 if ":" in address else 24
        _ip("address", "add", f"{address}/{length}", "dev", device,
            *(["nodad"] if ":" in address else []), inside=inside)


# --- the program ------------------------------------------------------------

def look(address, port):
    """A status, or why there is none."""
    try:
        with socket.create_connection((address, port), 5) as wire:
            wire.sendall(QUESTION)
            answer = wire.recv(65536)
    except ConnectionRefusedError:
        return "refused"
    except OSError as problem:
        return type(problem).__name__
    return answer[9:12].decode() or "nothing"


def is_over():
    return bool(select.select([sys.stdin], [], [], PAUSE)[0])


def watch(port, addresses):
    """Until the input ends."""
    sys.stdin.readline()
    while True:
        print(json.dumps({address: look(address, port)
                          for address in addresses}), flush=True)
        if is_over():
            return


if __name__ == "__main__":
    watch(int(sys.argv[1]), sys.argv[2:])
