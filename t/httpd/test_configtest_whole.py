"""What `apachectl configtest` says about directives taken together."""

import pytest

from lab.configtest import (ACCOUNT, Configtest, expect_error, expect_quiet,
                            expect_warning, in_section, vhost)


@pytest.fixture
def configtest(tmp_path):
    return lambda body, **options: Configtest(tmp_path, body, **options)


# --- the whole: errors ------------------------------------------------------


def test_mod_ssl_is_missing(configtest):
    expect_error(
        configtest, ACCOUNT + "ACMEEngine on\n",
        "AE001: mod_ssl is not loaded, so nothing could use a certificate; "
        "run a2enmod ssl, or write LoadModule ssl_module modules/mod_ssl.so",
        without=["ssl"])


def test_store_module_is_missing(configtest):
    expect_error(
        configtest, ACCOUNT + vhost("www.example.org"),
        "AE003: ACMEChallengeStore shmcb needs mod_socache_shmcb, which is "
        "not loaded; run a2enmod socache_shmcb, or write LoadModule "
        "socache_shmcb_module modules/mod_socache_shmcb.so",
        without=["socache_shmcb"])
    expect_error(
        configtest, ACCOUNT + "ACMEChallengeStore redis:a.example.org\n"
        + vhost("www.example.org"),
        "AE003: ACMEChallengeStore redis at SITE:3 needs mod_socache_redis, "
        "which is not loaded; run a2enmod socache_redis, or write LoadModule "
        "socache_redis_module modules/mod_socache_redis.so",
        without=["socache_redis"])


def test_store_of_the_network_has_no_level_here(configtest):
    expect_warning(
        configtest, ACCOUNT + "ACMEChallengeStore redis:a.example.org\n"
        + vhost("www.example.org"),
        "AE028: ACMEChallengeStore redis:a.example.org at SITE:3: "
        "mod_socache_shmcb is not loaded, so that what this server publishes "
        "is looked up there too; run a2enmod socache_shmcb",
        without=["socache_shmcb"])


def test_store_of_ipv6(configtest):
    words = "redis:127.0.0.1:1,[2001:db8::1]:2"
    expect_error(
        configtest, ACCOUNT + f"ACMEChallengeStore {words}\n"
        + vhost("www.example.org"),
        f"AE029: ACMEChallengeStore {words} at SITE:3: httpd's provider "
        "cannot connect to [2001:db8::1]:2, an address of IPv6; write an "
        "address of IPv4, or a name that has one")


def test_store_is_unknown(configtest):
    expect_error(
        configtest, ACCOUNT + "ACMEChallengeStore disk:/tmp\n"
        + vhost("www.example.org"),
        'AE004: ACMEChallengeStore at SITE:3 names "disk", which no module of '
        "this server provides; write shmcb, shmcb:file(bytes), "
        "redis:host:port or memcache:host:port")


@pytest.mark.parametrize("words, why", [
    ("redis", "host and port of a server are missing"),
    ("redis:", "host and port of a server are missing"),
    ("redis:,", "host and port of a server are missing"),
    ("redis:6379", '"6379" is not host and port of a server'),
    ("redis:a.example.org:1,:2", '":2" is not host and port of a server'),
    ("redis:a.example.org:65536",
     '"a.example.org:65536" is not host and port of a server'),
    ("redis://a.example.org:6379",
     '"//a.example.org:6379" is not host and port of a server'),
    ("shmcb:cache(8192", "Invalid argument: no closing parenthesis or cache "
     "size missing after pathname with parenthesis"),
    ("shmcb:cache(100)", "Invalid argument: size has to be >= 8192 bytes")])
def test_store_arguments_are_wrong(configtest, words, why):
    expect_error(
        configtest, ACCOUNT + f"ACMEChallengeStore {words}\n"
        + vhost("www.example.org"),
        f"AE020: ACMEChallengeStore {words} at SITE:3: {why}; write shmcb, "
        "shmcb:file(bytes), redis:host:port or memcache:host:port")


@pytest.mark.parametrize("inside", ["ACMEEngine on",
                                    "ACMEEngine on\nSSLEngine off"])
def test_no_tls_on_port_443(configtest, inside):
    expect_error(
        configtest, ACCOUNT + vhost("www.example.org", inside=inside),
        "AE005: www.example.org: the virtual host at SITE:3 is on port 443 "
        "and has ACMEEngine on, but SSLEngine is off, so it would not use its "
        "certificate; write SSLEngine on in it, or ACMEEngine off")


def test_no_tls_on_port_443_though_tls_is_on_for_all(configtest):
    result = configtest("ACMEEngine on\nSSLEngine on\n" + ACCOUNT
                        + vhost("www.example.org", inside="SSLEngine off"))
    assert "AE005: www.example.org: the virtual host at SITE:5 is" in \
        result.lines("error")[0]


def test_one_file_included_twice(configtest, tmp_path):
    """The same lines of one file are two virtual hosts, the first with TLS."""
    host = tmp_path / "host.conf"
    host.write_text(vhost("${HOST}", inside="SSLEngine ${TLS}\nACMEEngine on"))
    result = configtest(ACCOUNT + f"Define HOST one.example.org\n"
                        f"Define TLS on\nInclude {host}\n"
                        f"Define HOST two.example.org\n"
                        f"Define TLS off\nInclude {host}\n")
    assert [line.split(f" {host}:")[0] for line in result.lines("error")] == [
        "AE005: two.example.org: the virtual host at"]


def test_no_server_name(configtest):
    body = ACCOUNT + vhost("www.example.org").replace("ServerName", "#")
    expect_error(
        configtest, body,
        "AE006: the virtual host at SITE:3 has ACMEEngine on and no "
        "ServerName, so nobody knows what name to get a certificate for; "
        "write ServerName with a DNS name in it, or ACMEEngine off")


def test_alias_is_a_pattern(configtest):
    expect_error(
        configtest, ACCOUNT + vhost("example.org", "*.example.org"),
        "AE007: example.org: no certificate can be had for ServerAlias "
        "*.example.org of the virtual host at SITE:3, which is a pattern; "
        "write each name, or an <ACMECertificate> with the names it shall "
        "have")


def test_section_has_only_some_of_the_names(configtest):
    expect_error(
        configtest, ACCOUNT + in_section("") + vhost(
            "www.example.org", "a.example.org", "b.example.org"),
        "AE008: www.example.org: <ACMECertificate> at SITE:3 has only some of "
        "the names of the virtual host at SITE:6; add www.example.org, "
        "b.example.org to it")


def test_two_sections_with_one_name(configtest):
    expect_error(
        configtest, ACCOUNT + in_section("") + in_section("").replace(
            "a.", "b.example.org A."),
        "AE009: a.example.org: <ACMECertificate> at SITE:3 and "
        "<ACMECertificate> at SITE:6 both define its certificate; leave the "
        "name in one of them")


@pytest.mark.parametrize("names", [
    ["www.example.org"], ["www.example.org", "example.org", "a.example.org"],
    ["a.example.org", "www.example.org"]])
def test_two_hosts_with_some_of_the_names_in_common(configtest, names):
    expect_error(
        configtest, ACCOUNT + vhost("www.example.org", "example.org")
        + vhost(*names, port=8443),
        "AE010: www.example.org: the virtual host at SITE:3 and the virtual "
        "host at SITE:9 both define its certificate, with different names; "
        "give them the same names, or write an <ACMECertificate> with the "
        "names of both")


def test_two_hosts_that_want_different_certificates(configtest):
    expect_error(
        configtest, ACCOUNT + vhost("www.example.org") + vhost(
            "www.example.org", port=8443,
            inside="SSLEngine on\nACMEEngine on\nACMEKeyType rsa-2048"),
        "AE011: www.example.org: the virtual host at SITE:3 and the virtual "
        "host at SITE:8 both define its certificate, with different "
        "ACMEKeyType; write the same in both, or write an <ACMECertificate> "
        "with their names")


NAMES = [
    ("127.0.0", "it is no whole IP address; write one such as 192.0.2.1 or "
     "2001:db8::1, or a DNS name; httpd ends a ServerName at its first colon, "
     "so an IPv6 address stands in ServerAlias"),
    ("localhost", "it has one label only; write it with its domain, such as "
     "www.example.org"),
    ("a_b.example.org", "a host name has no underscore, and no CA takes one; "
     "give the host a name without it"),
    ("*.example.org", "http-01 cannot validate a wildcard; write each host's "
     "name instead"),
    ("a" * 64 + ".example.org", "a label is longer than 63 characters; write "
     "a DNS name, such as www.example.org"),
]


@pytest.mark.parametrize("name, why", NAMES, ids=[n[0][:20] for n in NAMES])
def test_a_name_that_no_ca_takes(configtest, name, why):
    expect_error(
        configtest, ACCOUNT + f"<ACMECertificate www.example.org {name}>\n"
        "</ACMECertificate>\n",
        "AE012: www.example.org: the certificate that <ACMECertificate> at "
        "SITE:3 defines cannot be had. No certificate can be had for "
        f'"{name}": {why}.')


def test_a_name_that_is_too_long(configtest):
    result = configtest(ACCOUNT + vhost("a." * 122 + "example.org"))
    assert not result.passed
    assert len(result.lines("error")) == 1
    assert result.lines("error")[0].endswith(
        ": it is longer than 253 characters; give the host a shorter name.")


def test_a_host_name_that_no_ca_takes(configtest):
    expect_error(
        configtest, ACCOUNT + vhost("www.example.org."),
        "AE012: www.example.org.: the certificate that the virtual host at "
        "SITE:3 defines cannot be had. No certificate can be had for "
        '"www.example.org.": it ends with a dot; write it without the dot.')


def test_more_names_than_the_provider_takes(configtest):
    expect_error(
        configtest,
        ACCOUNT + vhost(*[f"n{i}.example.org" for i in range(101)]),
        "AE012: n0.example.org: the certificate that the virtual host at "
        "SITE:3 defines cannot be had. The certificate n0.example.org has 101 "
        "names: letsencrypt takes at most 100 in one certificate; spread the "
        "names over several certificates.")


# --- the whole: warnings ----------------------------------------------------


def test_directive_of_a_host_with_the_certificate_of_a_section(configtest):
    expect_warning(
        configtest, ACCOUNT + in_section("ACMEKeyType rsa-2048") + vhost(
            "a.example.org",
            inside="SSLEngine on\nACMEEngine on\nACMEKeyType rsa-4096"),
        "AE013: a.example.org: ACMEKeyType at SITE:10 has no effect, for the "
        "certificate is that of <ACMECertificate> at SITE:3; write the "
        "directive there")


def test_engine_on_in_a_plain_host(configtest):
    expect_warning(
        configtest, ACCOUNT + vhost("www.example.org")
        + vhost("www.example.org", port=80, inside="ACMEEngine on"),
        "AE014: www.example.org: ACMEEngine on has no effect in the virtual "
        "host at SITE:8, for SSLEngine is off there; write it in the virtual "
        "host that has SSLEngine on")


def test_engine_on_and_no_tls_at_all(configtest):
    expect_warning(
        configtest, "ACMEEngine on\n",
        "AE015: ACMEEngine is on, but there is no virtual host with SSLEngine "
        "on that could use a certificate; write SSLEngine on in each that "
        "shall be served by TLS")


def test_terms_are_not_accepted(configtest):
    expect_warning(
        configtest, "ACMEEmail admin@example.org\n" + vhost("a.example.org"),
        "AE016: a.example.org: no account can be made with a CA that has "
        "terms of service; write ACMETermsOfService accepted once you have "
        "read and accepted them")


def test_nobody_to_reach(configtest):
    hosts = "".join(vhost(f"n{i}.example.org") for i in range(12))
    names = ", ".join(f"n{i}.example.org" for i in range(10))
    expect_warning(
        configtest, "ACMETermsOfService accepted\n" + hosts,
        f"AE017: {names} and 2 more: the CA could not reach anybody about the "
        "account; write ACMEEmail with an address that is read")


def test_another_certificates_address_reaches_the_account(configtest):
    expect_quiet(
        configtest, "ACMETermsOfService accepted\n" + vhost("a.example.org")
        + vhost("b.example.org", inside="SSLEngine on\nACMEEngine on\n"
                "ACMEEmail admin@example.org"))


def test_nothing_listens_on_port_80(configtest):
    expect_warning(
        configtest, ACCOUNT + vhost("a.example.org", "b.example.org"),
        "AE018: nothing listens on port 80, where the CA asks for "
        "a.example.org, b.example.org; write Listen 80, or have port 80 "
        "forwarded to this server", listen="127.0.0.1:8080")


# --- files of one's own -----------------------------------------------------

OWN = f"SSLCertificateFile {__file__}\n"  # that it is there is all httpd asks
BOTH = "SSLEngine on\nACMEEngine on\n"


@pytest.mark.parametrize("inside", [
    BOTH + OWN, f"{BOTH}<IfModule ssl_module>\n{OWN}</IfModule>"])
def test_a_file_beside_acme(configtest, inside):
    expect_warning(
        configtest, ACCOUNT + vhost("a.example.org", inside=inside)
        + vhost("b.example.org"),
        "AE079: a.example.org: the virtual host at SITE:3 has "
        "SSLCertificateFile and ACMEEngine on: the file is served, not the "
        "certificate by ACME; remove one of the two directives")


def test_a_file_for_all(configtest):
    result = configtest(OWN + ACCOUNT + vhost("a.example.org")
                        + vhost("b.example.org"))
    assert result.passed, result.said
    assert sorted(line[:21] for line in result.lines("warn")) \
        == ["AE079: a.example.org:", "AE079: b.example.org:"], result.said


def test_a_file_without_acme(configtest):
    expect_quiet(configtest, ACCOUNT + vhost("a.example.org")
                 + vhost("b.example.org", inside="SSLEngine on\n" + OWN))
