"""Port 80 for the time of a challenge, in a network of its own where it is
free, asked from another network all the while."""

import pytest

from lab.command import run
from lab.network import own_network
from lab.process import answers, wait_until
from lab.sites import secure
from lab.watcher import Watcher

NEAR = "192.0.2.1", "2001:db8::1"
FAR = "192.0.2.2", "2001:db8::2"
INSIDE = "192.0.2.9"
NAMES = [f"host{i}.example.org" for i in range(10)]
AUTO = "ACMEChallengePort auto\n"
CUT_OFF = "ConnectionResetError", "nothing"  # at the moment of a change


@pytest.fixture
def network(place):
    with own_network(place, [f"{INSIDE}/32"]):
        yield


@pytest.fixture
def pebble(network, make_pebble):
    """It looks at IPv6 first."""
    made = make_pebble(80, dns=53)
    for name in NAMES:
        made.lead(name, *NEAR)
    return made


@pytest.fixture
def watcher(network, place, started):
    made = Watcher(place, NEAR, FAR)
    started.append(made)
    return made


def sites(listen, names, more=""):
    lines = [f"Listen {words}\n" for words in listen.split()]
    lines += [AUTO, more, *[secure(name) for name in names]]
    return "".join(lines).replace("{https}", "443")


def phases(watcher, address):
    """What it saw at an address, in turn."""
    return [state for state, _ in watcher.seen()[address]
            if state not in CUT_OFF]


def wait_all(httpd, names):
    httpd.wait_live(*names)
    httpd.wait_log("the port for challenges is closed again")


def test_open_for_a_phase_of_ten_certificates(pebble, watcher, make_httpd):
    httpd = make_httpd(sites("443", NAMES), pebble=pebble).start()
    wait_all(httpd, NAMES)
    httpd.require(lambda: watcher.now() == {"refused"}, 10, "closed port")
    for address in NEAR:
        assert phases(watcher, address) == ["refused", "404", "refused"]
    check_says_so(httpd)
    assert httpd.log().count("port 80 is open") == 1
    assert httpd.log().count("restarting gracefully") == 2


def check_says_so(httpd):
    """Nothing is wrong with a port that is closed in between."""
    rows = run(httpd, "check", NAMES[0], "--json").json()["rows"]
    found = {row["about"]: (row["result"], row["found"]) for row in rows}
    for address in NEAR:
        result, words = found[f"port 80 of {NAMES[0]} at {address}"]
        assert result == "open" and "ACMEChallengePort" in words


@pytest.mark.parametrize("listen, everywhere", [
    (f"{NEAR[0]}:443 [{NEAR[1]}]:443", False),
    ("0.0.0.0:443", True), ("[::]:443", True)])
def test_where_tls_is(pebble, watcher, make_httpd, listen, everywhere):
    """It is opened at the addresses that have TLS, and at no others."""
    if listen.startswith("0."):
        for name in NAMES:
            pebble.lead(name, NEAR[0])
    httpd = make_httpd(sites(listen, NAMES[:1]), pebble=pebble)
    httpd.haste = 3
    httpd.start()
    httpd.wait_log("port 80 is open")
    assert answers(80, INSIDE) == everywhere
    wait_all(httpd, NAMES[:1])
    httpd.require(lambda: watcher.now() == {"refused"}, 10, "closed port")
    opened = NEAR[:1] if listen.startswith("0.") else NEAR
    for address in NEAR:
        assert phases(watcher, address) == (
            ["refused", "404", "refused"] if address in opened
            else ["refused"])


def test_a_host_on_port_80(pebble, watcher, make_httpd):
    """It is served all the time, and nothing is opened or closed."""
    redirect = f"""
<VirtualHost *:80>
    ServerName www.example.org
    Redirect permanent / https://{NAMES[0]}/
</VirtualHost>
"""
    httpd = make_httpd(sites("80 443", NAMES[:3], redirect), pebble=pebble)
    httpd.haste = 3
    httpd.start().wait_live(*NAMES[:3])
    httpd.wait_log(f"{NAMES[2]}: deployed")
    for address in NEAR:
        assert set(phases(watcher, address)) == {"refused", "301"}
        assert phases(watcher, address)[-1] == "301"
    assert httpd.log().count("restarting gracefully") == 1
    assert "port 80" not in httpd.log()


def test_killed_while_it_is_open(pebble, watcher, make_httpd):
    httpd = make_httpd(sites("443", NAMES[:1]), pebble=pebble)
    httpd.haste = 3
    httpd.start()
    httpd.announce("AH00098: pid file .* overwritten")
    httpd.wait_log("authorization POST")
    with pebble.process.held():
        wait_until(lambda: watcher.now() == {"404"}, 60, "open port")
        httpd.kill()
        wait_until(lambda: watcher.now() == {"refused"}, 10, "closed port")
    httpd.start()
    assert watcher.now() == {"refused"}
    wait_all(httpd, NAMES[:1])
    log = httpd.log()
    assert log.count("restarting gracefully to open port 80") == 2
    assert log.count("a certificate is ordered") == 1


def test_port_80_and_no_rights(pebble, make_httpd):
    httpd = make_httpd(sites("4433", NAMES[:1]), pebble=pebble,
                       user="www-data")
    httpd.haste = 3
    httpd.announce("AE097: .*80: Permission denied; start httpd as root",
                   "AE040: .*80: Permission denied; .*start httpd as root")
    httpd.start().wait_log("AE040")
    assert "restarting" not in httpd.log()
