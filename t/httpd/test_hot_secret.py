"""ACMEReload hot hands keys to children: who is started by one of these has
them nowhere."""

import collections
import contextlib
import http.client
import json
import pathlib
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization

from lab.hot import HASTE, HOT, STEADY, begin
from lab.httpd import MODULES
from lab.memory import flags, read, shared, whole
from lab.requests import key_pem
from lab.sites import secure

NAME = "one.example.org"
SEEKER = pathlib.Path(__file__).parent / "lab/seeker.py"


def forms_of(key):
    """Of a private key: in PEM, in DER, and as its bare number, which OpenSSL
    has in the order of the machine."""
    number = key.private_numbers().private_value
    return [key_pem(key).splitlines()[2],
            key.private_bytes(serialization.Encoding.DER,
                              serialization.PrivateFormat.TraditionalOpenSSL,
                              serialization.NoEncryption()),
            number.to_bytes(32, "big"), number.to_bytes(32, "little")]


def raised(data):
    return bytes((byte + 1) % 256 for byte in data).hex()


def keys_of(company):
    """All that were ever live."""
    return [serialization.load_pem_private_key(path.read_bytes(), None)
            for place in ("live", "archive")
            for path in (company.httpd.store / place / NAME).rglob("*.key")]


class Scene:
    """A server with three deployments, and a seeker behind it."""

    def __init__(self, make_httpd, mpm, module):
        self.body = (
            f"LoadModule {module}_module {MODULES}/mod_{module}.so\n"
            + ("ScriptSock {root}/run/cgi.sock\n" if module == "cgid" else "")
            + HOT + STEADY[mpm] + "ScriptAlias /seek {root}/seeker.py\n"
            "<Directory {root}>\nRequire all granted\n</Directory>\n"
            + secure(NAME))
        self.httpd = make_httpd(self.body, mpm=mpm)
        shutil.copy(SEEKER, self.httpd.directory / "seeker.py")
        self.order = self.httpd.directory / "order.json"
        self._begin()

    def _begin(self):
        self.company = begin(self.httpd, HASTE)
        for _ in range(3):
            self.company.deploy(NAME)
            self.company.forget_key(NAME)
        self.keys = keys_of(self.company)
        assert len(self.keys) == 3

    def seek(self, body=b""):
        """What was found, and how much was looked at."""
        self.order.write_text(json.dumps({
            "needles": [raised(form) for key in self.keys
                        for form in forms_of(key)],
            "directories": [str(self.httpd.directory)]}))
        with contextlib.closing(http.client.HTTPConnection(
                "127.0.0.1", self.httpd.http, timeout=120)) as wire:
            wire.request("POST", f"/seek?{self.order}", body=body)
            answer = wire.getresponse()
            told = answer.read()
            assert answer.status == 200, told
        told = json.loads(told)
        assert told["uid"] != 0
        return told["found"], collections.Counter(told["looked"])


@pytest.fixture(params=[("event", "cgid"), ("event", "cgi"),
                        ("prefork", "cgi")], ids="-".join)
def scene(request, make_httpd):
    return Scene(make_httpd, *request.param)


def test_a_program_finds_no_key(scene):
    found, looked = scene.seek()
    assert found == []
    # It did look, and children are shut to it.
    assert looked["descriptor"] >= 2
    assert looked["own memory pieces"] >= 10
    assert looked["file"] >= 5
    assert looked["directory refused"] + looked["file refused"] >= 2
    assert looked["process refused"] >= len(scene.httpd.children())
    assert looked["its files refused"] >= len(scene.httpd.children())


@pytest.fixture
def other_process():
    """One of the server's user that has what it is given in its memory."""
    made = []

    def make(text):
        made.append(subprocess.Popen(
            ["/usr/bin/python3", "-c", "import sys; text = sys.stdin.read(); "
             "print(len(text), flush=True); import time; time.sleep(600)"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, user="www-data",
            group="www-data", extra_groups=[], cwd="/"))
        made[0].stdin.write(text)
        made[0].stdin.close()
        assert int(made[0].stdout.readline()) == len(text)
    yield make
    for process in made:
        process.kill()
        process.wait()
        process.stdout.close()


def kinds(found):
    return {kind for kind, _ in found}


def test_the_seeker_finds_what_lies_open(make_httpd, other_process):
    """Each way in which a key could have come to it."""
    scene = Scene(make_httpd, "event", "cgi")
    key = scene.keys[0]
    text = key_pem(key)
    assert "descriptor" in kinds(scene.seek(text)[0])
    plain = scene.httpd.directory / "htdocs/forgotten"
    for form in forms_of(key):
        plain.write_bytes(b"x" * 1000 + form)
        assert kinds(scene.seek()[0]) == {"file"}
    plain.write_bytes(text)
    plain.chmod(0o600)
    assert kinds(scene.seek()[0]) == set()
    other_process(text)
    assert kinds(scene.seek()[0]) == {"process"}


def test_a_key_in_the_environment_is_found(make_httpd):
    """And so in the program's own memory."""
    scene = Scene(make_httpd, "event", "cgi")
    line = key_pem(scene.keys[0]).decode().splitlines()[2]
    scene.httpd.configure(f"{scene.body}SetEnv PLANTED {line}\n")
    scene.httpd.graceful()
    scene.httpd.wait_log("the worker has begun", count=2)
    assert {"environment", "own memory"} <= kinds(scene.seek()[0])


def test_what_is_replaced_is_wiped(make_httpd):
    """The newest key alone lies in memory that is shared, which goes into no
    core dump."""
    scene = Scene(make_httpd, "event", "cgi")
    httpd = scene.httpd
    newest = httpd.live(NAME)[1].read_bytes()
    memory = whole(httpd)
    assert [key_pem(key) for key in scene.keys
            if key_pem(key).splitlines()[2] in memory] == [newest]
    (place,) = [one for one in shared(httpd.process.pid)
                if newest in read(httpd.process.pid, one.begin, one.end)]
    for pid in (httpd.process.pid, *httpd.children()):
        assert "dd" in flags(pid, place)
