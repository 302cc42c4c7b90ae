"""The command acme-edge, run as an administrator runs it."""

import dataclasses
import json
import os
import pathlib
import subprocess

from .process import Process
from .sanitizers import environment as sanitized

MODULE = os.environ.get("ACME_EDGE_MODULE", "")
PROGRAM = os.environ.get("ACME_EDGE_COMMAND") or \
    pathlib.Path(MODULE).resolve().parents[1] / "acme-edge"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What one call said."""

    status: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


def start(httpd, log, *words):
    """Call it and do not wait; what it says is in `log`."""
    environment = {**os.environ, **sanitized(MODULE, httpd.directory)}
    return Process([PROGRAM, "--store", httpd.store, *words], log,
                   env=environment)


def run(httpd, *words, program=PROGRAM, **options):
    """Call it for the store of a server, with these words behind."""
    environment = {**os.environ, **sanitized(MODULE, httpd.directory),
                   **options.pop("environment", {})}
    done = subprocess.run([program, "--store", httpd.store, *words],
                          env=environment, capture_output=True, text=True,
                          timeout=120, check=False, **options)
    return Answer(done.returncode, done.stdout, done.stderr)
