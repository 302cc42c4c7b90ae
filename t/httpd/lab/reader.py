"""Those who read the status in each of its forms all the while that a test
lasts, and hold every answer to what it must be at any moment."""

import collections
import http.client
import json
import re

import html5lib
import jsonschema
from prometheus_client.openmetrics.parser import \
    text_string_to_metric_families as families

from .page import PATH, SCHEMA
from .status import MAIN
from .visitor import Kept, Visitor

# What is followed of a certificate.
Told = collections.namedtuple(
    "Told", "name state serial not_after pending pending_not_after")

KEYS = "name state serial notAfter pendingSerial pendingNotAfter".split()
STATES = {"waiting", "ordering", "staged", "valid"}
HTML_SPAN = 20  # every so many pages are read by a strict parser


class Wrong(ValueError):
    """What an answer must not be."""


def require(truth, what):
    if not truth:
        raise Wrong(what)


class Certificates:
    """What one reader was told of each certificate, one after another."""

    def __init__(self):
        self.last = {}
        self.serials = {}  # by name, each with its not-after, in their order

    def add(self, cert):
        told = Told(*(cert[key] for key in KEYS))
        self._judge_staged(cert)
        require(int(cert["attempts"]) == 0, f"{told}: failed")
        require(told.state in STATES, f"{told.name}: {told.state}")
        require((told.serial is None) == (told.not_after is None),
                f"{told}: half of a certificate")
        require((told.state == "valid") <= (told.serial is not None)
                <= (told.state != "waiting"), f"{told}")
        seen = self.serials.setdefault(told.name, {})
        for serial, not_after in ((told.serial, told.not_after),
                                  (told.pending, told.pending_not_after)):
            if serial is not None:
                require(seen.setdefault(serial, not_after) == not_after,
                        f"{told}: {serial} was valid until {seen[serial]}")
        self._follow(self.last.get(told.name), told)
        self.last[told.name] = told

    @staticmethod
    def _judge_staged(cert):
        is_staged = {cert["state"] == "staged", cert["nextAction"] == "deploy",
                     cert["pendingSerial"] is not None,
                     cert["pendingNotAfter"] is not None}
        require(len(is_staged) == 1, f"half staged: {cert}")

    @staticmethod
    def _follow(before, now):
        """Steps may be passed over between two looks, but none goes back; an
        order only where httpd restarts, and others are taken up first."""
        if before is None:
            return
        require(before.serial is None or now.serial is not None,
                f"{before} became {now}: nothing is live any more")
        if before.serial == now.serial:
            require(before.state != "staged" or now.state == "staged",
                    f"{before} became {now}: what was staged went nowhere")
        else:
            require(before.not_after is None
                    or now.not_after > before.not_after,
                    f"{before} became {now}: an older one")


class Reader(Visitor):
    """Reads `path` on one connection that is kept: what a later answer tells
    is never older. @param names of all certificates"""

    def __init__(self, httpd, names, path, accept="*/*", **options):
        self.port, self.names = httpd.http, sorted(names)
        self.path, self.accept = path, accept
        self.certificates = Certificates()
        self._line = Kept(self._connect)
        super().__init__(**options)

    def _connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, more=""):
        status, body = self._line.ask(
            self.path + more, {"Host": MAIN, "Accept": self.accept})
        self.cut = self._line.cut
        require(status == 200, f"{self.path}: answer {status}")
        return body.decode()

    def _visit(self):
        try:
            self.read()
        except (KeyError, jsonschema.ValidationError,
                html5lib.html5parser.ParseError) as cause:
            raise Wrong(f"{self.path}: {cause!r}") from cause
        self.asked += 1

    def read(self):
        raise NotImplementedError

    def lives(self):
        """How many certificates each name has had live, at least."""
        return min((len(self.certificates.serials.get(name, {}))
                    for name in self.names), default=0)


class JsonReader(Reader):
    """All pages of the list, each against the schema."""

    def __init__(self, httpd, names, **options):
        super().__init__(httpd, names, PATH, "application/json", **options)

    def read(self):
        page, pages, names = 0, 1, []
        while page < pages:
            page += 1
            told = json.loads(self.ask(f"?page={page}"))
            jsonschema.validate(told, SCHEMA)
            pages = told["pages"]
            self.judge(told)
            names += [cert["name"] for cert in told["certificates"]]
        require(sorted(names) == self.names, f"{len(names)} certificates")

    def judge(self, told):
        require(told["total"] == told["matching"] == len(self.names),
                f"{told['matching']} of {told['total']}")
        require(sum(told["counts"].values()) == told["total"],
                f"{told['counts']}")
        for cert in told["certificates"]:
            self.certificates.add(cert)
            moments = [step["at"] for step in cert["steps"]]
            require(moments == sorted(moments), f"{cert['steps']}")


class AutoReader(Reader):
    """The section of server-status for machines."""

    def __init__(self, httpd, names, **options):
        super().__init__(httpd, names, "/server-status?auto", **options)
        self.keys = None

    def read(self):
        found = collections.defaultdict(dict)
        text = self.ask()
        for number, key, value in re.findall(
                r"(?m)^ACMECertificate\[(\d+)\](\w+): (.*)$", text):
            require(key not in found[number], f"{key} twice")
            found[number][key] = value
        require(f"\nACMECertificates: {len(self.names)}\n" in text,
                "no count of certificates")
        require(sorted(cert["Name"] for cert in found.values())
                == self.names, f"{len(found)} certificates")
        for cert in found.values():
            self.keys = self.keys or set(cert)
            require(set(cert) == self.keys, f"{set(cert) ^ self.keys}")
            self.certificates.add({
                key[0].lower() + key[1:]: None if value == "-" else value
                for key, value in cert.items()})


class HtmlReader(Reader):
    """The overview for people."""

    def __init__(self, httpd, names, **options):
        super().__init__(httpd, names, PATH, "text/html", **options)

    def read(self):
        page = self.ask()
        require(page.startswith("<!DOCTYPE html>")
                and page.rstrip().endswith("</html>"), "half of a page")
        if len(self.names) <= 100:
            absent = [name for name in self.names if name not in page]
            require(not absent, f"no {absent}")
        if self.asked % HTML_SPAN == 0:
            html5lib.HTMLParser(strict=True).parse(page)


class MetricsReader(Reader):
    """OpenMetrics. What is counted never becomes less, not by a restart."""

    def __init__(self, httpd, names, **options):
        super().__init__(httpd, names, f"{PATH}?format=metrics", **options)
        self.counted = {}

    def read(self):
        found = {family.name: family for family in families(self.ask())}
        for family in found.values():
            if family.type == "counter":
                self._count(family)
        states = collections.Counter()
        for sample in found["acme_edge_certificate_state"].samples:
            states[sample.labels["name"]] += sample.value
        require(sorted(states) == self.names, f"{len(states)} certificates")
        require(set(states.values()) == {1}, "not one state for each")

    def _count(self, family):
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            require(sample.value >= self.counted.get(key, 0),
                    f"{key}: {self.counted.get(key)} became {sample.value}")
            self.counted[key] = sample.value
