"""A clock of its own for one process and its children: faster than the true
one, or one that can be set while they run (libfaketime)."""

import ctypes
import glob
import os
import pathlib
import secrets
import struct
import weakref

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
MEMORY = pathlib.Path("/dev/shm")
# The page that they share: two counters, then when the first of them began;
# with these nanoseconds, none has yet.
NOT_BEGUN = struct.pack("=QQqq", 0, 0, 0, -1).ljust(4096, b"\0")


def library():
    libraries = glob.glob(LIBRARIES)
    assert libraries, "apt-get install faketime"
    return libraries[0]


class Faked:
    """What these processes share is made here, and removed with this object.
    Left to itself, the library names it by process id, its first child to end
    removes it, and where a killed process of the same id left one, the next
    program does not start."""

    def __init__(self, **words):
        name = f"acme-edge-clock-{secrets.token_hex(8)}"
        self.files = [MEMORY / f"sem.{name}", MEMORY / name]
        self._make_lock(f"/{name}")
        self.files[1].write_bytes(NOT_BEGUN)
        for file in self.files:
            file.chmod(0o666)
        self._words = {**words, "FAKETIME_SHARED": f"/{name} /{name}"}
        self._end = weakref.finalize(self, self._remove, self.files)

    @staticmethod
    def _make_lock(name):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.sem_open.restype = ctypes.c_void_p
        if not libc.sem_open(name.encode(), os.O_CREAT | os.O_EXCL, 0o666, 1):
            raise OSError(ctypes.get_errno(), f"semaphore {name}")

    @staticmethod
    def _remove(files):
        for file in files:
            file.unlink(missing_ok=True)

    @property
    def environment(self):
        """Behind what is preloaded already."""
        loaded = os.environ.get("LD_PRELOAD", "").split() + [library()]
        return {"LD_PRELOAD": " ".join(loaded), **self._words}


class Faster(Faked):
    """Time goes so much faster, that it waits included. What files tell of
    theirs is left alone: it is made up under a lock of all these processes,
    and httpd kills a child that is late to leave, at any moment."""

    def __init__(self, times):
        super().__init__(FAKETIME=f"+0 x{times}", NO_FAKE_STAT="1")


class Clock(Faked):
    """Right at first. What lasts is measured as ever: not even a clock that is
    set changes that."""

    def __init__(self, directory):
        self.file = directory / "clock"
        super().__init__(FAKETIME_TIMESTAMP_FILE=str(self.file),
                         FAKETIME_NO_CACHE="1",
                         FAKETIME_DONT_FAKE_MONOTONIC="1")
        self.set(0)

    def set(self, days):
        """So many days ahead of the true time, or behind."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{round(days * 86400):+d}\n")
        new.chmod(0o644)
        new.rename(self.file)
