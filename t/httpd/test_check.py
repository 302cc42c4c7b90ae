"""acme-edge check: what a renewal would meet, in a network of its own."""

import contextlib
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from lab import client
from lab.clock import Clock
from lab.command import run
from lab.manager import AUTH, Page, Visitor, location, write_users
from lab.network import NOBODYS_V4, NOBODYS_V6, V4, V6
from lab.status import MAIN, statuses

NAME = "one.example.org"
ALIAS = "two.example.org"

HOSTS = f"""
{AUTH}
{location()}
Listen {V4}:80
Listen [{V6}]:80
Listen {V4}:443
Listen [{V6}]:443
<VirtualHost *:80>
    ServerName {MAIN}
    <Location /server-status>
        SetHandler server-status
    </Location>
</VirtualHost>
<VirtualHost *:80>
    ServerName {NAME}
    ServerAlias {ALIAS}
    Redirect permanent / https://{NAME}/
</VirtualHost>
<VirtualHost *:443>
    ServerName {NAME}
    ServerAlias {ALIAS}
    SSLEngine on
    ACMEEngine on
</VirtualHost>
"""

# What another server says in the place of this one.
ELSEWHERE = """
<VirtualHost *:{port}>
    ServerName elsewhere.example.org
    {inside}
</VirtualHost>
"""


@pytest.fixture
def pebble(network, make_pebble):
    made = make_pebble(80, dns=53)
    for name in (NAME, ALIAS):
        made.lead(name, V4, V6)
    return made


@pytest.fixture
def httpd(pebble, make_httpd):
    """One with a certificate, deployed."""
    made = make_httpd(HOSTS, pebble=pebble)
    write_users(made, "anna")
    made.start()
    made.wait_live(NAME)
    made.wait_log("the worker has begun", count=2)
    made.require(lambda: states(made)[NAME] == "valid", 30,
                 "worker at rest")
    return made


def states(httpd):
    return {name: facts["State"] for name, facts in statuses(httpd).items()}


def rows(answer):
    """By what was looked at: result, what was found, remedy."""
    return {row["about"]: (row["result"], row["found"], row["next"])
            for row in answer.json()["rows"]}


def failed(answer):
    return {about: row for about, row in rows(answer).items()
            if row[0] == "failed"}


def expect_failure(httpd, about, found, remedy, *words, **options):
    """This row alone has failed, told alike as text and as JSON."""
    answer = run(httpd, "check", *words, "--json", **options)
    assert answer.status == 1, answer.out
    wrong = failed(answer)
    assert list(wrong) == [about], answer.out
    assert re.search(found, wrong[about][1]), wrong
    assert re.search(remedy, wrong[about][2]), wrong
    text = run(httpd, "check", *words, **options)
    assert text.status == 1
    assert f"failed  {about}: " in text.out
    assert f"\n        {wrong[about][2]}\n" in text.out


def test_all_is_well(httpd, pebble):
    orders = pebble.requests("POST /order-plz")
    answer = run(httpd, "check", "--json")
    assert answer.status == 0, answer.out
    found = rows(answer)
    for name in (NAME, ALIAS):
        for address in (V4, V6):
            assert found.pop(f"port 80 of {name} at {address}") == \
                ("passed", "this server answers", "")
        assert sorted(found.pop(f"DNS of {name}")[1].split()) == [V4, V6]
        (caa,) = [about for about in found if about.startswith(
            f"CAA of {name} for ")]
        assert found.pop(caa) == ("passed", "there are no records", "")
    assert {about.split()[0] for about in found} == {"httpd", "store", "CA",
                                                     "clock"}
    assert {row[0] for row in found.values()} == {"passed"}
    text = run(httpd, "check", ALIAS)
    assert (text.status, text.err) == (0, "")
    assert "passed  clock: it agrees with the CA's\n" in text.out
    assert pebble.requests("POST /order-plz") == orders
    assert list((httpd.store / "requests").iterdir()) == []


def test_nothing_is_answered_beyond_the_check(httpd):
    """The token is withdrawn, and was never the CA's."""
    run(httpd, "check")
    (token,) = set(re.findall(r"acme-challenge/(\S{43}) ",
                              (httpd.directory / "access.log").read_text())
                   [-1:])

    def is_gone():
        answer = client.ask(httpd.http, client.CHALLENGE + token, host=NAME)
        return answer.status != 200
    httpd.require(is_gone, 10, "withdrawal")


def test_a_name_without_address(httpd, pebble):
    pebble.records("set-default-ipv4", host="", ip="")
    pebble.lead(ALIAS)
    expect_failure(httpd, f"DNS of {ALIAS}", "has no address", "A or AAAA")


def test_an_address_that_leads_nowhere(httpd, pebble):
    pebble.lead(ALIAS, V4, NOBODYS_V6)
    expect_failure(httpd, f"port 80 of {ALIAS} at {NOBODYS_V6}",
                   "does not answer: .*(refused|connect)",
                   "take the address out of the DNS")


@pytest.mark.parametrize("inside, found", [
    ("", "is answered with status 404"),
    ("Redirect /.well-known http://one.example.org:8080/.well-known",
     "leads to .*:8080/.*CAs follow to ports 80 and 443 only"),
    ("Redirect /.well-known http://192.0.2.80/.well-known",
     "CAs follow to names only"),
    ("Redirect /.well-known http://elsewhere.example.org/.well-known",
     "CAs follow ten times at most"),
    ("FallbackResource /index.html", "but not by this server"),
])
def test_another_server(httpd, pebble, make_httpd, inside, found):
    """One address leads to a server that knows no token."""
    make_httpd(f"Listen {NOBODYS_V4}:80\n"
               + ELSEWHERE.format(port=80, inside=inside), module=False).start()
    pebble.lead("elsewhere.example.org", NOBODYS_V4)
    pebble.lead(ALIAS, V4, NOBODYS_V4)
    expect_failure(httpd, f"port 80 of {ALIAS} at {NOBODYS_V4}", found, ".")


@pytest.mark.parametrize("target", ["http://one.example.org/.well-known",
                                    "https://one.example.org/.well-known"])
def test_a_redirect_that_leads_here(httpd, pebble, make_httpd, target):
    make_httpd(f"Listen {NOBODYS_V4}:80\n" + ELSEWHERE.format(
        port=80, inside=f"Redirect /.well-known {target}"),
        module=False).start()
    pebble.lead(ALIAS, V4, NOBODYS_V4)
    answer = run(httpd, "check", "--json")
    assert answer.status == 0, answer.out
    assert re.search("answers, after 1 redirects?, at https?://one", rows(
        answer)[f"port 80 of {ALIAS} at {NOBODYS_V4}"][1])


def test_caa(httpd, pebble):
    """RFC 8659 section 3: the nearest name above that has records counts."""
    provider = next(about for about in rows(run(httpd, "check", "--json"))
                    if about.startswith("CA "))[3:]
    about = f"CAA of {NAME} for {provider}"
    pebble.records("add-caa", host=NAME,
                   policies=[{"tag": "issue", "value": ";"}])
    expect_failure(httpd, about, f'at {NAME} .*allow only ";"',
                   f'add to {NAME}: CAA 0 issue "pebble.letsencrypt.org"')
    pebble.records("clear-caa", host=NAME)
    for policy, result in (("ca.example", "failed"),
                           ("pebble.letsencrypt.org", "passed")):
        pebble.records("add-caa", host="example.org",
                       policies=[{"tag": "issue", "value": policy}])
        answer = run(httpd, "check", "--json")
        assert rows(answer)[about][0] == result, answer.out
        assert "at example.org the records allow" in rows(answer)[about][1]


def test_name_servers_that_fail(httpd, pebble):
    """RFC 8659 section 3: who does not hear must not issue."""
    pebble.records("set-servfail", host="example.org")
    wrong = failed(run(httpd, "check", NAME, "--json"))
    assert set(wrong) == {f"CAA of {NAME}", f"CAA of {ALIAS}"}
    assert "reports a failure" in wrong[f"CAA of {NAME}"][1]
    assert "name servers" in wrong[f"CAA of {NAME}"][2]


def test_a_clock_that_is_off(httpd, place):
    clock = Clock(place)
    httpd.stop()
    httpd.start(**clock.environment)
    httpd.require(httpd.worker, 30, "worker")
    clock.set(2)
    expect_failure(httpd, "clock", "it is 2 d.* ahead of the CA's", "NTP",
                   environment=clock.environment)


def test_a_ca_that_is_not_reached(httpd, pebble):
    pebble.process.stop()
    answer = run(httpd, "check", "--json")
    assert answer.status == 1
    (about,) = failed(answer)
    assert about.startswith("CA ")
    assert "ACMETrustFile" in failed(answer)[about][2]
    assert rows(answer)["clock"][0] == "open"


def test_a_store_that_the_worker_cannot_write(httpd):
    httpd.stop()
    for place, found in (("staging", "staging cannot be written by the user"),
                         ("accounts", "belongs to root")):
        os.chown(httpd.store / place, 0, 0)
        wrong = failed(run(httpd, "check", "--json"))
        assert set(wrong) == {"httpd", "store"}
        assert found in wrong["store"][1]
        assert "restart httpd" in wrong["store"][2]


def test_a_key_that_others_can_read(httpd):
    httpd.live(NAME)[1].chmod(0o644)
    expect_failure(httpd, f"key of {NAME}", "others than root can read",
                   "restart httpd")


def test_two_types_of_key(httpd):
    """Of each the key is looked at, and each name once."""
    httpd.configure("ACMEKeyType ecdsa-p256 rsa-2048\n" + HOSTS)
    httpd.graceful()
    httpd.require(lambda: states(httpd).get(f"{NAME}+rsa-2048") == "valid",
                  90, "second certificate in a server that has begun")
    httpd.live(f"{NAME}+rsa-2048", "rsa-2048")[1].chmod(0o644)
    answer = run(httpd, "check", NAME, "--json")
    assert set(failed(answer)) == {f"key of {NAME}+rsa-2048"}
    abouts = [row["about"] for row in answer.json()["rows"]]
    assert len(abouts) == len(set(abouts))


def test_httpd_is_stopped(httpd):
    """What nobody can answer is open, and not a failure of the name's."""
    httpd.stop()
    expect_failure(httpd, "httpd", "httpd does not run", "start httpd")
    answer = run(httpd, "check", "--json")
    assert rows(answer)[f"port 80 of {NAME} at {V4}"][0] == "open"
    assert rows(answer)[f"DNS of {NAME}"][0] == "passed"


def uid_of(port):
    """Whose the socket is that connects from there."""
    with open("/proc/thread-self/net/tcp", encoding="ascii") as sockets:
        lines = [line.split() for line in sockets]
    return next(int(words[7]) for words in lines
                if words[1].endswith(f":{port:04X}"))


def test_root_talks_to_nobody(httpd, pebble):
    """Whatever goes over the network is the worker's user's."""
    worker = (httpd.store / "accounts").stat().st_uid
    seen = []

    def serve(listener):
        client_side, (_, port) = listener.accept()
        seen.append(uid_of(port))
        client_side.close()

    with socket.create_server((NOBODYS_V4, 80)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        pebble.lead(ALIAS, V4, NOBODYS_V4)
        assert run(httpd, "check", ALIAS).status == 1
        thread.join()
    assert seen == [worker]
    assert worker != 0


# --- the button of the manager page ------------------------------------------

def press_check(httpd):
    answer = Visitor(httpd, "anna").press("check", NAME)
    assert answer.status == 200
    return Page(answer.body.decode())


def test_the_manager_page_finds_the_same(httpd, pebble):
    """Row by row, but for their order."""
    page = press_check(httpd)
    assert "Nothing was found" in page.notice
    assert page.role == "status"
    told = run(httpd, "check", NAME)
    assert sorted(page.answer.splitlines()) == sorted(told.out.splitlines())
    pebble.lead(ALIAS, V4, NOBODYS_V6)
    page = press_check(httpd)
    assert 'marked "failed"' in page.notice
    assert page.role == "alert"
    assert f"failed  port 80 of {ALIAS} at {NOBODYS_V6}: " in page.answer
    assert list((httpd.store / "requests").iterdir()) == []
    httpd.wait_log(f'manager: "anna" asked to check {NAME}: done', 5, 2)


def test_a_button_does_not_wait_for_ever(httpd, pebble):
    """A port that takes connections and says nothing costs ten seconds; what
    is not begun within a minute stays open."""
    with contextlib.ExitStack() as deaf:
        addresses = [f"192.0.2.{last}" for last in range(101, 109)]
        for address in addresses:
            subprocess.run(["ip", "address", "add", f"{address}/32", "dev",
                            "lo"], check=True)
            deaf.enter_context(socket.create_server((address, 80)))
        pebble.lead(ALIAS, *addresses)
        began = time.monotonic()
        page = press_check(httpd)
        assert time.monotonic() - began < 110
    assert "no time was left to look" in page.answer
    assert "does not answer" in page.answer
