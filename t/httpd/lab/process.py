"""Plain processes that a test starts, and stops by process id."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import time


# Below those that the system takes for connections outwards: one of them
# could be taken between being found free and being listened on.
PORTS = range(10000, 32768)

_marks = []


def free_port(host="127.0.0.1"):
    """A TCP port of the loopback range that nobody listens on. Its mark, an
    abstract socket, keeps it from other tests until this process ends."""
    while True:
        port = random.choice(PORTS)
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0acme-edge-port-{port}")
            with contextlib.closing(socket.socket()) as probe:
                probe.bind((host, port))
        except OSError:
            mark.close()
            continue
        _marks.append(mark)
        return port


def make_place(prefix):
    """A new directory that the server's user can enter: not below a TMPDIR
    that is root's alone."""
    place = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    if not all(above.stat().st_mode & 0o001 for above in place.parents):
        place.rmdir()
        place = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    place.chmod(0o755)
    return place


def wait_until(condition, seconds, what):
    """Ask `condition` again and again; return its first true answer."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds} s still no {what}")
        time.sleep(0.05)


def answers(port, host="127.0.0.1"):
    """Whether something listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


class Process:
    """One program with its output in a file, in a session of its own: prefork
    ends its whole process group when it is told to end."""

    def __init__(self, argv, log, **options):
        self.argv = [str(word) for word in argv]
        self.log = log
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, **options)

    @property
    def pid(self):
        return self.popen.pid

    @contextlib.contextmanager
    def held(self):
        """It does nothing for a while."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def running(self):
        return self.popen.poll() is None

    def require(self, condition, seconds, what):
        """Wait for `condition`; a process that ended meanwhile fails at once
        with what it said."""
        def look():
            if not self.running():
                raise RuntimeError(f"{self.argv[0]} ended with "
                                   f"{self.popen.returncode}:\n{self.said()}")
            return condition()
        return wait_until(look, seconds, what)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, number=signal.SIGTERM, seconds=20):
        """End it and wait; kill it where it does not listen."""
        if self.running():
            os.kill(self.pid, number)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        return self.popen.returncode
