"""./bootstrap demo, as far as it needs no installation."""

import os
import pathlib
import signal
import subprocess
import sys

DEMO = pathlib.Path(__file__).with_name("demo.py")


def left_running(mark):
    """Processes that still have a word in their command line."""
    found = []
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in words and int(place.name) != os.getpid():
            found.append(words)
    return found


def heed_interrupt():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_once_shows_and_proves(place):
    done = subprocess.run([sys.executable, DEMO, "--once"], text=True,
                          capture_output=True, timeout=180,
                          env={**os.environ, "TMPDIR": str(place)})
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("order", "challenge", "staged", "restart", "deployed",
                  "proved: https://www.example.org/",
                  "proved: http://www.example.org/page",
                  "proved: the challenge path",
                  "proved: the status page", "/acme-status"):
        assert words in done.stdout, done.stdout
    assert left_running(str(place)) == []
    assert list(place.iterdir()) == []


def test_interrupt_leaves_nothing_running(place):
    # Who runs the tests in the background has it ignored.
    demo = subprocess.Popen([sys.executable, DEMO], text=True,
                            stdout=subprocess.PIPE, preexec_fn=heed_interrupt,
                            env={**os.environ, "TMPDIR": str(place)})
    for line in demo.stdout:
        if "Ctrl-C" in line:
            break
    demo.send_signal(signal.SIGINT)
    demo.stdout.read()
    assert demo.wait(30) == 0
    assert left_running(str(place)) == []
    assert list(place.iterdir()) == []
