"""What `apachectl configtest` says about each directive by itself."""

import os

import pytest

from lab.configtest import (ACCOUNT, Configtest, expect_quiet, in_section,
                            vhost)
from lab.pki import make_server
from lab.secret import write_secret


SECRET = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


@pytest.fixture
def configtest(tmp_path):
    return lambda body, **options: Configtest(tmp_path, body, **options)


# --- what is right ----------------------------------------------------------

SMALLEST = """
ACMEProvider        letsencrypt
ACMEEmail           admin@example.org
ACMETermsOfService  accepted
<VirtualHost *:80>
    ServerName www.example.org
    Redirect permanent / https://www.example.org/
</VirtualHost>
<VirtualHost *:443>
    ServerName  www.example.org
    ServerAlias example.org
    SSLEngine   on
    ACMEEngine  on
</VirtualHost>
"""

FULL = """
ACMEEngine          on
ACMEProvider        https://ca.example.org/directory letsencrypt-staging
ACMEEmail           Admin.Of+tls@Example.org
ACMETermsOfService  Accepted
ACMEExternalAccount zerossl "kid-1" hmac
ACMEExternalAccount google kid-2 "hmac two"
ACMETrustFile       root.pem
ACMEKeyType         rsa-3072 ecdsa-p256
ACMEKeyReuse        on
ACMESubject         "O=Example\\\\, Inc.,C=US"
ACMERenew           manual
ACMERenewWindow     30d
ACMEWarnWindow      7d
ACMEDeploy          Mon-Fri 03:00-04:30 sun 02:00
ACMEReload          none
ACMEChallengeStore  shmcb:run/challenges(65536)
ACMEProxy           http://user:word@proxy.example.org:3128/
ACMENotifyCommand   /bin/true --all "two words"
ACMEStore           acme
<ACMECertificate Shop.example.org "www.shop.example.org">
    ACMEProvider     zerossl
    ACMEEmail        shop@example.org
    ACMETrustFile    root.pem
    ACMEKeyType      ecdsa-p384
    ACMERenew        AUTO
    ACMERenewWindow  50%
    ACMEWarnWindow   5%
    ACMEDeploy       manual
    ACMEDeployCommand /bin/true --all "two words"
</ACMECertificate>
""" + vhost("shop.example.org") + vhost(
    "www.shop.example.org", "*.shop.example.org") + vhost(
    "own.example.org", inside="SSLEngine on\nACMEKeyType rsa-4096") + vhost(
    "off.example.org", "*.off.example.org",
    inside="SSLEngine on\nACMEEngine off") + vhost(
    "plain.example.org", port=80, inside="")


def test_the_smallest_configuration(configtest):
    expect_quiet(configtest, SMALLEST)


def test_every_directive_where_it_may_stand(configtest, tmp_path):
    make_server(tmp_path)
    write_secret(tmp_path / "hmac", SECRET)
    write_secret(tmp_path / "hmac two", SECRET)
    expect_quiet(configtest, FULL)


def test_a_module_that_nobody_uses_asks_for_nothing(configtest):
    expect_quiet(configtest, ACCOUNT,
                 without=("ssl", "watchdog", "socache_shmcb"))


@pytest.mark.parametrize("word", ["ecdsa-p256", "ecdsa-p384", "rsa-2048",
                                  "rsa-3072", "rsa-4096", "RSA-2048"])
def test_key_types(configtest, word):
    expect_quiet(configtest, ACCOUNT + f"ACMEKeyType {word}\n"
                 + vhost("www.example.org"))


@pytest.mark.parametrize("word", ["1%", "99%", "30d", "720h", "45m", "90s",
                                  "30"])
def test_renew_windows(configtest, word):
    expect_quiet(configtest, ACCOUNT + f"ACMERenewWindow {word}\n"
                 + vhost("www.example.org"))


@pytest.mark.parametrize("words", ["shmcb", "shmcb:cache(8192)",
                                   "redis:127.0.0.1:6379",
                                   "redis:a.example.org:1,b.example.org:2"])
def test_challenge_stores(configtest, words):
    expect_quiet(configtest, ACCOUNT + f"ACMEChallengeStore {words}\n"
                 + vhost("www.example.org"))


def test_sections_around_directives_change_nothing(configtest):
    inside = ("<IfModule ssl_module>\nSSLEngine on\n</IfModule>\n"
              "<IfDefine !NEVER>\nACMEEngine on\n</IfDefine>")
    expect_quiet(configtest, ACCOUNT + vhost("www.example.org",
                                             inside=inside))


def test_virtual_hosts_by_macro(configtest):
    hosts = vhost("$name", "www.$name") + vhost("$name", port=80, inside="")
    expect_quiet(configtest, ACCOUNT + f"<Macro Site $name>\n{hosts}</Macro>\n"
                 "Use Site one.example.org\nUse Site two.example.org\n")


def test_engine_on_for_all_leaves_plain_hosts_alone(configtest):
    expect_quiet(configtest, "ACMEEngine on\n" + ACCOUNT
                 + vhost("www.example.org", port=80, inside="")
                 + vhost("example.org", "*.example.org", port=80, inside="")
                 + vhost("www.example.org", inside="SSLEngine on"))


def test_tls_for_all_is_inherited(configtest):
    expect_quiet(configtest, "SSLEngine on\nACMEEngine on\n" + ACCOUNT
                 + vhost("www.example.org", inside="")
                 + vhost("www.example.org", port=80, inside="SSLEngine off"))


def test_equal_names_on_two_ports_are_one_certificate(configtest):
    expect_quiet(configtest, ACCOUNT
                 + vhost("www.example.org", "example.org")
                 + vhost("Example.org", "WWW.example.org", port=8443))


def test_a_name_written_twice_counts_once(configtest):
    expect_quiet(configtest, ACCOUNT
                 + vhost("www.example.org", "WWW.example.org"))


def test_a_hundred_names(configtest):
    expect_quiet(configtest, ACCOUNT
                 + vhost(*[f"n{i}.example.org" for i in range(100)]))


def test_thousands_of_virtual_hosts(configtest):
    hosts = [vhost(f"n{i}.example.org", f"www.n{i}.example.org")
             for i in range(3000)]
    expect_quiet(configtest, ACCOUNT + "".join(hosts))


# --- directives: wrong values, wrong places ---------------------------------

KEY_TYPES = "ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or rsa-4096"
PROVIDERS = ("write letsencrypt, letsencrypt-staging, google, zerossl or "
             "sslcom, or the directory URL of another CA, as "
             "https://host/path.")

SPANS = ("write a time such as 30d, 12h, 45m or 90s, or a share of the "
         "lifetime such as 33%.")
WINDOWS = ("write immediately, manual, or days and times such as Mon-Fri "
           "03:00-04:30 Sun 02:00.")

PEERS = ("it is neither an IPv4 nor an IPv6 address, with or without a "
         "port; write it like 192.0.2.1, 192.0.2.1:8080, "
         "2001:db8::1 or [2001:db8::1]:8080.")
WRONG = [
    ("ACMEEngine maybe", 'ACMEEngine: this version knows no "maybe"; '
     'write "ACMEEngine on|off".'),
    ("ACMEEngine", 'ACMEEngine takes one argument, not 0: write "ACMEEngine '
     'on|off".'),
    ("ACMEEngine on off", 'ACMEEngine takes one argument, not 2: write '
     '"ACMEEngine on|off".'),
    ("ACMEProvider", 'ACMEProvider takes arguments, not 0: write '
     '"ACMEProvider name|URL [name|URL ...]".'),
    ("ACMEProvider letsencrpyt", 'ACMEProvider: "letsencrpyt" is not an ACME '
     f'provider: the word is unknown; {PROVIDERS}'),
    ("ACMEProvider http://ca.example.org/directory",
     'ACMEProvider: "http://ca.example.org/directory" is not an ACME '
     'provider: an ACME server is spoken to by https only (RFC 8555 section '
     '6.1); write https:// and, where the CA is a private one, name its root '
     'certificate with ACMETrustFile.'),
    ("ACMEProvider zerossl ZeroSSL", "ACMEProvider names ZeroSSL twice; "
     "write it once."),
    ("ACMEEmail admin", 'ACMEEmail: "admin" is not the address of one '
     'mailbox; write it like admin@example.org, without mailto: and without '
     'a name.'),
    ("ACMEEmail admin@example", 'ACMEEmail: in "admin@example", what follows '
     'the @ is not a domain: it has one label only; write it like '
     'admin@example.org.'),
    ("ACMETermsOfService yes", 'ACMETermsOfService: this version knows no '
     '"yes"; write "ACMETermsOfService accepted".'),
    ("ACMEKeyType dsa", 'ACMEKeyType: "dsa" is not a type of key: the '
     f'word is unknown; write {KEY_TYPES}.'),
    ("ACMEKeyType rsa-2048 dsa", 'ACMEKeyType: "dsa" is not a type of key: '
     f'the word is unknown; write {KEY_TYPES}.'),
    ("ACMEKeyType rsa-2048 RSA-2048", "ACMEKeyType: a type of key is written "
     "twice: rsa-2048 stands there already; write each type once."),
    ("ACMEKeyReuse yes", 'ACMEKeyReuse: this version knows no "yes"; write '
     '"ACMEKeyReuse on|off".'),
    ("ACMESubject CN=www.example.org", 'ACMESubject: "CN=www.example.org" is '
     'not a subject: "CN" is not the word of an attribute; the words are O, '
     'OU, L, ST, C, street, postalCode, serialNumber and businessCategory; '
     'the names of a certificate are never part of its subject.'),
    ("ACMESubject C=Germany", 'ACMESubject: "C=Germany" is not a subject: the '
     'value of C is too long; X.520 allows 2 characters in it.'),
    ('ACMESubject "O=Example, Inc."', 'ACMESubject: "O=Example, Inc." is not '
     'a subject: "Inc." has no value; write it like O=Example,C=DE, with a '
     'backslash before a comma in a value.'),
    ("ACMECSR www.csr www.key", "ACMECSR cannot stand outside of any section; "
     "write it in <VirtualHost> or in <ACMECertificate>."),
    ("ACMERenew never", 'ACMERenew: this version knows no "never"; '
     'write "ACMERenew auto|manual".'),
    ("ACMERenewWindow 100%", 'ACMERenewWindow: "100%" is not a span of time: '
     f'a share lies between 1% and 99%; {SPANS}'),
    ("ACMERenewWindow 30 days", 'ACMERenewWindow: "30 days" is not a span of '
     f'time: the unit is unknown; {SPANS}'),
    ("ACMEWarnWindow soon", 'ACMEWarnWindow: "soon" is not a span of time: '
     f'it does not begin with a whole number; {SPANS}'),
    ("ACMEDeploy later", 'ACMEDeploy: "later" does not belong there: days '
     f'are written Mon or Mon-Fri, and come before the time; {WINDOWS}'),
    ("ACMEDeploy Mon-Fri 03:00-24:30", 'ACMEDeploy: "03:00-24:30" does not '
     'belong there: it is neither days (Mon, Mon-Fri) nor a time of day '
     f'(03:00, 03:00-04:30); {WINDOWS}'),
    ("ACMEReload warm", 'ACMEReload: this version knows no "warm"; '
     'write "ACMEReload graceful|hot|none".'),
    ("ACMEClusterPeers peer.example.org", 'ACMEClusterPeers: '
     f'"peer.example.org" is not the address of a server: {PEERS}'),
    ("ACMEClusterPeers ::1 [::1]:80", "ACMEClusterPeers: [::1]:80 is named "
     "twice; write it once."),
    ("ACMEProbe maybe", 'ACMEProbe: this version knows no "maybe"; write '
     '"ACMEProbe off|advisory|required".'),
    ('ACMEStore ""', 'ACMEStore takes one argument, not 0: write "ACMEStore '
     'directory".'),
]

ADDRESSES = ["mailto:admin@example.org", "a@b@example.org",
             "admin@example.org,root@example.org", "ad?min@example.org",
             '"ad min@example.org"', "@example.org", ".admin@example.org"]
PROXIES = ["proxy.example.org:3128", "socks5://proxy.example.org:1080",
           "http://", "http://proxy.example.org",
           "http://proxy.example.org/path", "http://proxy.example.org:port",
           "http://proxy.example.org:0", "http://proxy.example.org:99999",
           '"http://proxy example.org:3128"']


@pytest.mark.parametrize("line, message", WRONG, ids=[w[0] for w in WRONG])
def test_wrong_value(configtest, line, message):
    result = configtest(f"\n{line}\n")
    assert not result.passed
    assert result.syntax_error() == (2, message)


@pytest.mark.parametrize("address", ADDRESSES)
def test_wrong_address(configtest, address):
    bare = address.strip('"')
    assert configtest(f"ACMEEmail {address}\n").syntax_error() == (
        1, f'ACMEEmail: "{bare}" is not the address of one mailbox; write it '
        'like admin@example.org, without mailto: and without a name.')


@pytest.mark.parametrize("url", PROXIES)
def test_wrong_proxy(configtest, url):
    assert configtest(f"ACMEProxy {url}\n").syntax_error() == (
        1, "ACMEProxy: this is not the URL of an HTTP proxy; write scheme, "
        "host and port, such as http://proxy.example.org:3128.")


# --- external accounts ------------------------------------------------------

EXTERNAL = "ACMEExternalAccount zerossl kid hmac\n"


def external_error(configtest, text=EXTERNAL):
    result = configtest(text)
    assert SECRET[:12] not in result.said
    return result.syntax_error()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_secret_that_others_may_read(configtest, tmp_path, mode):
    path = write_secret(tmp_path / "hmac", SECRET, mode)
    assert external_error(configtest) == (
        1, f"ACMEExternalAccount: {path} cannot be used: other users may read "
        f"or write it; run chmod 600 {path}, and ask the CA for new "
        "credentials where somebody may have read it.")


def test_a_secret_that_is_missing(configtest, tmp_path):
    line, message = external_error(configtest)
    assert line == 1
    assert f"{tmp_path}/hmac" in message
    assert "No such file" in message


@pytest.mark.parametrize("content", ["", "c2hvcnQ", SECRET + " " + SECRET,
                                     "-----BEGIN " + SECRET])
def test_a_secret_that_is_none(configtest, tmp_path, content):
    path = write_secret(tmp_path / "hmac", content)
    assert external_error(configtest) == (
        1, f"ACMEExternalAccount: {path} cannot be used: it is not base64url "
        "or base64 of 16 to 512 bytes; put the HMAC key, and nothing else, "
        "into it as the CA shows it.")


def test_two_external_accounts_with_one_ca(configtest, tmp_path):
    write_secret(tmp_path / "hmac", SECRET)
    line, message = external_error(configtest, EXTERNAL + EXTERNAL)
    assert line == 2
    assert message.startswith("ACMEExternalAccount for zerossl stands at ")
    assert message.endswith("SITE:1 already; write one for each provider.")


@pytest.mark.parametrize("line, message", [
    ("ACMEExternalAccount zerossl kid", 'ACMEExternalAccount takes arguments, '
     'not 2: write "ACMEExternalAccount provider kid hmac-file".'),
    ("ACMEExternalAccount zerosssl kid hmac", 'ACMEExternalAccount: "zerosssl"'
     f' is not an ACME provider: the word is unknown; {PROVIDERS}'),
    ("ACMEExternalAccount zerossl kïd hmac", "ACMEExternalAccount: this is "
     "not a key identifier: it is empty, too long, or has characters that are "
     "not printable ASCII; write it as the CA shows it."),
    (in_section(EXTERNAL), "ACMEExternalAccount cannot stand in "
     "<ACMECertificate>; write it outside of any section.")])
def test_wrong_external_account(configtest, tmp_path, line, message):
    write_secret(tmp_path / "hmac", SECRET)
    assert external_error(configtest, line)[1] == message


def make_program(path):
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("spoil, why", [
    (lambda path: path.chmod(0o644), "it cannot be executed; chmod u+x "),
    (lambda path: path.chmod(0o775), "others may write "),
    (lambda path: path.parent.chmod(0o777), "others may write "),
    (lambda path: path.unlink(), "No such file or directory; write the "),
])
def test_a_command_that_root_should_not_run(configtest, tmp_path, spoil, why):
    (tmp_path / "bin").mkdir()
    path = make_program(tmp_path / "bin" / "command")
    line = f"ACMEDeployCommand {path} word\n"
    expect_quiet(configtest, ACCOUNT + line + vhost("www.example.org"))
    spoil(path)
    number, said = configtest(line).syntax_error()
    assert number == 1
    assert said.startswith(f"ACMEDeployCommand: {path} cannot be run: {why}")


@pytest.mark.parametrize("spoil, why", [
    (lambda path: path.chmod(0o644), "it cannot be executed; chmod u+x "),
    (lambda path: path.unlink(), "No such file or directory; write the "),
    (lambda path: (path.unlink(), path.mkdir()), "it is not a file; write "),
])
def test_a_command_to_notify_that_is_not_there(configtest, tmp_path, spoil,
                                               why):
    """It keeps no certificate from going live."""
    path = make_program(tmp_path / "command")
    line = ACCOUNT + f"ACMENotifyCommand {path} word\n" \
        + vhost("www.example.org")
    expect_quiet(configtest, line)
    spoil(path)
    tested = configtest(line)
    assert tested.passed
    assert f"AE039: ACMENotifyCommand: {path} cannot be run: {why}" \
        in tested.said


def test_a_command_to_notify_that_others_may_write(configtest, tmp_path):
    path = make_program(tmp_path / "command")
    path.chmod(0o777)
    number, said = configtest(f"ACMENotifyCommand {path}\n").syntax_error()
    assert number == 1 and "others may write" in said


def test_a_command_has_an_absolute_path(configtest):
    assert configtest("ACMEDeployCommand sbin/x").syntax_error() == (
        1, "ACMEDeployCommand: sbin/x cannot be run: it is no absolute path; "
        "write the whole path, and arguments behind it.")


def test_trust_file_is_missing(configtest, tmp_path):
    assert configtest("ACMETrustFile no.pem\n").syntax_error() == (
        1, f"ACMETrustFile: {tmp_path}/no.pem cannot be read: No such file or "
        "directory; write the path of a file of PEM certificates.")


@pytest.mark.parametrize("make, why", [
    (os.mkdir, "it is a directory"), (os.mkfifo, "it is not a file")])
def test_trust_file_is_no_file(configtest, tmp_path, make, why):
    make(tmp_path / "root.pem")
    assert configtest("ACMETrustFile root.pem\n").syntax_error() == (
        1, f"ACMETrustFile: {tmp_path}/root.pem cannot be read: {why}; write "
        "the path of a file of PEM certificates.")


@pytest.mark.parametrize("spoil", [
    lambda pem: "", lambda pem: "no certificate\n",
    lambda pem: pem + pem[:len(pem) // 2],
    lambda pem: pem.replace("CERTIFICATE", "PRIVATE KEY")])
def test_trust_file_holds_something_else(configtest, tmp_path, spoil):
    root = make_server(tmp_path)
    root.write_text(spoil(root.read_text()))
    assert configtest("ACMETrustFile root.pem\n").syntax_error() == (
        1, f"ACMETrustFile: {root} does not hold PEM certificates, or one in "
        "it is damaged; write the path of a file in which each stands between "
        "BEGIN CERTIFICATE and END CERTIFICATE.")


def in_host(line):
    return f"<VirtualHost *:443>\n{line}\n</VirtualHost>\n"


def in_location(line):
    return f"<Location />\n{line}\n</Location>\n"


ONLY_SERVER = ["ACMETermsOfService accepted", "ACMEReload none",
               "ACMEChallengeStore shmcb", "ACMEStore acme",
               "ACMEChallengePort auto", "ACMEProxy http://proxy.example.org"]


@pytest.mark.parametrize("line", ONLY_SERVER)
def test_directives_of_the_whole_server(configtest, line):
    name = line.split()[0]
    for place, where in ((in_host, "in <VirtualHost>"),
                         (in_section, "in <ACMECertificate>")):
        assert configtest(place(line)).syntax_error() == (
            2, f"{name} cannot stand {where}; write it outside of any "
            "section.")


def test_engine_is_not_of_a_section(configtest):
    assert configtest(in_section("ACMEEngine on")).syntax_error() == (
        2, "ACMEEngine cannot stand in <ACMECertificate>; write it outside "
        "of any section or in <VirtualHost>.")


@pytest.mark.parametrize("line", ["ACMEKeyType rsa-2048", "ACMEReload none"])
def test_directives_in_a_location(configtest, line):
    assert configtest(in_location(line)).syntax_error() == (
        2, f"{line.split()[0]} not allowed in <Location> context")


@pytest.mark.parametrize("line, name", [
    ("SSLEngine on", "SSLEngine"), ("ServerName a", "ServerName"),
    ("ACMEChallengeCity Rome", "ACMEChallengeCity"),
    ("<Location />\n</Location>", "<Location>"),
    (in_section("ACMEKeyType rsa-2048"), "<ACMECertificate>")])
def test_other_directives_in_a_section(configtest, line, name):
    assert configtest(in_section(line)).syntax_error() == (
        2, f"{name} cannot stand in <ACMECertificate>; only directives of "
        "mod_acme_edge can, so write it outside of the section.")


def test_an_error_within_a_section_is_at_its_own_line(configtest):
    assert configtest(in_section("ACMEKeyType dsa")).syntax_error() == (
        2, 'ACMEKeyType: "dsa" is not a type of key: the word is unknown; '
        f'write {KEY_TYPES}.')


@pytest.mark.parametrize("text, message", [
    ("<ACMECertificate>\n</ACMECertificate>\n", "<ACMECertificate> names "
     'nothing; write "<ACMECertificate name [name ...]>".'),
    ("<ACMECertificate a.example.org\n</ACMECertificate>\n",
     "<ACMECertificate has no closing >; write "
     '"<ACMECertificate name [name ...]>".')])
def test_section_line(configtest, text, message):
    assert configtest(text).syntax_error() == (1, message)


def test_section_is_not_closed(configtest):
    result = configtest("<ACMECertificate a.example.org>\n")
    assert not result.passed
    assert "SITE:1: <ACMECertificate> was not closed." in result.said


def test_a_section_within_a_virtual_host(configtest):
    assert configtest(in_host(in_section(""))).syntax_error() == (
        2, "<ACMECertificate> cannot stand within another section; write it "
        "outside of any.")
