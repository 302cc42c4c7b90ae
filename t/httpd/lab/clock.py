"""A clock of its own for one process and its children, which can be set while
they run (libfaketime)."""

import glob
import os

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


class Clock:
    """Right at first. What lasts is measured as ever: not even a clock that is
    set changes that."""

    def __init__(self, directory):
        libraries = glob.glob(LIBRARIES)
        assert libraries, "apt-get install faketime"
        self.file = directory / "clock"
        self.library = libraries[0]
        self.set(0)

    def set(self, days):
        """So many days ahead of the true time, or behind."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{round(days * 86400):+d}\n")
        new.chmod(0o644)
        new.rename(self.file)

    @property
    def environment(self):
        loaded = os.environ.get("LD_PRELOAD", "").split() + [self.library]
        return {"LD_PRELOAD": " ".join(loaded),
                "FAKETIME_TIMESTAMP_FILE": str(self.file),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
