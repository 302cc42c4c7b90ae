"""ACMEDeployCommand: what is run after a deployment, beside the restart."""

import json
import os
import re
import signal
import time

import pytest

from lab import client
from lab.process import answers, free_port
from lab.sites import site

NAME = "one.example.org"
ALIAS = "two.example.org"
OTHER = "other.example.org"

# What a shell adds to its environment by itself.
SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1"})


@pytest.fixture
def script(place):
    def make(text):
        path = place / "command"
        new = place / "command.new"
        new.write_text(f"#!/bin/sh\ncd {place}\n{text}\n")
        new.chmod(0o755)
        new.rename(path)
        return path
    return make


def wait_text(httpd, path, seconds=60):
    httpd.require(lambda: path.exists() and path.read_text().endswith("\n"),
                  seconds, path.name)
    return path.read_text()


def count(httpd, pattern):
    return len(re.findall(pattern, httpd.log()))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_what_it_is_told(make_httpd, pebble, script, place):
    command = script("""
        env >"env-$ACME_EDGE_NAME"
        id -u; ls /proc/self/fd; umask; echo "$#: $1, $2"
        echo done >>"runs-$ACME_EDGE_NAME" """)
    httpd = make_httpd(f"ACMEDeployCommand {command} one 'two words'\n"
                       + site(NAME, ALIAS) + site(OTHER),
                       pebble=pebble).start(LEAKED="1")
    httpd.wait_live(NAME, OTHER)
    httpd.wait_log("ACMEDeployCommand .* was run for serial", count=2)
    told = dict(line.split("=", 1) for line in
                (place / f"env-{NAME}").read_text().splitlines())
    cert, key = httpd.live(NAME)
    serial = f"{client.certificate(httpd.https, NAME).serial_number:x}"
    assert told.pop("ACME_EDGE_SERIAL").lstrip("0") == serial
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z",
                        told.pop("ACME_EDGE_NOT_AFTER"))
    assert "/usr/bin" in told.pop("PATH")
    assert {name: told[name] for name in set(told) - SHELL} == {
        "ACME_EDGE_NAME": NAME, "ACME_EDGE_NAMES": f"{NAME} {ALIAS}",
        "ACME_EDGE_CERT_FILE": str(cert), "ACME_EDGE_KEY_FILE": str(key),
        "ACME_EDGE_KEY_TYPE": "ecdsa-p256",
        "ACME_EDGE_STORE": str(httpd.store)}
    said = re.findall(rf"notice\] .*{re.escape(NAME)}: ACMEDeployCommand "
                      "said: (.*)", httpd.log())
    assert said == [str(os.geteuid()), "0", "1", "2", "3", "0077",
                    "2: one, two words"]  # 3 is what ls looks at
    again_is_not_run(httpd, place)


def again_is_not_run(httpd, place):
    """Neither for a restart nor for a look of the monitor."""
    httpd.graceful()
    time.sleep(12)
    for name in (NAME, OTHER):
        assert (place / f"runs-{name}").read_text() == "done\n"


def test_one_that_hangs(make_httpd, pebble, script, place):
    """It ends after thirty seconds with all that it started, and until then
    it is in nobody's way: not of a deployment, not of a restart, not of a
    stop and the next start on the same ports."""
    command = script("""
        trap '' TERM HUP USR1
        sleep 5000 & echo $! >sleeper
        echo $$ >shell
        [ "$ACME_EDGE_NAME" != other.example.org ] || exit 0
        wait; wait; wait""")
    hanging = f"ACMEDeployCommand {command}\n"
    httpd = make_httpd(hanging + site(NAME), pebble=pebble)
    httpd.announce(f"AE093: {NAME}: ")
    httpd.start()
    shell = int(wait_text(httpd, place / "shell"))
    sleeper = int((place / "sleeper").read_text())
    begun = time.monotonic()
    httpd.configure(hanging + site(NAME) + site(OTHER))
    httpd.graceful()
    httpd.wait_log(f"{OTHER}: certificate issued")
    httpd.stop()
    assert not answers(httpd.http)
    httpd.start()
    httpd.wait_live(OTHER)
    assert client.ask_tls(httpd.https, OTHER).status == 200
    if time.monotonic() - begun < 20:
        assert is_alive(shell) and is_alive(sleeper)
    httpd.wait_log(f"AE093: {NAME}: ACMEDeployCommand failed for serial .*"
                   "/command was killed: it did not end within 30 seconds",
                   90)
    assert not is_alive(shell) and not is_alive(sleeper)
    httpd.wait_log(f"{OTHER}: ACMEDeployCommand .* was run for serial")
    os.kill(int((place / "sleeper").read_text()), signal.SIGKILL)
    assert "long lost" not in httpd.log()


def test_one_that_fails(make_httpd, pebble, script, place):
    command = script("echo run >>runs; echo one; echo two >&2; exit 7")
    httpd = make_httpd(f"ACMEDeployCommand {command}\n" + site(NAME),
                       pebble=pebble)
    httpd.announce(f"AE093: {NAME}: ")
    httpd.start()
    httpd.wait_log(f"error.*AE093: {NAME}: ACMEDeployCommand failed for "
                   f"serial [0-9a-f]+: {command} ended with status 7: it said "
                   "last: two; it is not run again")
    assert count(httpd, "ACMEDeployCommand said: one") == 1
    httpd.graceful()
    time.sleep(12)
    assert (place / "runs").read_text() == "run\n"
    assert count(httpd, "AE093: ") == 1


def test_owed_by_one_that_was_killed(make_httpd, pebble, script, place):
    """Deployed, and before the command was run httpd is gone."""
    command = script("echo $ACME_EDGE_SERIAL >>runs")
    httpd = make_httpd(f"ACMEReload none\nACMEDeployCommand {command}\n"
                       + site(NAME), pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.stop()
    httpd.start()
    httpd.require(httpd.live(NAME)[0].exists, 60, "live certificate")
    httpd.announce("AH00098")
    httpd.kill()
    assert not (place / "runs").exists()
    httpd.start()
    serial = wait_text(httpd, place / "runs")
    assert int(serial, 16) == \
        client.certificate(httpd.https, NAME).serial_number
    httpd.wait_log("ACMEDeployCommand .* was run for serial")


def test_killed_in_the_middle(make_httpd, pebble, script, place):
    """A command that takes the machine down is not begun again: it would do
    so at each start."""
    command = script("echo run >>runs; echo $PPID >runner; sleep 5000")
    httpd = make_httpd(f"ACMEDeployCommand {command}\n" + site(NAME),
                       pebble=pebble)
    httpd.announce(f"AE095: {NAME}: ", "AH00098")
    httpd.start()
    runner = int(wait_text(httpd, place / "runner"))
    httpd.kill()
    for child in children_of(runner):
        os.killpg(child, signal.SIGKILL)
    os.kill(runner, signal.SIGKILL)
    httpd.start()
    httpd.wait_log(f"error.*AE095: {NAME}: ACMEDeployCommand was begun for ")
    assert (place / "runs").read_text() == "run\n"


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [int(word) for word in children.read().split()]


def test_httpd_dies_and_the_command_does_not(make_httpd, pebble, script,
                                             place):
    """What it said meanwhile is in the log of the next start."""
    command = script("echo run >>runs; sleep 3; echo well")
    httpd = make_httpd(f"ACMEDeployCommand {command}\n" + site(NAME),
                       pebble=pebble).start()
    wait_text(httpd, place / "runs")
    httpd.announce("AH00098")
    httpd.kill()
    httpd.start()
    httpd.wait_log(f"{NAME}: ACMEDeployCommand said: well")
    assert (place / "runs").read_text() == "run\n"


def test_a_record_that_cannot_be_written(make_httpd, pebble, script, place):
    """What is not known to have begun does not begin."""
    command = script("echo run >>runs")
    httpd = make_httpd(f"ACMEReload none\nACMEDeployCommand {command}\n"
                       + site(NAME), pebble=pebble)
    httpd.announce(f"AE094: {NAME}: ")
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    record = httpd.store / "deploy" / f"{NAME}.run"
    (record / "in the way").mkdir(parents=True)
    httpd.graceful()
    httpd.wait_log(f"error.*AE094: {NAME}: ACMEDeployCommand was not run .*"
                   "the next restart")
    assert not (place / "runs").exists()
    record.rename(record.with_suffix(".away"))
    httpd.graceful()
    assert wait_text(httpd, place / "runs") == "run\n"
    assert json.loads(record.read_text())["begunAt"] > 0
