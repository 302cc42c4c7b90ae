"""`httpd -t` on a configuration. No server is started and no port is opened:
port 80 and 443 stand here as in a real configuration."""

import os
import pathlib
import re
import subprocess

from .sanitizers import environment, reports

BINARY = os.environ.get("ACME_EDGE_HTTPD", "/usr/sbin/apache2")
MODULES = pathlib.Path(os.environ.get("ACME_EDGE_MODULES",
                                      "/usr/lib/apache2/modules"))
MODULE = os.environ.get("ACME_EDGE_MODULE", "")

LOADED = """mpm_event ssl socache_shmcb socache_redis watchdog macro alias
    rewrite proxy proxy_http""".split()

# What a test about something else says to have no warning.
ACCOUNT = "ACMEEmail admin@example.org\nACMETermsOfService accepted\n"

LOGGED = re.compile(r"\[acme_edge:(error|warn|notice)\] \[[^]]*\] (.*)")
SYNTAX = re.compile(r"Syntax error on line (\d+) of SITE:\n(.*)")


class Configtest:
    """One run of `httpd -t`. The body is a file of its own, called SITE in
    what is said, so that its lines count from 1."""

    def __init__(self, directory, body, listen="127.0.0.1:80",
                 without=(), beside=()):
        self.directory = directory
        site = directory / "site.conf"
        site.write_text(body)
        lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so"
                 for name in [*LOADED, *beside]
                 if name not in without
                 and (MODULES / f"mod_{name}.so").exists()]
        lines += [f"LoadModule acme_edge_module {MODULE}",
                  f"ServerRoot {directory}",
                  f"DefaultRuntimeDir {directory}",
                  f"ErrorLog {directory}/error.log",
                  *[f"Listen {words}" for words in listen.split()],
                  "ServerName main.example.org",
                  f"Include {site}"]
        config = directory / "httpd.conf"
        config.write_text("\n".join(lines) + "\n")
        words = {**os.environ, **environment(MODULE, directory)}
        before = self.files()
        done = subprocess.run([BINARY, "-t", "-f", config], env=words,
                              timeout=60, capture_output=True, text=True,
                              check=False)
        assert reports(directory) == []
        assert self.files() == before, "configtest wrote something"
        self.passed = done.returncode == 0
        self.said = (done.stdout + done.stderr).replace(str(site), "SITE")
        self.logged = LOGGED.findall(self.said)

    def files(self):
        return sorted(self.directory.rglob("*"))

    def lines(self, level):
        return [line for said, line in self.logged if said == level]

    def syntax_error(self):
        found = SYNTAX.search(self.said)
        return (int(found[1]), found[2]) if found else self.said


def vhost(*names, port=443, inside="SSLEngine on\nACMEEngine on"):
    """Names stand from the second line on, the rest behind them."""
    lines = [f"<VirtualHost *:{port}>", f"ServerName {names[0]}"]
    lines += [f"ServerAlias {name}" for name in names[1:]]
    return "\n".join(lines + [inside, "</VirtualHost>", ""])


def in_section(line):
    return f"<ACMECertificate a.example.org>\n{line}\n</ACMECertificate>\n"


def expect_error(configtest, body, message, **options):
    """Exactly this error, and no warning."""
    result = configtest(body, **options)
    assert not result.passed, result.said
    assert result.logged == [("error", message)], result.said


def expect_warning(configtest, body, message, **options):
    result = configtest(body, **options)
    assert result.passed, result.said
    assert result.logged == [("warn", message)], result.said


def expect_quiet(configtest, body, **options):
    result = configtest(body, **options)
    assert result.passed, result.said
    assert result.logged == [], result.said
