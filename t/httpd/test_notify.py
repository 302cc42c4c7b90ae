"""ACMENotifyCommand: what happened, told to a program of the administrator's,
which is in nobody's way whatever it does."""

import json
import os
import pathlib
import re
import signal

import jsonschema
import pytest

from lab.command import run
from lab.faulty import Door, Faulty, problem
from lab.hostile import KILLED
from lab.hot import HASTE, HOT, STEADY, begin
from lab.process import free_port
from lab.sites import secure, site

NAME = "one.example.org"
OTHER = "other.example.org"
BLOCKED = "blocked.example"
UNREACHABLE = "challenge-unreachable"

TOP = pathlib.Path(os.environ.get("ACME_EDGE_SRCDIR",
                                  pathlib.Path(__file__).parents[2]))
SCHEMA = json.loads((TOP / "docs/notify.schema.json").read_text())
VALID = {"PEBBLE_VA_ALWAYS_VALID": "1"}


class Listener:
    """A program that writes down what it is told."""

    def __init__(self, place):
        self.told = place / "told"
        self.told.mkdir()
        self.told.chmod(0o777)
        self.program = place / "notify"
        self.become("")

    def become(self, before):
        """Another script, in place of the one before."""
        new = self.program.with_suffix(".new")
        new.write_text(f"#!/bin/sh\ncd {self.told}\n{before}\n"
                       "cat >>events\n")
        new.chmod(0o755)
        new.rename(self.program)

    @property
    def directive(self):
        return f"ACMENotifyCommand {self.program} one 'two words'\n"

    def events(self):
        path = self.told / "events"
        lines = path.read_text().splitlines() if path.exists() else []
        events = [json.loads(line) for line in lines]
        for event in events:
            jsonschema.validate(event, SCHEMA)
        return events

    def words(self, name=None):
        """Kinds in turn, of one certificate or of all."""
        return [event["event"] + ("/over" if event["over"] else "")
                for event in self.events()
                if name is None or event.get("name") == name]

    def wait(self, httpd, word, name=NAME, seconds=90, count=1):
        httpd.require(lambda: self.words(name).count(word) >= count, seconds,
                      f"event {word} of {name}")
        return [event for event in self.events()
                if event.get("name") == name
                and event["event"] == word.split("/")[0]][-1]


@pytest.fixture
def listener(place):
    return Listener(place)


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(), environment=VALID)


def test_the_document_has_each_kind():
    """Each with an example that is as the schema says."""
    text = (TOP / "docs/notify.md").read_text()
    examples = [json.loads(found) for found in
                re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)]
    for example in examples:
        jsonschema.validate(example, SCHEMA)
        assert example["line"] == line_of(example)
    assert {example["event"] for example in examples} \
        == set(SCHEMA["properties"]["event"]["enum"])
    for member in SCHEMA["properties"]:
        assert f"| `{member}` |" in text, member


def line_of(event):
    about = event.get("name", event.get("provider"))
    why = f": {event['why']}" if "why" in event else ""
    following = f"; {event['next']}" if "next" in event else ""
    return f"{about}: {event['what']}{why}{following}"


def test_a_life(make_httpd, pebble, listener):
    """From the account to the revocation, each told once over restarts."""
    listener.become("""
        env >"env-$ACME_EDGE_EVENT"; id -u >uid; ls /proc/self/fd >fds
        umask >umask; pwd >pwd; echo "$#: $1, $2" >words""")
    httpd = make_httpd(listener.directive + site(NAME),
                       pebble=pebble)
    httpd.announce("AE063")
    httpd.start(LEAKED="1")
    event = listener.wait(httpd, "deployed")
    assert listener.words(NAME) == ["staged", "deployed"]
    assert listener.words().count("account-created") == 1
    shown = run(httpd, "show", NAME, "--json").json()["live"]
    assert event["serial"] == shown["serial"]
    look_at_environment(listener)
    assert run(httpd, "sign", NAME).status == 0
    event = listener.wait(httpd, "renewed")
    assert shown["serial"] in event["why"]
    assert run(httpd, "revoke", NAME, "--force").status == 0
    listener.wait(httpd, "renewed", count=2)
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=4)
    assert listener.words(NAME) == ["staged", "deployed", "staged", "renewed",
                                    "revoked", "staged", "renewed"]
    ids = [event["id"] for event in listener.events()]
    assert len(set(ids)) == len(ids)


def look_at_environment(listener):
    told = dict(line.split("=", 1) for line in
                (listener.told / "env-deployed").read_text().splitlines())
    event = [one for one in listener.events()
             if one["event"] == "deployed"][0]
    assert told["ACME_EDGE_EVENT"] == "deployed"
    assert told["ACME_EDGE_ID"] == event["id"]
    assert told["ACME_EDGE_LINE"] == event["line"]
    assert told["ACME_EDGE_NOT_AFTER"] == event["notAfter"]
    assert "LEAKED" not in told
    own = (listener.told / "uid").read_text().strip()
    assert (own != "0") == (os.geteuid() == 0) or own == str(os.geteuid())
    assert (listener.told / "fds").read_text().split() == ["0", "1", "2", "3"]
    assert (listener.told / "umask").read_text() == "0077\n"
    assert (listener.told / "words").read_text() == "2: one, two words\n"


def test_failures(make_httpd, make_pebble, listener):
    """What the CA does not issue, and what it cannot reach."""
    http = free_port()
    pebble = make_pebble(http)
    pebble.lead(OTHER, "127.0.0.9")
    httpd = make_httpd(listener.directive + site(BLOCKED) + site(OTHER),
                       pebble=pebble, http=http)
    httpd.announce("AE040")
    httpd.start()
    event = listener.wait(httpd, "failed", BLOCKED)
    assert "rejectedIdentifier" in event["line"]
    assert event["attempts"] == 1
    event = listener.wait(httpd, UNREACHABLE, OTHER)
    assert event["cause"] == "connection-refused"
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=2)
    pebble.lead(OTHER)
    assert run(httpd, "sign", OTHER).status == 0
    listener.wait(httpd, "deployed", OTHER)
    assert listener.words(OTHER) == [UNREACHABLE, "staged",
                                     f"{UNREACHABLE}/over", "deployed"]
    assert listener.words(BLOCKED) == ["failed"]


class Refuses(Door):
    """A CA that wants a person."""

    def go_wrong(self, request):
        return problem(403, "userActionRequired")


def test_a_person_is_needed(make_httpd, pebble, place, started, listener):
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    door = faulty.add(Refuses("newOrder", None, 1000, 1000))
    httpd = make_httpd(listener.directive + f"ACMEProvider {door.url}\n"
                       f'ACMETrustFile "{faulty.trust_file}"\n' + site(NAME),
                       pebble=pebble)
    httpd.announce("AE041")
    httpd.start()
    event = listener.wait(httpd, "action-required")
    assert "userActionRequired" in event["line"]
    assert listener.words(NAME) == ["action-required"]


def test_by_hand_until_it_expires(make_httpd, make_pebble, listener):
    pebble = make_pebble(free_port(), environment=VALID, lifetime=60)
    httpd = make_httpd(listener.directive + "ACMERenew manual\n"
                       "ACMEWarnWindow 15s\n" + site(NAME), pebble=pebble)
    httpd.announce("AE054", "AE066", "AE051")
    httpd.start()
    listener.wait(httpd, "renewal-due")
    assert run(httpd, "sign", NAME).status == 0
    listener.wait(httpd, "deployed")
    listener.wait(httpd, "renewal-due", count=2)
    event = listener.wait(httpd, "expiring", seconds=120)
    assert "expires at" in event["what"]
    event = listener.wait(httpd, "expiring", seconds=120, count=2)
    assert "expired at" in event["what"]
    assert listener.words(NAME) == [
        "renewal-due", "staged", "renewal-due/over", "deployed",
        "renewal-due", "expiring", "expiring"]
    assert len(re.findall("AE066: ", httpd.log())) == 1
    assert len(re.findall("AE051: ", httpd.log())) == 1
    assert len(re.findall("AE054: ", httpd.log())) == 2


BAD = {
    "hangs": "trap '' TERM; echo $$ >hanging; while :; do sleep 1; done",
    "fails": "echo no; exit 7",
    "floods": "yes 'so many words' | head -c 50000000",
    "reads nothing": "exec <&-; sleep 1; exit 0",
}


@pytest.mark.parametrize("kind", [*BAD, "is gone", "is a directory"])
def test_one_that_misbehaves(make_httpd, pebble, listener, kind):
    """Certificates come as ever, and the log says it once."""
    httpd = make_httpd(listener.directive + site(NAME) + site(OTHER),
                       pebble=pebble)
    quiet = kind in ("floods", "reads nothing")
    if not quiet:
        httpd.announce("AE067", "AE039")
    if kind in BAD:
        listener.become(BAD[kind])
    httpd.start()
    if kind not in BAD:
        listener.program.unlink()
        if kind == "is a directory":
            listener.program.mkdir()
    httpd.wait_live(NAME, OTHER)
    assert run(httpd, "sign", NAME).status == 0
    if not quiet:
        httpd.wait_log("AE067: ")
    httpd.wait_log("the worker has begun", count=2)
    said = re.findall("AE067: ", httpd.log())
    # Each worker says it once; what hangs is killed with the first ones.
    workers = len(re.findall("the worker has begun", httpd.log()))
    assert len(said) <= (0 if quiet else workers)


def test_it_works_again(make_httpd, pebble, listener):
    listener.become("exit 1")
    httpd = make_httpd("ACMEReload none\n" + listener.directive + site(NAME),
                       pebble=pebble)
    httpd.announce("AE067")
    httpd.start()
    httpd.wait_log("AE067: .* ended with status 1")
    listener.become("")
    httpd.wait_log("ACMENotifyCommand works again", seconds=120)
    listener.wait(httpd, "staged")
    assert len(re.findall("AE067: ", httpd.log())) == 1


def test_a_worker_that_is_killed(make_httpd, pebble, listener):
    """Between the event and the end of the command: told again, the same."""
    listener.become('echo "$ACME_EDGE_ID" >>begun; '
                    '[ -e enough ] || exec sleep 1000')
    httpd = make_httpd("ACMEReload none\n" + listener.directive + site(NAME),
                       pebble=pebble)
    httpd.announce(*KILLED)
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    begun = listener.told / "begun"
    httpd.require(begun.exists, 60, "run of the command")
    (listener.told / "enough").touch()
    os.kill(httpd.require(httpd.worker, 60, "worker"), signal.SIGKILL)
    listener.wait(httpd, "staged")
    ids = begun.read_text().split()
    assert ids[0] == ids[1]
    assert listener.words() == ["account-created", "staged"]


def test_live_and_not_served(make_httpd, listener):
    """With ACMEReload hot somebody has to act; a restart does here."""
    company = begin(make_httpd(listener.directive + HOT + STEADY["event"]
                               + secure(NAME)), HASTE)
    httpd = company.httpd
    httpd.announce(f"AE108: {NAME}: ")
    company.deploy(NAME)
    cert = company.sign(NAME)
    answer = company.bring(NAME, cert, company.authority.heavy(40_000))
    assert answer.status == 0, answer.err
    event = listener.wait(httpd, "action-required")
    assert int(event["serial"], 16) == cert.serial_number
    assert "32768" in event["why"]
    assert "apachectl graceful" in event["line"]
    assert not {"renewed", "failed"} & set(listener.words(NAME))
    httpd.graceful()
    listener.wait(httpd, "action-required/over")
    listener.wait(httpd, "renewed")
    assert listener.words(NAME).count("action-required") == 1
