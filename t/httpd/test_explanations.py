"""Each way that a certificate can fail is explained, in the log and by
acme-edge status: the CA's own words, what they mean and what mends it. Most
are provoked for real, side by side in one server; for what Pebble does not
do, a CA that stands before it says what Let's Encrypt says."""

import dataclasses
import json
import re
import subprocess

import pytest

from lab import causes
from lab.command import run
from lab.faulty import Door, Faulty, page, problem
from lab.network import own_network
from lab.sites import secure
from lab.strangers import Stranger, answer, other_protocol, reset

HOST, DROPPED, NOBODYS_V6 = "192.0.2.80", "192.0.2.81", "2001:db8::99"
NOBODYS = "192.0.2.82"
URN = "urn:ietf:params:acme:error:"
TOKEN = r"/\.well-known/acme-challenge/[\w-]+"
EXPLAINED = causes.read()


@dataclasses.dataclass(frozen=True)
class Row:
    """A certificate that fails: how, and what is said of it."""

    cause: str
    kind: str = ""    # of the CA's problem; "": these are our words
    words: str = ""   # a pattern; {name} is the name of the certificate
    word: str = ""    # its host, where the cause has several rows
    address: str = ""
    behave: object = None
    ports: tuple = (80,)
    provider: str = ""
    door: object = None
    helps: str = ""   # in the place of the remedy
    what: str = "The CA could not validate {name}"
    by_person: bool = False
    stranger: bool = False

    @property
    def name(self):
        return f"{self.word or self.cause}.example.org"

    def said(self):
        """The whole line, as a pattern."""
        fill = {"name": re.escape(self.name)}
        meaning, remedy = EXPLAINED[self.cause]
        remedy = self.helps or re.escape(remedy)
        why = self.words.format(**fill)
        if self.kind:
            why = rf"{why} \({URN}{self.kind}\)"
            remedy = f"{re.escape(meaning)} {remedy}"
        when = r"only after somebody acted and `apachectl graceful`" \
            if self.by_person else r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
        return rf"{'AE041' if self.by_person else 'AE040'}: " \
            rf"{self.name}: {self.what.format(**fill)}: {why}; " \
            rf"next attempt {when}; {remedy}$"


def looked(cause, kind, words, **options):
    """Pebble looks, and says what it met in Go's words."""
    return Row(cause, kind, r"{name}: " + words, **options)


def got(words):
    return rf'Get "http://{{name}}:80{TOKEN}": {words}'


def stranger(cause, kind, words, behave, **options):
    return looked(cause, kind, words, behave=behave, stranger=True, **options)


REFUSED = r"dial tcp {}: connect: connection refused"
STATUS = rf"Non-200 status code from HTTP: http://{{name}}:80{TOKEN} returned "

REAL = [
    looked("connection-refused", "connection",
           got(REFUSED.format(re.escape(f"{NOBODYS}:80"))), address=NOBODYS),
    looked("connect-timeout", "connection",
           got(r".*\(Client\.Timeout exceeded while awaiting headers\)"),
           address=DROPPED),
    looked("unreachable", "connection",
           got(r"dial tcp 198\.51\.100\.1:80: connect: network is "
               r"unreachable"), address="198.51.100.1"),
    looked("ipv6", "connection",
           got(REFUSED.format(re.escape(f"[{NOBODYS_V6}]:80"))),
           address=NOBODYS_V6),
    looked("no-address", "connection",
           got(rf'could not resolve URL "http://{{name}}:80{TOKEN}"')),
    stranger("connection-reset", "connection", got(".*reset by peer"), reset),
    stranger("not-http", "connection", got(".*malformed HTTP .*"),
             other_protocol),
    stranger("wrong-answer", "unauthorized",
             r"The key authorization file from the server did not match this "
             r"challenge .*\*{{43}}.* != .*another page.*",
             answer(200, "another page")),
    stranger("answer-403", "unauthorized", STATUS + "403", answer(403)),
    stranger("answer-404", "unauthorized", STATUS + "404", answer(404)),
    stranger("answer-5xx", "unauthorized", STATUS + "503", answer(503)),
    stranger("answer-status", "unauthorized", STATUS + "401", answer(401)),
    stranger("redirect-loop", "connection", "Get .*: stopped after 10 "
             "redirects", answer(302, location="http://{host}/again")),
    stranger("redirect-target", "connection", "Get .*unsupported protocol "
             'scheme "gopher"', answer(302, location="gopher://{host}/")),
    stranger("redirect-host", "connection",
             'Get "http://nobody.example.org/here": '
             + REFUSED.format(re.escape(f"{NOBODYS}:80")),
             answer(302, location="http://nobody.example.org/here")),
    stranger("tls", "connection", 'Get "https://{name}/": http: server gave '
             "HTTP response to HTTPS client",
             answer(302, location="https://{host}/"), ports=(80, 443)),
]


# --- what a CA before Pebble says -------------------------------------------

class Judge(Door):
    """Its authorizations have failed, in these words."""

    def __init__(self, kind, words):
        super().__init__("authorization", None, 1000, 1000)
        self.error = {"type": URN + kind, "detail": words, "status": 400}

    def go_wrong(self, request):
        given = request.ask()
        authorization = json.loads(given.body)
        if "challenges" not in authorization:  # Pebble refused the nonce
            return given
        authorization["status"] = "invalid"
        for challenge in authorization["challenges"]:
            challenge.update(status="invalid", error=self.error)
        given.body = json.dumps(authorization).encode()
        return given


class Refuser(Door):
    """Answers one exchange with this problem."""

    def __init__(self, exchange, kind, words, code=403, headers=(), **more):
        super().__init__(exchange, None, 1000, 1000)
        self.given = problem(code, kind, *headers)
        self.body = {"type": URN + kind, "detail": words, **more}

    def go_wrong(self, request):
        self.given.body = json.dumps(self.body).encode()
        return self.given


class Gateway(Door):
    """Something else answers in the CA's place."""

    def __init__(self, code):
        super().__init__("directory", None, 1000, 1000)
        self.code = code

    def go_wrong(self, request):
        return page(self.code)


def judged(cause, kind, words, **options):
    """As Let's Encrypt words it."""
    words = words.replace("NAME", f"{options.get('word') or cause}"
                                  ".example.org")
    return Row(cause, kind, r"{name}: " + re.escape(words),
               door=lambda: Judge(kind, words), **options)


def refused(cause, kind, words, exchange="newOrder", headers=(),
            what="The CA did not take the order", helps="", **more):
    return Row(cause, kind, re.escape(words), what=what, helps=helps,
               by_person=kind == "userActionRequired" or bool(helps),
               door=lambda: Refuser(exchange, kind, words, headers=headers,
                                    **more))


FETCHING = "192.0.2.7: Fetching http://NAME/x: "
UNPAUSE = "https://ca.example/unpause?jwt=a.b.c"
NEW_ACCOUNT = {"exchange": "newAccount",
               "what": "No account can be opened at the CA"}

SCRIPTED = [
    judged("redirect-port", "connection", "192.0.2.7: Fetching "
           "https://NAME:8443/x: Invalid port in redirect target. Only ports "
           "80 and 443 are supported, not 8443"),
    judged("redirect-host", "unauthorized", "192.0.2.7: Invalid response "
           "from https://www.other.example/x: 404", word="elsewhere"),
    judged("secondary", "connection", "During secondary validation: "
           + FETCHING + "Timeout during connect (likely firewall problem)"),
    judged("ipv6", "unauthorized", "2001:db8::7: Invalid response from "
           "http://NAME/x: 404", word="astray"),
    judged("answer-timeout", "connection", FETCHING + "Timeout after connect "
           "(your server may be slow or overloaded)"),
    judged("connection", "connection", FETCHING + "Error getting validation "
           "data"),
    judged("unauthorized", "unauthorized", "No"),
    judged("name-unknown", "dns", "DNS problem: NXDOMAIN looking up A for "
           "NAME - check that a DNS record exists for this domain"),
    judged("dns-failure", "dns", "DNS problem: SERVFAIL looking up A for "
           "NAME - the domain's nameservers may be malfunctioning"),
    judged("dns-timeout", "dns", "DNS problem: query timed out looking up A "
           "for NAME"),
    judged("dnssec", "dns", "DNS problem: looking up A for NAME: DNSSEC: "
           "Bogus"),
    judged("dns", "dns", "DNS problem: something else"),
    judged("caa-lookup", "dns", "While processing CAA for NAME: DNS problem: "
           "SERVFAIL looking up CAA for example.org - the domain's "
           "nameservers may be malfunctioning"),
    judged("caa", "caa", "While processing CAA for NAME: CAA record for "
           "example.org prevents issuance"),
    refused("rate-limit", "rateLimited", "too many new orders (300) from "
            "this account in the last 3h0m0s"),
    refused("paused", "rateLimited", "Your account is temporarily prevented "
            f"from requesting certificates. Please visit: {UNPAUSE}",
            helps="Mend the cause of the failures, lift the pause at "
            + re.escape(UNPAUSE) + ", then restart httpd gracefully\\."),
    refused("terms-changed", "userActionRequired",
            "Terms of service have changed"),
    refused("user-action", "userActionRequired", "Pay the bill"),
    refused("account-forbidden", "unauthorized", "Not you"),
    refused("name-refused", "rejectedIdentifier", "Not this name"),
    refused("name-kind", "unsupportedIdentifier", "Not such a name"),
    refused("name-malformed", "malformed", "Domain name contains an invalid "
            "character"),
    refused("profile-refused", "invalidProfile", "Which one?"),
    refused("malformed", "malformed", "What?"),
    refused("ca-fault", "serverInternal", "Alas"),
    refused("external-account", "externalAccountRequired", "Who are you?",
            **NEW_ACCOUNT),
    refused("contact-refused", "invalidContact", "Whose is that?",
            **NEW_ACCOUNT),
    refused("contact-kind", "unsupportedContact", "No such letters",
            **NEW_ACCOUNT),
    refused("account-key-refused", "badSignatureAlgorithm", "Not P-256",
            **NEW_ACCOUNT),
]

# What this server meets itself.
DIRECTORY = "The CA's directory cannot be read"
NO_ANSWER = "no usable answer from {}: "


def unanswered(cause, provider, words):
    return Row(cause, words=NO_ANSWER.format(re.escape(provider)) + words,
               provider=provider, what=DIRECTORY)


OWN = [
    unanswered("ca-refused", f"https://{NOBODYS}/dir", ".*"),
    unanswered("ca-timeout", f"https://{DROPPED}/dir",
               r"no answer in time \(.*\)"),
    unanswered("ca-name", "https://ca.example.org/dir", ".*ca.example.org.*"),
    Row("ca-odd", words=r".* answered 200 with text/html instead of "
        "application/json", what=DIRECTORY, door=lambda: Gateway(200)),
    Row("ca-fault", words=r".* answered 502 with text/html instead of a "
        "problem document", what=DIRECTORY, door=lambda: Gateway(502),
        word="gateway"),
]

ROWS = REAL + SCRIPTED + OWN


# --- one server for all -----------------------------------------------------

@pytest.fixture
def network(place):
    addresses = [f"{HOST}/32", f"{NOBODYS}/32", f"{NOBODYS_V6}/128"]
    addresses += [f"192.0.2.{100 + i}/32" for i in range(len(REAL))]
    with own_network(place, addresses):
        # What goes into this cable comes out where nobody takes it.
        for words in ("link add sink type veth peer name hole",
                      "link set hole up", "link set sink arp off up",
                      f"route add {DROPPED}/32 dev sink src {HOST}"):
            subprocess.run(["ip", *words.split()], check=True)
        yield


@pytest.fixture
def pebble(network, make_pebble, started):
    made = make_pebble(80, dns=53)
    for i, row in enumerate(REAL):
        address = f"192.0.2.{100 + i}" if row.stranger else row.address
        lead(made, row.name, address)
        if row.stranger:
            started.append(Stranger(address, row.behave, row.ports))
    made.lead("nobody.example.org", NOBODYS)
    made.records("set-servfail", host="ca.example.org")
    return made


def lead(pebble, name, address):
    if address:
        pebble.lead(name, address)
    else:
        pebble.records("set-servfail", host=name)


def provider_of(row, faulty):
    """In the place of Pebble, where the row wants it."""
    if row.door:
        return faulty.add(row.door()).url, faulty.trust_file
    return row.provider, faulty.trust_file


def site_of(row, faulty):
    provider, trust = provider_of(row, faulty)
    return secure(row.name, inside=f"""
    ACMEProvider {provider}
    ACMETrustFile "{trust}"
""" if provider else "")


@pytest.fixture
def httpd(place, pebble, make_httpd, started):
    """All have failed there."""
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    made = make_httpd(f"Listen {HOST}:80\n" + "".join(
        site_of(row, faulty) for row in ROWS), pebble=pebble)
    made.announce("AE022: ", "AE040: ", "AE041: ")
    made.start()
    made.require(lambda: len(failures(made)) == len(ROWS), 180,
                 "failure of each")
    return made


def failures(httpd):
    """By its name, the line of each certificate that failed."""
    return {match[1]: match[0] for match in
            re.finditer(r"AE04[01]: (\S+): .*", httpd.log())}


def wrong_in_log(row, lines):
    return [] if re.match(row.said(), lines[row.name]) else \
        [f"{row.name}: {lines[row.name]}\n  is not {row.said()}"]


def wrong_in_status(row, told):
    meaning, remedy = EXPLAINED[row.cause]
    wanted = {"cause": row.cause, "causeMeaning": meaning,
              "causeRemedy": remedy}
    found = {key: told[key] for key in wanted}
    return [] if found == wanted else [f"{row.name}: {found}"]


def test_each_is_explained(httpd):
    lines = failures(httpd)
    told = {one["name"]: one for one in
            run(httpd, "status", "--json").json()["certificates"]}
    wrongs = []
    for row in ROWS:
        wrongs += wrong_in_log(row, lines) + wrong_in_status(row,
                                                             told[row.name])
    assert wrongs == [], "\n".join(wrongs)
    # Each log line says what it says in the status too.
    for row in ROWS:
        text = told[row.name]["lastSignText"]
        assert lines[row.name].endswith(text[-60:]), text
    shown = run(httpd, "status", ROWS[0].name).out
    assert re.search(rf"^cause of the failure +{ROWS[0].cause}$", shown,
                     re.M), shown
