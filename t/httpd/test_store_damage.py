"""Each file of the store, damaged in each way, all at once in one server: one
certificate for each. What is damaged is told of by an id and its path; what
was live is served; what can be made anew is, with one order."""

import re
import shutil
import ssl

import pytest

from lab import client, pki
from lab.damage import ALL, directory, empty, foreign, garbage, missing
from lab.process import free_port, wait_until
from lab.sites import secure
from lab.status import PLAIN, statuses

TYPE = "ecdsa-p256"
LATER = "ecdsa-p384"  # what is staged while the first type is live
ORDER = "POST /order-plz"
SETTLED = ("valid", "staged", "failing")


class Row:
    """One certificate, and what becomes of one file of it."""

    phase = "live"  # what there is before the damage
    told = None     # the pattern of its log line
    orders = 0      # that follow by themselves
    served = True   # from the start on
    after = "valid"

    def __init__(self, damage):
        self.damage = damage
        self.name = f"{type(self).__name__}-{damage.__name__}.example.org" \
            .lower()

    def file(self, store):
        raise NotImplementedError

    def prepare(self, store):
        """What else is to be different."""

    def spoil(self, store):
        self.prepare(store)
        self.damage(self.file(store))

    def site(self, phase):
        """In the first phase, or in the one before the damage."""
        if self.phase == "order" and phase == "first":
            return ""
        kind = LATER if (self.phase, phase) == ("set", "second") else TYPE
        return secure(self.name, inside=f"ACMEKeyType {kind}")

    def line(self, store):
        return rf"{self.told}: {self.name}: .*{self.file(store)}.*; \w"


class State(Row):
    told = "AE044"

    def file(self, store):
        return store / f"state/{self.name}.json"


class Deployment(Row):
    told = "AE084"

    def file(self, store):
        return store / f"deploy/{self.name}.json"


class LiveCert(Row):
    """Nothing in the archive: a new one is ordered at once."""

    told = "AE077"
    orders = 1
    served = False
    after = "staged"
    ending = "cert"

    def file(self, store):
        return store / f"live/{self.name}/{TYPE}.{self.ending}"


class LiveKey(LiveCert):
    ending = "key"


class ArchivedCert(LiveCert):
    """The newest of the archive that is whole comes back."""

    orders = 0
    served = True
    after = "valid"

    def prepare(self, store):
        archive = store / f"archive/{self.name}"
        for number in ("0001", "0002"):
            shutil.copytree(store / f"live/{self.name}", archive / number)
        self.damage(archive / f"0002/{TYPE}.key")


class ArchivedKey(ArchivedCert):
    ending = "key"


class SetCert(Row):
    """Refused; the live one stays, and no other is ordered today."""

    phase = "set"
    told = "AE071"
    after = "failing"
    ending = "cert"

    def file(self, store):
        return store / f"staging/{self.name}/set/{LATER}.{self.ending}"

    def line(self, store):
        refused = store / f"staging/{self.name}/refused"
        return rf"{self.told}: {self.name}: .*: .*; .*{refused}"


def alone(path):
    """A chain that is cut."""
    end = b"-----END CERTIFICATE-----\n"
    path.write_bytes(path.read_bytes().split(end)[0] + end)


def anothers(path):
    """Of another name and key."""
    other = path.parents[2] / f"{SetKey(empty).name}/set/{path.name}"
    path.write_bytes(other.read_bytes())


def untrusted(path):
    path.write_bytes(pki.self_signed(path.parents[1].name))


class SetKey(SetCert):
    ending = "key"


class OrderRecord(Row):
    phase = "order"
    told = "AE053"
    orders = 1
    served = False
    after = "staged"
    part = "order.json"

    def file(self, store):
        return store / f"staging/{self.name}/order/{self.part}"


class OrderKey(OrderRecord):
    part = f"{TYPE}.key"


ROWS = [kind(damage) for kind, damages in (
    (State, (*ALL, foreign)),
    (Deployment, ALL),
    (LiveCert, (*ALL, missing)),
    (LiveKey, (*ALL, missing)),
    (ArchivedCert, (garbage, missing)),
    (ArchivedKey, (garbage, directory)),
    (SetCert, (*ALL, missing, alone, anothers, untrusted)),
    (SetKey, (*ALL, missing)),
    (OrderRecord, (*ALL, foreign)),
    (OrderKey, (*ALL, foreign)),
) for damage in damages]


def configure(httpd, phase):
    httpd.configure("\n".join(["ACMEReload none", PLAIN,
                               *(row.site(phase) for row in ROWS)]))


def names(*phases):
    return [row.name for row in ROWS if row.phase in phases]


def stand(httpd, wanted, state):
    now = statuses(httpd)
    return all(now.get(name, {}).get("State") == state for name in wanted)


@pytest.fixture
def prepared(make_httpd, make_pebble, make_gate):
    """All have what their phase needs, and httpd has ended: what is live of
    all but the orders, what is staged of the sets, open tokens of the
    orders."""
    http = free_port()
    gate = make_gate(http)
    pebble = make_pebble(gate.port, environment={
        "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "100"})
    httpd = make_httpd("", pebble=pebble, http=http)
    configure(httpd, "first")
    httpd.start()
    first = names("live", "set")
    httpd.require(lambda: stand(httpd, first, "staged"), 90, "certificates")
    httpd.graceful()
    httpd.wait_live(*first)
    gate.close()
    configure(httpd, "second")
    httpd.graceful()
    httpd.require(lambda: stand(httpd, names("set"), "staged"), 90, "sets")
    orders = names("order")
    httpd.require(lambda: len(set(gate.paths)) >= len(first) + len(orders), 90,
                  "open tokens")
    httpd.stop()
    yield httpd, pebble, gate


def served(httpd, name, root):
    """Verified; or the fallback, and None."""
    try:
        client.certificate(httpd.https, name, root)
    except ssl.SSLCertVerificationError:
        return False
    return True


def wrongs(httpd, row, now, log):
    """What is not as it should be, in words."""
    found = []
    if not re.search(row.line(httpd.store), log):
        found.append(f"no line like {row.line(httpd.store)}")
    if now[row.name]["State"] != row.after:
        found.append(f"it is {now[row.name]}")
    return [f"{row.name}: {words}" for words in found]


def settled(now, names):
    return all(now[name]["State"] in SETTLED for name in names)


def renew(httpd):
    """What was refused is ordered again where the configuration changed; all
    that is issued is deployed."""
    httpd.common = httpd.common.replace("admin@", "master@")
    configure(httpd, "second")
    httpd.graceful()
    httpd.require(lambda: stand(httpd, names("set"), "staged"), 60,
                  "sets in the place of those refused")
    httpd.graceful()


def start_damaged(httpd, gate, root):
    """What was live, or can be brought back, is served from the start on."""
    for row in ROWS:
        row.spoil(httpd.store)
    httpd.announce(r"AE\d{3}: \S+\.example\.org: ")
    httpd.start()
    gate.open()
    wait_until(lambda: served(httpd, ROWS[0].name, root), 30, "server")
    for row in ROWS:
        assert served(httpd, row.name, root) == row.served, row.name


def test_each_file_with_each_damage(prepared):
    httpd, pebble, gate = prepared
    root = pebble.root()
    orders = pebble.requests(ORDER)
    start_damaged(httpd, gate, root)
    all_names = [row.name for row in ROWS]
    httpd.require(lambda: settled(statuses(httpd), all_names), 60, "end of all")
    now, log = statuses(httpd), httpd.log()
    wrong = [words for row in ROWS for words in wrongs(httpd, row, now, log)]
    assert not wrong, "\n".join(wrong)
    assert pebble.requests(ORDER) - orders == sum(row.orders for row in ROWS)
    assert pebble.requests("There are now 2 accounts") == 0
    renew(httpd)
    wait_until(lambda: all(served(httpd, name, root) for name in all_names),
               60, "certificates for all")
