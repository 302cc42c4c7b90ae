"""What `apachectl configtest` says of a configuration that is right, and will
not do or is shared with others: what stands around the module."""

import os
import pathlib
import re
import subprocess

import pytest

from lab.configtest import (ACCOUNT, Configtest, expect_quiet, expect_warning,
                            vhost)

NAME = "www.example.org"
ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERYWHERE = "80 443"


@pytest.fixture
def configtest(tmp_path):
    return lambda body, **options: Configtest(tmp_path, body, **options)


def managed(*names, **options):
    return ACCOUNT + vhost(*(names or [NAME]), **options)


def plain(inside, *names):
    return vhost(*(names or [NAME]), port=80, inside=inside)


def expect_notice(configtest, body, *messages, **options):
    result = configtest(body, **options)
    assert result.passed, result.said
    assert result.logged == [("notice", message) for message in messages], \
        result.said


# --- what is well -----------------------------------------------------------

DEBIAN = """
<VirtualHost *:80>
    ServerAdmin webmaster@localhost
    DocumentRoot /usr/share
</VirtualHost>
ACMEEmail           admin@example.org
ACMETermsOfService  accepted
<VirtualHost *:443>
    ServerName   www.example.org
    ServerAdmin  webmaster@localhost
    DocumentRoot /usr/share
    SSLEngine on
    ACMEEngine on
    <Directory /usr/lib/cgi-bin>
        SSLOptions +StdEnvVars
    </Directory>
</VirtualHost>
"""


def readme():
    """The configuration that README begins with, without its LoadModule."""
    text = (ROOT / "README.md").read_text()
    block = re.search(r"```apache\n(.*?)```", text, re.S)[1]
    return re.sub(r"LoadModule .*\n", "", block)


def demo(directory):
    """conf/demo.conf as the demonstration fills it in, on the usual ports."""
    text = (ROOT / "conf/demo.conf").read_text()
    for word, value in (("HTTP", "80"), ("HTTPS", "443"),
                        ("CA", "https://ca.example.org/directory")):
        text = text.replace(f"${{DEMO_{word}}}", value)
    text = re.sub(r"(?m)^(Listen|ServerRoot|ServerName|DefaultRuntimeDir|"
                  r"ErrorLog|PidFile|DocumentRoot|ACMETrustFile) .*\n", "",
                  text)
    return text.replace("${DEMO_ROOT}", str(directory))


@pytest.mark.parametrize("listen", [
    EVERYWHERE, "0.0.0.0:80 0.0.0.0:443", "[::]:80 [::]:443",
    "192.0.2.1:80 192.0.2.1:443", "80 192.0.2.1:443", "192.0.2.1:80 443",
    "192.0.2.1:80 192.0.2.1:443 [2001:db8::1]:443"])
@pytest.mark.parametrize("body", [DEBIAN, readme()])
def test_common_configurations(configtest, body, listen):
    expect_quiet(configtest, body, listen=listen)


def test_the_demonstration(configtest, tmp_path):
    expect_quiet(configtest, demo(tmp_path), listen=EVERYWHERE,
                 beside=["status", "authz_core", "authz_host"])


# --- port 80 ----------------------------------------------------------------

def test_port_80_is_open_at_another_address(configtest):
    expect_warning(
        configtest, managed().replace("*:443", "192.0.2.1:443"),
        "AE022: www.example.org: the CA asks on port 80, and nothing listens "
        "there at the address of the virtual host at SITE:3; write Listen "
        "192.0.2.1:80, or have port 80 of that address forwarded to this "
        "server", listen="192.0.2.2:80 443")


def test_port_80_is_open_at_another_address_of_ipv6(configtest):
    expect_warning(
        configtest, managed(),
        "AE022: www.example.org: the CA asks on port 80, and nothing listens "
        "there at the address of the virtual host at SITE:3; write Listen "
        "[2001:db8::1]:80, or have port 80 of that address forwarded to this "
        "server", listen="192.0.2.2:80 [2001:db8::1]:443")


def test_port_80_is_open_to_this_machine_alone(configtest):
    expect_warning(
        configtest, managed(),
        "AE022: www.example.org: the CA asks on port 80, and nothing listens "
        "there at the address of the virtual host at SITE:3; write Listen "
        "80, or have port 80 of that address forwarded to this server",
        listen="127.0.0.1:80 [::1]:80 443")


def test_one_address_of_two_is_enough(configtest):
    expect_quiet(configtest, managed().replace(
        "*:443", "192.0.2.1:443 192.0.2.2:443"), listen="192.0.2.2:80 443")


def test_peers_without_a_store_for_all(configtest):
    peers = "ACMEClusterPeers 192.0.2.1 [2001:db8::1]:8080\n"
    expect_warning(
        configtest, peers + managed(),
        "AE030: ACMEClusterPeers at SITE:1 names servers that cannot answer "
        "this one's challenges, for ACMEChallengeStore is shmcb, the memory "
        "of this server alone; write redis:host:port or memcache:host:port, "
        "the same on all of them", listen=EVERYWHERE)
    expect_quiet(configtest, peers + "ACMEChallengeStore redis:192.0.2.9:6379"
                 "\n" + managed(), listen=EVERYWHERE,
                 beside=["socache_redis"])


def test_what_no_ca_is_asked_for_needs_no_port_80(configtest):
    for listen in "443", "192.0.2.2:80 443":
        expect_quiet(configtest, "ACMERenew manual\n" + vhost(NAME).replace(
            "*:443", "192.0.2.1:443"), listen=listen)


@pytest.mark.parametrize("words", ["off", "auto", "Auto", "8080", "1",
                                   "65535"])
def test_challenge_port(configtest, words):
    expect_quiet(configtest, ACCOUNT + f"ACMEChallengePort {words}\n"
                 + vhost("a.example.org"))


@pytest.mark.parametrize("words", ["on", "port", "0", "65536", "80a", "-1",
                                   "127.0.0.1:80"])
def test_challenge_port_is_no_port(configtest, words):
    assert configtest(f"ACMEChallengePort {words}\n").syntax_error() == (
        1, f'ACMEChallengePort: "{words}" is no port; write off, auto for '
        "port 80, or a number from 1 to 65535.")


def test_port_80_is_opened_when_it_is_needed(configtest):
    for port in "auto", "8080":
        expect_quiet(configtest, f"ACMEChallengePort {port}\n" + managed(),
                     listen="443")


def test_who_does_not_restart_opens_no_port(configtest):
    expect_warning(
        configtest,
        "ACMEReload none\nACMEChallengePort auto\n" + managed(),
        "AE032: ACMEChallengePort would open port 80 by a restart of httpd, "
        "and ACMEReload none forbids that, so that no challenge can be "
        "answered there; write ACMEReload graceful, or Listen 80",
        listen="443")
    expect_quiet(
        configtest,
        "ACMEReload none\nACMEChallengePort auto\n" + managed(),
        listen=EVERYWHERE)


@pytest.mark.parametrize("before, who", [
    ("SSLEngine on\nACMEEngine on\n", "the main server"),
    (vhost("a.example.org", port=80, inside="SSLEngine on"),
     "the virtual host at SITE:1"),
    (vhost("a.example.org", port="*", inside="SSLEngine on"),
     "the virtual host at SITE:1")])
def test_tls_on_port_80(configtest, before, who):
    expect_warning(
        configtest, before + managed(),
        f"AE023: {who} has SSLEngine on and answers on port 80, where the CA "
        "asks in plain HTTP; write a <VirtualHost *:80> with SSLEngine off",
        listen=EVERYWHERE)


@pytest.mark.parametrize("before", [
    "SSLEngine optional\nACMEEngine on\n",
    "SSLEngine on\nACMEEngine on\n" + plain("SSLEngine off"),
    "SSLEngine on\nACMEEngine on\n" + plain("SSLEngine off").replace(
        "*:80", "192.0.2.1:80")])
def test_plain_http_on_port_80_though_tls_is_on(configtest, before):
    expect_quiet(configtest, before + managed(), listen=EVERYWHERE)


# --- mod_md -----------------------------------------------------------------

BOTH = (": both would order certificates, and mod_md answers 404 to a CA "
        "that asks for challenges of others; take the name out of there, or "
        "write ACMEEngine off")


@pytest.mark.parametrize("md, name", [
    (f"MDomain {NAME}\n", "MDomain"),
    ("MDomain b.example.org WWW.example.org manual\n", "MDomain"),
    (f"<MDomainSet {NAME}>\n</MDomainSet>\n", "<MDomainSet>"),
    (f"<MDomain b.example.org>\nMDMember {NAME}\n</MDomain>\n",
     "<MDomain>"),
    ("MDomain c.example.org\n", "MDomain")])
def test_mod_md_manages_the_same_host(configtest, md, name):
    """The last one names another host of this name, and takes all of it."""
    expect_warning(
        configtest, md + managed() + plain("", "c.example.org", NAME),
        f"AE024: www.example.org: mod_md manages it too, by {name} at SITE:1"
        + BOTH, beside=["md"])


def test_mod_md_manages_several_of_ours(configtest):
    expect_warning(
        configtest, f"MDomain {NAME} a.example.org\n" + managed()
        + vhost("a.example.org"), "AE024: www.example.org, a.example.org: "
        "mod_md manages it too, by MDomain at SITE:1" + BOTH, beside=["md"])


@pytest.mark.parametrize("md", [
    "MDomain b.example.org\n", "MDomain c.example.org manual\n",
    "<MDomainSet c.example.org>\nMDMembers manual\n</MDomainSet>\n"])
def test_mod_md_manages_other_hosts(configtest, md):
    expect_quiet(configtest, md + managed() + vhost("b.example.org",
                                                    inside="")
                 + plain("", "c.example.org", NAME), beside=["md"])


# --- stapling, with no restart ----------------------------------------------

STAPLED = ("SSLUseStapling on does not go with ACMEReload hot: mod_ssl "
           "staples OCSP responses to certificates that it read as httpd "
           "started, and to none that goes live later, until the next "
           "restart; write ACMEReload graceful, or SSLUseStapling off")
HOT = "ACMEReload hot\nSSLStaplingCache shmcb:stapling(32768)\n"
INSIDE = "SSLEngine on\nACMEEngine on\n"


@pytest.mark.parametrize("outer, inside", [
    ("", "SSLUseStapling on"), ("SSLUseStapling on\n", ""),
    ("SSLUseStapling off\n", "sslusestapling On"),
    ("", "<IfModule ssl_module>\nSSLUseStapling on\n</IfModule>"),
    ("", "SSLUseStapling off\nSSLUseStapling on")])
def test_stapling_beside_hot(configtest, outer, inside):
    expect_warning(configtest,
                   HOT + outer + managed(inside=INSIDE + inside),
                   f"AE035: {NAME}: {STAPLED}")


def test_stapling_of_several(configtest):
    expect_warning(configtest, HOT + "SSLUseStapling on\n" + managed()
                   + vhost("a.example.org"),
                   f"AE035: {NAME}, a.example.org: {STAPLED}")


@pytest.mark.parametrize("before, outer, inside", [
    (HOT, "", ""), (HOT, "SSLUseStapling on\n", "SSLUseStapling off"),
    (HOT.replace("hot", "graceful"), "SSLUseStapling on\n", ""),
    (HOT.replace("hot", "none"), "", "SSLUseStapling on")])
def test_stapling_that_mod_ssl_can_do(configtest, before, outer, inside):
    expect_quiet(configtest, before + outer + managed(inside=INSIDE + inside))


def test_stapling_of_others(configtest):
    """A host that this module does not manage; all that httpd asks of its file
    is that it is there."""
    expect_quiet(configtest, HOT + managed() + vhost(
        "b.example.org", inside="SSLEngine on\nSSLUseStapling on\n"
        f"SSLCertificateFile {__file__}"))


# --- other ACME clients -----------------------------------------------------

MAY_STAY = (" is for the challenges of another ACME client, and may stay: "
            "those of this server's own orders are answered before it, all "
            "others are left to it")
PATH = "/.well-known/acme-challenge"


@pytest.mark.parametrize("line, words", [
    (f"Alias {PATH}/ /srv/acme/", f"Alias {PATH}/"),
    (f'alias "{PATH}" "/srv/acme"', f"Alias {PATH}"),
    (r"AliasMatch ^/\.well-known/acme\-challenge/(.*)$ /srv/$1",
     r"AliasMatch ^/\\.well-known/acme\\-challenge/(.*)$"),
    (f"ScriptAlias {PATH}/ /srv/acme/", f"ScriptAlias {PATH}/"),
    (f"ProxyPass {PATH}/ http://127.0.0.1:8888/", f"ProxyPass {PATH}/"),
    (f"RewriteEngine on\nRewriteRule ^{PATH}/ http://127.0.0.1:8888/ [P]",
     f"RewriteRule ^{PATH}/"),
    (f"<Location {PATH}>\nProxyPass http://127.0.0.1:8888/\n</Location>",
     f"ProxyPass {PATH}"),
    (f'<LocationMatch "^{PATH}">\n<IfModule alias_module>\nRequire all '
     'granted\n</IfModule>\nSetHandler "proxy:http://127.0.0.1:8888/"\n'
     "</LocationMatch>", f"SetHandler ^{PATH}")])
@pytest.mark.parametrize("whole", [True, False])
def test_another_clients_directives(configtest, line, words, whole):
    """httpd's log doubles backslashes."""
    body = line + "\n" if whole else plain(line)
    at = next(number for number, text in enumerate(body.splitlines(), 1)
              if re.match(f"(?i){words.split()[0]} ", text))
    name = "" if whole else f"{NAME}: "
    expect_notice(configtest, body + managed(),
                  f"AE025: {name}{words} at SITE:{at}{MAY_STAY}",
                  beside=["authz_core"])


@pytest.mark.parametrize("line", [
    f"ProxyPass {PATH}/ !\nProxyPass / http://127.0.0.1:8080/",
    f"<Location {PATH}>\nProxyPass !\nRequire all granted\n</Location>",
    "RewriteEngine on\nRewriteRule ^/.well-known/acme-challenge/ - [L]\n"
    "RewriteRule ^ https://www.example.org/ [R]",
    "RewriteEngine on\nRewriteRule !^/.well-known/acme-challenge/ "
    "https://www.example.org/ [R]",
    r"RedirectMatch ^/(?!\.well-known/acme-challenge/) https://www/",
    "Alias /.well-known/security.txt /srv/security.txt"])
def test_what_only_leaves_the_path_alone(configtest, line):
    expect_quiet(configtest, managed() + plain(line), beside=["authz_core"])


def test_another_client_of_another_host(configtest):
    expect_quiet(configtest, managed() + plain(
        f"Alias {PATH}/ /srv/acme/", "other.example.org"))


def test_one_file_for_several_hosts(configtest, tmp_path):
    """The same lines twice for one name, and for another: said once."""
    snippet = tmp_path / "letsencrypt.conf"
    snippet.write_text(f"Alias {PATH}/ /srv/acme/\n")
    inside = f"Include {snippet}"
    tls = f"SSLEngine on\nACMEEngine on\n{inside}"
    expect_notice(
        configtest, managed(inside=tls) + plain(inside)
        + vhost("a.example.org", inside=tls) + plain(inside, "a.example.org"),
        f"AE025: www.example.org, a.example.org: Alias {PATH}/ at "
        f"{snippet}:1{MAY_STAY}")


ALIAS = f"Alias {PATH}/ /srv/acme/"


def redirected(words):
    return (f"AE026: www.example.org: {words} comes before Alias at SITE:3, "
            "whatever their order: the CA of the other ACME client is sent to "
            "where the redirect leads, while this server's own challenges are "
            "answered before both; leave /.well-known/acme-challenge/ out of "
            "the redirect unless the other client's challenges are answered "
            "there")


@pytest.mark.parametrize("lines, words", [
    ("Redirect permanent / https://www.example.org/", "Redirect at SITE:4"),
    ("Redirect /.well-known https://www.example.org/", "Redirect at SITE:4"),
    ("RedirectPermanent / https://www.example.org/",
     "RedirectPermanent at SITE:4"),
    ("RedirectMatch 301 ^/(.*)$ https://www.example.org/$1",
     "RedirectMatch at SITE:4"),
    ("RewriteEngine on\nRewriteRule ^/?(.*) https://www.example.org/$1 "
     "[R=301,L]", "RewriteRule at SITE:5")])
def test_a_redirect_before_another_clients_alias(configtest, lines, words):
    expect_notice(configtest, plain(f"{ALIAS}\n{lines}") + managed(),
                  redirected(words),
                  f"AE025: www.example.org: Alias {PATH}/ at SITE:3{MAY_STAY}")


@pytest.mark.parametrize("lines", [
    "Redirect /old https://www.example.org/",
    "Redirect /.well-known/acme https://www.example.org/",
    r"RedirectMatch ^/(?!\.well-known/) https://www.example.org/",
    "RewriteEngine on\nRewriteCond %{HTTPS} off\nRewriteRule ^ "
    "https://www.example.org/ [R]",
    "RewriteRule ^ https://www.example.org/ [R]",
    *["RewriteEngine on\nRewriteRule ^/.well-known/ - "
      f"[{last}]\nRewriteRule ^ https://www.example.org/ [R]"
      for last in ("L", "END", "forbidden", "gone")]])
def test_a_redirect_that_spares_another_clients_alias(configtest, lines):
    expect_notice(configtest, plain(f"{ALIAS}\n{lines}") + managed(),
                  f"AE025: www.example.org: Alias {PATH}/ at SITE:3{MAY_STAY}")


# --- the store --------------------------------------------------------------

@pytest.fixture
def fuse_mount(tmp_path):
    """A directory behind FUSE; mounting one takes root."""
    there, here = tmp_path / "there", tmp_path / "mount"
    there.mkdir()
    here.mkdir()
    subprocess.run(["bindfs", there, here], check=True)
    yield here
    subprocess.run(["umount", here], check=True)


@pytest.mark.parametrize("below", ["", "a/b"])
def test_a_store_that_is_not_on_a_disk(configtest, fuse_mount, below):
    """It is not there yet, or the directory above neither."""
    store = os.path.join(fuse_mount, below, "acme")
    expect_warning(
        configtest, f"ACMEStore {store}\n" + managed(),
        f"AE027: ACMEStore {store} lies on FUSE, where locks and renames may "
        "not hold as they do on a local disk, and where httpd may have to "
        "wait at its start; name a directory on a local disk")
