"""Pebble, the ACME CA for tests, with its DNS server."""

import json
import os
import signal
import ssl
import urllib.error
import urllib.request

from . import again, pki
from .process import Process, answers, free_port


class Pebble:
    """One CA on free ports of `host`, of which its URL is made. Every name
    resolves to 127.0.0.1, or as the DNS server at `resolver` says; http-01 is
    asked at `http_port`. With no `retry_after` it sends no such header. With
    `customers`, HMAC keys by their identifiers, it has accounts for these
    alone."""

    def __init__(self, directory, http_port, lifetime=90 * 86400,
                 environment=None, retry_after=1, customers=None, dns=None,
                 host="127.0.0.1", resolver=None):
        self.directory = directory
        self.host = host
        directory.mkdir(mode=0o755, exist_ok=True)
        self.trust_file = pki.make_server(directory, host)
        self.port = free_port()
        self.management = free_port()
        self.dns = dns or free_port()
        self.dns_management = free_port()
        self._configure(http_port, lifetime, retry_after, customers or {})
        self.dns_process = None if resolver else self._start_dns()
        self._start(environment or {}, resolver or f"127.0.0.1:{self.dns}")

    @property
    def url(self):
        return f"https://{self.host}:{self.port}/dir"

    def _configure(self, http_port, lifetime, retry_after, customers):
        config = {"pebble": {
            "listenAddress": f"{self.host}:{self.port}",
            "managementListenAddress": f"{self.host}:{self.management}",
            "certificate": str(self.directory / "server.pem"),
            "privateKey": str(self.directory / "server.key"),
            "httpPort": http_port,
            "tlsPort": free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": bool(customers),
            "externalAccountMACKeys": customers,
            "domainBlocklist": ["blocked.example"],
            "retryAfter": {"authz": retry_after, "order": retry_after},
            "keyAlgorithm": "ecdsa",
            "profiles": {"default": {"description": "for tests",
                                     "validityPeriod": lifetime}},
        }}
        (self.directory / "pebble.json").write_text(json.dumps(config))

    def _start_dns(self):
        process = Process(
            ["pebble-challtestsrv", "-http01", "", "-https01", "",
             "-tlsalpn01", "", "-doh", "", "-defaultIPv6", "",
             "-dnsserver", f"127.0.0.1:{self.dns}",
             "-management", f"127.0.0.1:{self.dns_management}"],
            self.directory / "dns.log")
        process.require(lambda: answers(self.dns_management), 20,
                        "DNS server of Pebble")
        return process

    def _start(self, environment, resolver):
        self.process = Process(
            ["pebble", "-strict", "-config", self.directory / "pebble.json",
             "-dnsserver", resolver],
            self.directory / "pebble.log",
            env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", **environment})
        self.process.require(
            lambda: answers(self.port, self.host.strip("[]"))
            and answers(self.management, self.host.strip("[]")), 20, "Pebble")

    def root(self):
        """The root that issued certificates lead to, in PEM."""
        return self._managed("roots/0")

    def standing(self, serial):
        """What it says of a certificate it issued: Status, Reason."""
        return json.loads(self._managed(f"cert-status-by-serial/{serial}", 10))

    def _managed(self, path, timeout=None):
        context = ssl.create_default_context(cafile=str(self.trust_file))
        url = f"https://{self.host}:{self.management}/{path}"
        with urllib.request.urlopen(url, context=context,
                                    timeout=timeout) as answer:
            return answer.read().decode()

    def records(self, verb, **words):
        """Tell the DNS server: "add-a", host="a.example", addresses=[...]"""
        words["host"] += "."
        urllib.request.urlopen(
            f"http://127.0.0.1:{self.dns_management}/{verb}",
            json.dumps(words).encode()).close()

    def lead(self, name, *addresses):
        """Have the DNS server tell these of a name, and no others."""
        for kind, mark in ("a", "."), ("aaaa", ":"):
            own = [one for one in addresses if mark in one]
            self.records(f"clear-{kind}", host=name)
            if own:
                self.records(f"add-{kind}", host=name, addresses=own)

    def requests(self, path):
        """How often a path of the API was asked for, by Pebble's log."""
        return self.process.said().count(path)

    def stop(self):
        if self.process.running() and self._stands_still():
            os.kill(self.process.pid, signal.SIGQUIT)
            self.process.popen.wait(20)
            if again.is_deadlock(self.process.said()):
                again.found.append(self.directory)
        self.process.stop()
        if self.dns_process:
            self.dns_process.stop()

    def _stands_still(self):
        """Whether its store gives no answer; "none of that" is one."""
        try:
            self.standing("0")
        except urllib.error.HTTPError:
            pass
        except OSError:
            return True
        return False
