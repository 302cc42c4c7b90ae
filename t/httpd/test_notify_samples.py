"""The two programs for ACMENotifyCommand that come with the module."""

import email
import email.policy
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

from lab.process import free_port
from lab.sites import site

NAME = "one.example.org"
TOP = pathlib.Path(os.environ.get("ACME_EDGE_SRCDIR",
                                  pathlib.Path(__file__).parents[2]))

EVENT = {
    "ACME_EDGE_ID": f"{NAME}/failed/1", "ACME_EDGE_EVENT": "failed",
    "ACME_EDGE_OVER": "", "ACME_EDGE_NAME": NAME, "ACME_EDGE_PROVIDER": "",
    "ACME_EDGE_AT": "2027-01-21T08:00:00Z",
    "ACME_EDGE_WHAT": "The CA refused the order",
    "ACME_EDGE_WHY": "rateLimited: $(reboot) `id` \"quoted\" -- 語",
    "ACME_EDGE_NEXT": "next attempt 2027-01-22T08:00:00Z",
    "ACME_EDGE_LINE": "", "ACME_EDGE_SERIAL": "3a5f0c",
    "ACME_EDGE_NOT_AFTER": "2027-02-20T05:20:08Z", "ACME_EDGE_CAUSE": "",
}


@pytest.fixture
def sendmail(place):
    """Keeps the mail that it is given, and what it was called with."""
    tools = place / "tools"
    tools.mkdir()
    program = tools / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" >{place}/called\n'
                       f"cat >{place}/mail\n")
    program.chmod(0o755)
    return tools


def run_mail(sendmail, *arguments, **changed):
    ended = subprocess.run(
        [TOP / "conf/notify-mail", *arguments], input="{}\n", text=True,
        env={**EVENT, **changed, "PATH": f"{sendmail}:/usr/bin:/bin"},
        capture_output=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return email.message_from_bytes((sendmail.parent / "mail").read_bytes(),
                                    policy=email.policy.default)


def test_a_mail(sendmail):
    mail = run_mail(sendmail, "admin@example.org", "acme@example.org")
    assert (sendmail.parent / "called").read_text() \
        == "-i -- admin@example.org\n"
    assert mail["To"] == "admin@example.org"
    assert mail["From"] == "acme@example.org"
    assert mail["Subject"] == f"[acme-edge] {NAME}: failed"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content()
    for word in ("WHAT", "WHY", "NEXT", "SERIAL", "NOT_AFTER", "AT"):
        assert EVENT[f"ACME_EDGE_{word}"] in body


def test_a_mail_when_it_is_over(sendmail):
    mail = run_mail(sendmail, "admin@example.org", ACME_EDGE_OVER="1",
                    ACME_EDGE_NEXT="", ACME_EDGE_WHY="")
    assert mail["Subject"] == f"[acme-edge] {NAME}: failed is over"
    assert mail["From"] is None
    assert "Why:" not in mail.get_content()


def test_the_subject_is_one_line_of_ascii(sendmail):
    mail = run_mail(sendmail, "admin@example.org",
                    ACME_EDGE_NAME="語" + "x" * 500 + "\x85")
    subject = mail.get("Subject")
    assert subject.isascii()
    assert len(subject) <= 200


def test_no_line_is_too_long(sendmail):
    """RFC 5322 section 2.1.1. Many names that failed make a long cause."""
    mail = run_mail(sendmail, "admin@example.org",
                    ACME_EDGE_WHY="one.example.org: Timeout " * 41)
    raw = (sendmail.parent / "mail").read_bytes()
    assert max(map(len, raw.splitlines())) <= 998
    assert mail.get_content().count("Timeout") == 41


@pytest.mark.parametrize("sample", ["notify-mail", "notify-webhook"])
def test_usage(sample):
    ended = subprocess.run([TOP / "conf" / sample], env=EVENT, text=True,
                           capture_output=True, timeout=30)
    assert ended.returncode == 64
    assert ended.stderr.startswith(f"usage: {sample} ")


class Hook:
    """A receiver of web hooks, which refuses the first one."""

    def __init__(self):
        self.posts = []
        self.answers = [503]
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                hook.posts.append((self.headers, self.rfile.read(size)))
                self.send_response(hook.answers.pop() if hook.answers
                                   else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def events(self):
        return [json.loads(body)["event"] for _, body in self.posts]


@pytest.fixture
def hook():
    made = Hook()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("answer, ends", [
    (200, 0), (204, 0), (301, 1), (308, 1), (404, 1), (503, 1)])
def test_what_a_web_hook_must_answer(hook, answer, ends):
    """A redirect, to https say, has taken nothing."""
    hook.answers = [answer]
    ended = subprocess.run([TOP / "conf/notify-webhook", hook.url],
                           input='{"event": "failed"}\n', text=True,
                           capture_output=True, timeout=30)
    assert hook.events() == ["failed"]
    assert ended.returncode == ends
    assert ended.stderr == ("" if ends == 0 else
                            f"the receiver answered {answer}\n")


def test_a_web_hook_that_is_not_there():
    url = f"http://127.0.0.1:{free_port()}/hook"
    ended = subprocess.run([TOP / "conf/notify-webhook", url], input="{}",
                           text=True, capture_output=True, timeout=30)
    assert ended.returncode == 7
    assert ended.stderr.startswith("curl: (7) ")


def test_a_web_hook(make_httpd, make_pebble, place, hook):
    """From within httpd; the one that was refused comes again."""
    program = place / "notify-webhook"
    shutil.copy(TOP / "conf/notify-webhook", program)
    token = place / "token"
    token.write_text("Authorization: Bearer secret-of-the-hook\n")
    token.chmod(0o644)
    pebble = make_pebble(free_port(),
                         environment={"PEBBLE_VA_ALWAYS_VALID": "1"})
    httpd = make_httpd(
        f"ACMENotifyCommand {program} {hook.url} @{token}\n" + site(NAME),
        pebble=pebble)
    httpd.announce(r"AE067: ")
    httpd.start()
    httpd.wait_log("AE067: ")
    httpd.require(lambda: "deployed" in hook.events(), 150,
                  "hook that is told of the deployment")
    events = hook.events()
    assert events[0] == events[1]
    assert {"account-created", "staged", "deployed"} == set(events)
    for headers, _ in hook.posts:
        assert headers["Content-Type"] == "application/json"
        assert headers["Authorization"] == "Bearer secret-of-the-hook"
