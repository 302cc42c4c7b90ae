"""Networks within the network of a test: each is one machine's, with a cable
to the bridge of all."""

import contextlib
import ipaddress
import os
import subprocess

from .network import NEW_NETWORK, call, libc

BRIDGE = "bridge"


def ip(*words):
    subprocess.run(["ip", *(str(word) for word in words)], check=True)


def length(address):
    """Of the prefix that all machines have in common."""
    return 64 if ipaddress.ip_address(address).version == 6 else 24


def give(device, addresses):
    """Put addresses on a device of the network that this thread is in."""
    for address in addresses:
        ip("address", "add", f"{address}/{length(address)}", "dev", device,
           *(["nodad"] if ":" in address else []))


def make_bridge(addresses):
    """In the network that this thread is in, which has these addresses."""
    # Without a hardware address of its own it takes that of a cable.
    ip("link", "add", BRIDGE, "address", "02:00:00:00:01:00", "type", "bridge")
    ip("link", "set", BRIDGE, "up")
    give(BRIDGE, addresses)


class Machine:
    """A network of its own at the bridge. It has no name outside: it ends
    with stop(), or else with all processes that know it."""

    _made = 0

    def __init__(self, *addresses):
        Machine._made += 1
        self.addresses = addresses
        self.cable = f"cable{Machine._made}"
        # The same one after stop() and start(): others remember it.
        self.hardware = f"02:00:00:00:00:{Machine._made % 256:02x}"
        self._world = _here()
        self._network = None
        self.start()

    def start(self):
        call(libc.unshare, NEW_NETWORK)
        self._network = _here()
        _enter(self._world)
        self._connect()

    def inside(self):
        """This thread, and what it starts, are in it."""
        return _within(self._network)

    def run(self, *words):
        with self.inside():
            ip(*words)

    def cut(self):
        """What it would send is dropped, and nobody is told."""
        for prefix in self._halves():
            self.run("route", "add", "blackhole", prefix)

    def mend(self):
        for prefix in self._halves():
            self.run("route", "del", "blackhole", prefix)

    def stop(self):
        """Its cable goes at once, and the rest with its last process."""
        if self._network is not None:
            with _within(self._world):
                ip("link", "del", self.cable)
            os.close(self._network)
            self._network = None

    def _connect(self):
        place = f"/proc/{os.getpid()}/fd/{self._network}"
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0",
           "address", self.hardware, "netns", place)
        ip("link", "set", self.cable, "master", BRIDGE, "up")
        with self.inside():
            ip("link", "set", "lo", "up")
            ip("link", "set", "eth0", "up")
            give("eth0", self.addresses)

    def _halves(self):
        """More to the point than the route to the bridge's whole network."""
        for address in self.addresses:
            whole = ipaddress.ip_interface(f"{address}/{length(address)}")
            yield from whole.network.subnets()


def _here():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _enter(descriptor):
    call(libc.setns, descriptor, NEW_NETWORK)


@contextlib.contextmanager
def _within(descriptor):
    before = _here()
    _enter(descriptor)
    try:
        yield
    finally:
        _enter(before)
        os.close(before)
