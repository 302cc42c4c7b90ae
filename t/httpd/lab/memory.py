"""The memory of processes, as root sees it: the slots that httpd's parent
shares with its children, and how much memory each has."""

import dataclasses
import hashlib
import pathlib
import re
import struct

MAPPING = re.compile(r"(\w+)-(\w+) (\S{4}) \S+ \S+ \d+ *(.*)")
KEY = re.compile(rb"-----BEGIN (?:EC )?PRIVATE KEY-----\n.*?"
                 rb"-----END (?:EC )?PRIVATE KEY-----\n", re.S)


@dataclasses.dataclass(frozen=True)
class Mapping:
    begin: int
    end: int
    rights: str
    name: str


def mappings(pid):
    found = []
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        begin, end, rights, name = MAPPING.fullmatch(line).groups()
        found.append(Mapping(int(begin, 16), int(end, 16), rights, name))
    return found


def read(pid, begin, end):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(begin)
        return memory.read(end - begin)


def write(pid, at, data):
    with open(f"/proc/{pid}/mem", "wb", buffering=0) as memory:
        memory.seek(at)
        assert memory.write(data) == len(data)


def shared(pid):
    """Those of its mappings that have no file and are shared."""
    return [one for one in mappings(pid)
            if one.rights.endswith("s") and one.name == "/dev/zero (deleted)"]


def flags(pid, mapping):
    """What the kernel has been told of it."""
    text = pathlib.Path(f"/proc/{pid}/smaps").read_text()
    part = text[text.index(f"{mapping.begin:x}-{mapping.end:x} "):]
    return re.search(r"VmFlags: (.*)", part)[1].split()


class Slot:
    """Where httpd's parent has put a certificate (src/edge/edge_slots.c): a
    digest of what is behind it, two lengths, chain and key."""

    def __init__(self, httpd, chain):
        """@param chain what lies there, in PEM"""
        self.pid = httpd.process.pid
        found = [(one, at) for one in shared(self.pid)
                 if (at := read(self.pid, one.begin, one.end).find(chain)) > 0]
        (self.mapping, at), = found
        self.chain = self.mapping.begin + at
        self._lengths = struct.unpack("QQ", read(
            self.pid, self.chain - 16, self.chain))
        assert self._lengths[0] == len(chain)

    @property
    def key(self):
        return self.chain + self._lengths[0]

    @property
    def end(self):
        return self.key + self._lengths[1]

    def contents(self):
        return read(self.pid, self.chain, self.end)

    def damage(self, at, data):
        write(self.pid, at, data)

    def seal(self):
        """Make the digest right again."""
        behind = read(self.pid, self.chain - 16, self.end)
        write(self.pid, self.chain - 48, hashlib.sha256(behind).digest())


def whole(httpd):
    """All that the parent shares with its children in that way."""
    pid = httpd.process.pid
    return b"".join(read(pid, one.begin, one.end) for one in shared(pid))


def own(pid):
    """Kilobytes of its own. What processes share was made so large as it is,
    and only fills."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"Pss_Anon: +(\d+) kB", text)[1])


def total(httpd):
    """Of all of httpd."""
    return sum(own(pid) for pid in [httpd.process.pid, *httpd.children()])
