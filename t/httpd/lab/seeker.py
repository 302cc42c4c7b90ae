#!/usr/bin/python3
"""A CGI program that looks for keys wherever a program with its rights can:
what it inherited, its own memory, every file below some directories, and all
processes of its user. It tells what it looked at, and where it found one, as
JSON. QUERY_STRING names a file with what to look for, and the directories.

It must not find what it looks for in its own memory: of each key it has the
bytes raised by one, and everything is raised by one before it is compared.
"""

import collections
import contextlib
import json
import os
import pathlib
import select
import sys

RAISED = bytes((byte + 1) % 256 for byte in range(256))
PIECE = 4 * 1024 * 1024
LONGEST = 512  # of what is looked for


class Seeker:
    def __init__(self, needles):
        self.needles = needles
        self.looked = collections.Counter()
        self.found = []

    def look(self, kind, name, pieces):
        """In pieces that follow each other."""
        self.looked[kind] += 1
        last = b""
        for piece in pieces:
            self.looked[f"{kind} pieces"] += 1
            raised = (last + piece).translate(RAISED)
            for needle in self.needles:
                if needle in raised:
                    self.found.append([kind, name])
            last = piece[-LONGEST:]

    def try_to(self, kind, name, read):
        """What the system refuses is counted."""
        try:
            self.look(kind, name, read())
        except OSError:
            self.looked[f"{kind} refused"] += 1


def pieces_of(file):
    while piece := file.read(PIECE):
        yield piece


def file_at(path):
    with open(path, "rb", buffering=0) as file:
        yield from pieces_of(file)


def descriptor(number):
    """Where it leads to a file, all of the file; a pipe or socket has what
    waits in it, and is nobody else's."""
    again = f"/proc/self/fd/{number}"
    if os.path.isfile(again):
        return file_at(again)
    os.set_blocking(number, False)
    return pieces_of(os.fdopen(os.dup(number), "rb", buffering=0))


def memory_of(process):
    with open(f"{process}/maps") as maps, \
            open(f"{process}/mem", "rb", buffering=0) as memory:
        for line in maps.read().splitlines():
            begin, end = (int(word, 16) for word in
                          line.split()[0].split("-"))
            with contextlib.suppress(OSError, ValueError, OverflowError):
                memory.seek(begin)
                yield memory.read(end - begin)


def seek_inherited(seeker):
    if os.environ.get("CONTENT_LENGTH", "0") != "0":
        select.select([0], [], [], 20)
    for number in map(int, os.listdir("/proc/self/fd")):
        if os.path.exists(f"/proc/self/fd/{number}"):
            seeker.try_to("descriptor", number,
                          lambda one=number: descriptor(one))
    seeker.look("environment", "own", [
        b"\0".join(os.environb.values())])
    seeker.try_to("own memory", "own", lambda: memory_of("/proc/self"))


def seek_files(seeker, directories):
    def refused(_):
        seeker.looked["directory refused"] += 1
    for top in directories:
        for place, _, names in os.walk(top, onerror=refused):
            for name in names:
                path = pathlib.Path(place, name)
                if path.is_file():
                    seeker.try_to("file", str(path),
                                  lambda one=path: file_at(one))


def files_of(process):
    for number in os.listdir(f"{process}/fd"):
        path = f"{process}/fd/{number}"
        if os.path.isfile(path):
            yield from file_at(path)


def seek_processes(seeker):
    """Of its user, or root's."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended
            if process.name == str(os.getpid()) or \
                    process.stat().st_uid not in (0, os.getuid()):
                continue
            name = f"{process.name} {(process / 'comm').read_text().strip()}"
            for kind, read in (("process", memory_of),
                               ("its files", files_of),
                               ("its environment",
                                lambda one: file_at(one / "environ"))):
                seeker.try_to(kind, name, lambda: read(process))


def main():
    order = json.loads(
        pathlib.Path(os.environ["QUERY_STRING"]).read_text())
    seeker = Seeker([bytes.fromhex(word) for word in order["needles"]])
    seek_inherited(seeker)
    seek_files(seeker, order["directories"])
    seek_processes(seeker)
    sys.stdout.write("Content-Type: application/json\n\n" + json.dumps(
        {"uid": os.getuid(), "looked": seeker.looked, "found": seeker.found}))


main()
