"""What configtest warns of, where httpd goes on to tell of it."""

import html
import re

from lab.command import run
from lab.httpd import MODULES
from lab.page import PAGE, get, listed
from lab.process import free_port
from lab.sites import redirect, secure
from lab.status import PLAIN

NAME = "one.example.org"
PORT = r"AE018: nothing listens on port 80, where the CA asks for "
ALIAS = "Alias /.well-known/acme-challenge/ /srv/acme/\n"
STAYS = r"AE025: Alias /.well-known/acme-challenge/ at .*httpd.conf:\d+ is "


def told(httpd, pattern):
    """How often the log has it."""
    return httpd.log().count(pattern)


def test_a_restart_repeats_nothing(make_httpd, make_pebble):
    """Not the one by which a certificate goes live, and no other one, until
    there is something else to tell; then all of it."""
    http = free_port()
    pebble = make_pebble(http)
    body = redirect(NAME) + secure(NAME)
    httpd = make_httpd(body, pebble=pebble, http=http).start()
    httpd.wait_live(NAME)
    httpd.wait_log(f"{NAME}: deployed")
    assert told(httpd, PORT) == 1
    httpd.configure(ALIAS + body)
    httpd.graceful()
    httpd.wait_log(STAYS)
    assert told(httpd, PORT) == 2
    httpd.configure(body)
    httpd.graceful()
    httpd.wait_log(PORT, count=3)
    assert told(httpd, "AE025") == 1


MD = f"""
LoadModule md_module {MODULES}/mod_md.so
MDCertificateAuthority https://127.0.0.1:9/
MDCertificateAgreement accepted
MDContactEmail admin@example.org
MDStoreDir "{{root}}/md"
MDomain {NAME}
"""


def test_mod_md_answers_in_place_of_the_module(make_httpd, make_pebble):
    """What AE024 says: the CA gets 404 for the token, so no order ends."""
    http = free_port()
    pebble = make_pebble(http)
    httpd = make_httpd(MD + redirect(NAME) + secure(NAME), pebble=pebble,
                       http=http)
    httpd.announce(r"AE024: ", r"AE04\d: ", r"\[md:", r"AH10085: ")
    httpd.start()
    httpd.wait_log(f"AE024: {NAME}: mod_md manages it too, by MDomain at ")
    httpd.wait_log(f"AE040: {NAME}: .*404")
    assert not httpd.live(NAME)[0].exists()


def line_of(finding):
    """A finding in JSON, as configtest says it."""
    name = f"{finding['name']}: " if finding["name"] else ""
    return f"{finding['id']}: {name}{finding['text']}"


def test_all_tell_the_same(make_httpd):
    """configtest, the log, the page, its JSON and the command."""
    httpd = make_httpd("ACMEProvider https://127.0.0.1:9/dir\n" + ALIAS + PLAIN
                       + PAGE + redirect(NAME) + secure(NAME))
    httpd.announce(r"AE016: ", r"AE017: ", r"AE04\d: ")
    status, said = httpd.check()
    assert status == 0
    lines = re.findall(r"\[acme_edge:\w+\] \[[^]]*\] (AE.*)", said)
    assert [line[:5] for line in lines] == ["AE016", "AE017", "AE018",
                                            "AE025"]
    httpd.start()
    told = listed(httpd)["findings"]
    assert [line_of(finding) for finding in told] == lines
    assert [finding["level"] for finding in told] == 3 * ["warning"] + [
        "notice"]
    assert run(httpd, "status", "--json").json()["findings"] == told
    page = html.unescape(get(httpd, Accept="text/html").body.decode())
    for finding in told:
        assert httpd.log().count(line_of(finding)) == 1
        assert finding["id"] in page
        assert finding["text"] in page
