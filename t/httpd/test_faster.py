"""Time that goes faster is one time for a server and all that it starts."""

import os
import subprocess
import sys

from lab.clock import Faster

# Programs of one server, one after the other: the first to end is a child that
# knows what its parent knows, and then the others begin anew.
SCRIPT = """
import os, subprocess, sys
if os.fork() == 0:
    sys.exit()
os.wait()
for _ in range(2):
    subprocess.run(["date", "+%s"], check=True)
    subprocess.run(["sleep", "1000"], check=True)
"""


def test_each_program_has_the_time_of_the_others():
    clock = Faster(1000)
    said = subprocess.run([sys.executable, "-c", SCRIPT], check=True,
                          env={**os.environ, **clock.environment}, timeout=60,
                          stdout=subprocess.PIPE, text=True).stdout
    first, second = map(int, said.split())
    assert 1000 <= second - first
    assert all(file.exists() for file in clock.files)


def test_nothing_is_left_of_it():
    clock = Faster(2)
    files = clock.files
    assert all(file.exists() for file in files)
    del clock
    assert not any(file.exists() for file in files)
