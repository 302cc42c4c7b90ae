"""The restart by which a certificate goes live."""

import shutil
import subprocess

from lab import httpd as lab_httpd
from lab.process import free_port, wait_until
from lab.sites import site

NAME = "one.example.org"


def commands_below(pid):
    done = subprocess.run(["ps", "--ppid", str(pid), "-o", "args="],
                          capture_output=True, text=True, check=False)
    return done.stdout


def test_a_restart_takes_the_rehearsal_along(make_httpd, make_pebble, place,
                                             monkeypatch):
    """httpd -t that hangs, and somebody restarts httpd meanwhile: no process
    stays behind, and none comes home as long lost."""
    program = place / "httpd-program"
    shutil.copy(lab_httpd.BINARY, program)
    monkeypatch.setattr(lab_httpd, "BINARY", str(program))
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(site(NAME), pebble=pebble, http=http).start()
    hanging = place / "hanging"
    hanging.write_text("#!/bin/sh\nexec sleep 3456\n")
    hanging.chmod(0o755)
    hanging.rename(program)
    httpd.require(lambda: "sleep 3456" in commands_below(httpd.process.pid),
                  60, "rehearsal")
    assert not httpd.live(NAME)[0].exists()
    httpd.graceful()
    httpd.wait_live(NAME)
    wait_until(lambda: "sleep" not in commands_below(httpd.process.pid), 5,
               "end of the rehearsal")
