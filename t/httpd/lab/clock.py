"""A clock of its own for one process and its children, which can be set while
they run (libfaketime)."""

import glob
import os

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def library():
    libraries = glob.glob(LIBRARIES)
    assert libraries, "apt-get install faketime"
    return libraries[0]


def preloaded(words):
    """Behind what is preloaded already."""
    loaded = os.environ.get("LD_PRELOAD", "").split() + [library()]
    return {"LD_PRELOAD": " ".join(loaded), **words}


def faster(times):
    """The environment of a process whose time goes so much faster, that it
    waits included."""
    return preloaded({"FAKETIME": f"+0 x{times}"})


class Clock:
    """Right at first. What lasts is measured as ever: not even a clock that is
    set changes that."""

    def __init__(self, directory):
        self.file = directory / "clock"
        self.set(0)

    def set(self, days):
        """So many days ahead of the true time, or behind."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{round(days * 86400):+d}\n")
        new.chmod(0o644)
        new.rename(self.file)

    @property
    def environment(self):
        return preloaded({"FAKETIME_TIMESTAMP_FILE": str(self.file),
                          "FAKETIME_NO_CACHE": "1",
                          "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
