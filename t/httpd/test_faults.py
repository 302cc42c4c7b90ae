"""Each exchange with a CA goes wrong in each way, all at once in one server.

The fault lasts for some seconds. An order that can go on in spite of it does;
any other fails with an explanation, waits as long as it must, and ends in a
certificate at the next attempt. Neighbours notice nothing."""

import re
import time

from lab import client
from lab.faulty import BAD_NONCES, EXCHANGES, FAULTS, RETRY_AFTER, Faulty
from lab.process import free_port, wait_until
from lab.sites import secure
from lab.status import PLAIN, moment, statuses

NEIGHBOURS = ("first.example.org", "last.example.org")
# What passes without an attempt that fails. A HEAD has no body to spoil, the
# directory brings no nonce, and a Location matters only where something new
# gets its URL.
HARMLESS = {
    "drip": EXCHANGES,
    "badNonce": [e for e in EXCHANGES if e not in ("directory", "newNonce")],
    "no nonce": [e for e in EXCHANGES if e != "newNonce"],
    "no location": [e for e in EXCHANGES
                    if e not in ("newAccount", "newOrder")],
    "cut": ["newNonce"],
    "huge": ["newNonce"],
    "wrong type": ["newNonce"],
}

# The cause as status and log must tell it; an exchange may need words of its
# own.
CAUSES = {
    "500": r"answered 500 with text/html",
    "503": r"answered 503 with text/html",
    "429": r"the laboratory says rateLimited .*rateLimited\)",
    "reset": r"no usable answer from https://.*(reset|died|SSL_read)",
    "silence": r"no answer in time",
    "cut": r"answered 20\d with JSON that cannot be read",
    "html": r"answered 200 with text/html instead of",
    "huge": r"larger than 1 MB",
    "badNonce": r"the laboratory says badNonce .*badNonce\)",
    "wrong type": r"answered 20\d with text/plain instead of",
    "redirect": r"answered 302, a redirect to ",
    "no nonce": r"without a Replay-Nonce",
    "no location": r"without an https URL in Location",
    ("newNonce", "html"): r"without a Replay-Nonce",
    ("newNonce", "429"): r"answered 429 without an",
    ("newNonce", "badNonce"): r"answered 400 without an",
    ("directory", "redirect"): r"more than 5 redirects",
    ("certificate", "cut"): r"PEM",
}

STEPS = {"order2": "order"}
SHARED = ("directory", "newNonce", "newAccount")
MINUTE = 60
LADDER = MINUTE * 5 / 4  # the first wait at its longest
CURL_TIMEOUT = 60


class Cell:
    """One exchange with one fault, and what became of it."""

    def __init__(self, faulty, exchange, fault):
        self.exchange, self.fault = exchange, fault
        self.label = f"{exchange} x {fault}"
        word = f"{exchange}-{fault}".lower().replace(" ", "-")
        # Two authorizations are on the wire together; badNonce is to meet
        # one exchange five times.
        two = exchange in ("authorization", "challenge") \
            and fault != "badNonce"
        self.names = [f"{word}.example.org"] \
            + [f"more.{word}.example.org"] * two
        # What a session does once for all is met by two certificates.
        self.beside = f"beside.{word}.example.org" \
            if exchange in SHARED else None
        self.door = faulty.door(
            exchange, fault,
            times=BAD_NONCES if fault == "badNonce" else 1000)
        self.trust_file = faulty.trust_file
        self.failure = None  # the status when it was failing first

    @property
    def name(self):
        return self.names[0]

    @property
    def certs(self):
        return [self.name] + [self.beside] * bool(self.beside)

    @property
    def harmless(self):
        return self.exchange in HARMLESS.get(self.fault, ())

    @property
    def retry_after(self):
        return self.fault in ("503", "429")

    @property
    def step(self):
        return STEPS.get(self.exchange, self.exchange)

    @property
    def cause(self):
        return CAUSES.get((self.exchange, self.fault)) or CAUSES[self.fault]

    def site(self):
        inside = site_of(self.door.url, self.trust_file)
        return secure(*self.names, inside=inside) \
            + (secure(self.beside, inside=inside) if self.beside else "")

    def wrongs(self, log):
        """All that is not as it should be, in words."""
        told = alarms(log, self.name)
        beside = alarms(log, self.beside)
        wrongs = self._wrong_requests()
        if self.harmless:
            return wrongs + told + beside
        return wrongs + self._wrong_failure(told) + beside[1:]

    def _wrong_requests(self):
        """No tight loop: what is asked, and how long it is quiet."""
        counts = self.door.counts()
        hits = len(self.door.hits())
        if not 1 <= hits <= self._hits_allowed():
            return [f"it went wrong {hits} times"]
        wrongs = [f"{counts[exchange]} times {exchange}"
                  for exchange, most in self._allowed().items()
                  if counts[exchange] > most]
        if not self.harmless:
            least = RETRY_AFTER if self.retry_after else MINUTE
            quiet = self._quiet()
            if not least - 3 <= quiet <= CURL_TIMEOUT + 2 * MINUTE:
                wrongs.append(f"asked again after {quiet:.1f} s")
        return wrongs

    def _allowed(self):
        """How often each exchange may be asked for: an account and an order
        are made once and taken up again, the others serve two attempts; and
        once more each time that this one goes wrong."""
        certs = 2 if self.beside else 1
        most = dict.fromkeys(EXCHANGES, 2 * len(self.names) + certs)
        most["newAccount"] = 1
        most["newOrder"] = certs
        most["order"] = most["order2"] = 8  # polled
        most[self.exchange] += len(self.door.hits())
        if self.beside:
            most["newNonce"] += 2  # for those that wait side by side
        return most

    def _hits_allowed(self):
        if self.fault == "badNonce" and self.harmless:
            return BAD_NONCES
        if self.label == "directory x redirect":
            return 6  # five are followed
        # curl asks once more where a kept connection was cut.
        return len(self.names) * (2 if self.fault == "reset" else 1) \
            + 8 * self.harmless  # polls

    def _quiet(self):
        """The longest time without a request, once it went wrong. Something
        may have been on the wire still."""
        last = self.door.hits()[-1]
        times = [when for when, _, _ in self.door.seen() if when >= last]
        return max((b - a for a, b in zip(times, times[1:])), default=0)

    def _wrong_failure(self, told):
        """Status and log say step, cause and next attempt."""
        if self.failure is None:
            return ["the status never told of a failure"]
        wrongs = []
        text = self.failure["LastSignText"]
        if not text.startswith(f"{self.step}: ") \
                or not re.search(self.cause, text):
            wrongs.append(f"status says: {text}")
        if self.failure["NextAction"] != "retry" or not self._waits():
            wrongs.append(f"next is: {self.failure['NextAction']} at "
                          f"{self.failure['NextActionAt']}, failed at "
                          f"{self.failure['LastSignAt']}")
        if len(told) != 1 or not re.search(
                rf"AE040: {self.name}: .*{self.cause}.*; next attempt "
                rf"{self.failure['NextActionAt']}; \w", told[0]):
            wrongs += [f"log says: {line}" for line in told] or ["no log"]
        return wrongs

    def _waits(self):
        """The ladder, or the CA's own word where that is later."""
        begun = moment(self.failure["LastSignAt"])
        waits = (moment(self.failure["NextActionAt"]) - begun).total_seconds()
        if self.retry_after:
            return LADDER + 1 < waits <= RETRY_AFTER + 2
        return MINUTE - 1 <= waits <= LADDER + 1


def alarms(log, name):
    return [line for line in log if f" {name}: " in line
            and re.search(r"\[acme_edge:(warn|error)\]", line)]


def site_of(url, trust_file):
    return f"ACMEProvider {url}\n    ACMETrustFile {trust_file}"


def neighbour(name, pebble):
    return secure(name, inside=site_of(pebble.url, pebble.trust_file))


def watch(httpd, cells, seconds):
    """Until all are issued; what failed is noted as it was told. Returns how
    long the neighbours took."""
    begun = time.monotonic()
    took = {}

    def look():
        now = statuses(httpd)
        for cell in cells:
            facts = now[cell.name]
            if facts["LastSign"] == "failed" and cell.failure is None:
                cell.failure = facts
        for name in NEIGHBOURS:
            if now[name]["State"] == "staged":
                took.setdefault(name, time.monotonic() - begun)
        time.sleep(1)
        return all(facts["State"] == "staged" for facts in now.values())

    wait_until(look, seconds, "certificates for all")
    return took


def served(httpd, names, root):
    try:
        return all(client.certificate(httpd.https, name, root)
                   for name in names)
    except OSError:
        return False


def deploy(httpd, pebble, cells):
    """All that was issued is what httpd serves after a restart."""
    httpd.graceful()
    names = [*NEIGHBOURS, *(name for cell in cells for name in cell.certs)]
    httpd.wait_live(*names)
    root = pebble.root()
    httpd.require(lambda: served(httpd, names, root), 30,
                  "verified certificates")


def tell_wrongs(cells, log):
    """Told even where the whole did not come to its end."""
    wrong = {cell.label: cell.wrongs(log) for cell in cells}
    wrong = {label: said for label, said in wrong.items() if said}
    for label, said in wrong.items():
        print(f"{label}: {'; '.join(said)}")
    return wrong


def configuration(pebble, cells):
    first, last = (neighbour(name, pebble) for name in NEIGHBOURS)
    return "\n".join([
        "ACMEReload none", "ACMEEmail admin@example.org",
        "ACMETermsOfService accepted", PLAIN, first,
        *(cell.site() for cell in cells), last])


def test_each_exchange_with_each_fault(make_httpd, make_pebble, place,
                                       started):
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0",
                                            "PEBBLE_AUTHZREUSE": "0"})
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    cells = [Cell(faulty, exchange, fault)
             for fault in FAULTS for exchange in EXCHANGES]
    httpd = make_httpd(configuration(pebble, cells), http=http)
    httpd.announce("AE040: ")
    httpd.start()
    try:
        took = watch(httpd, cells, 300)
    finally:
        wrong = tell_wrongs(cells, httpd.log().splitlines())
    assert not wrong
    assert max(took.values()) < CURL_TIMEOUT
    assert not re.search("exit signal|AH00052", httpd.log())
    deploy(httpd, pebble, cells)
