"""acme-edge revoke: whichever way the CA takes, and what comes of it."""

import json
import re
import shutil
import subprocess

import pytest
from cryptography import x509

from lab import client, pki
from lab.command import PROGRAM, run
from lab.damage import fill
from lab.faulty import Door, Faulty, problem
from lab.process import free_port
from lab.sites import site
from lab.status import PLAIN, statuses

NAME = "one.example.org"
ALIAS = "two.example.org"

# httpd restarts for a new one within a twelfth of that.
SHORT = 300

VALID = {"PEBBLE_VA_ALWAYS_VALID": "1"}


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(), lifetime=SHORT, environment=VALID)


@pytest.fixture
def live(make_httpd, pebble):
    """A server with one certificate, deployed, at rest."""
    httpd = make_httpd(PLAIN + site(NAME, ALIAS), pebble=pebble).start()
    wait_rest(httpd)
    return httpd


@pytest.fixture
def pending(make_httpd, pebble):
    """A server whose first certificate waits to be deployed."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME, ALIAS),
                       pebble=pebble).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    return httpd


def wait_rest(httpd):
    httpd.wait_live(NAME)
    httpd.require(lambda: statuses(httpd)[NAME]["State"] == "valid"
                  and httpd.worker(), 30, "worker at rest")


def shown(httpd, place="live"):
    return run(httpd, "show", NAME, "--json").json()[place]["serial"]


def kept(httpd):
    """A copy of what is live, beyond its replacement."""
    copy = httpd.directory / "kept.pem"
    shutil.copy(httpd.live(NAME)[0], copy)
    return copy


def asked(httpd):
    return [path.name for path in (httpd.store / "requests").iterdir()]


def check_done(answer, serial, pebble, reason=None):
    assert (answer.status, answer.err) == (0, "")
    assert re.match(rf"{NAME}: serial {serial} is revoked\b", answer.out)
    standing = pebble.standing(serial)
    assert standing["Status"] == "Revoked"
    assert standing.get("Reason") == reason


# --- the three ways ----------------------------------------------------------

def test_by_the_account_and_replaced(live, pebble):
    serial, copy = shown(live), kept(live)
    assert pebble.standing(serial)["Status"] == "Valid"
    live.announce("AE063: ")
    answer = run(live, "revoke", NAME, "--force", "--reason", "superseded")
    check_done(answer, serial, pebble, 4)
    assert "by the account" in answer.out
    live.wait_log(rf"{NAME}: serial {serial} is revoked \(superseded\)")
    live.wait_log("AE063: .*it was revoked .superseded.")
    # It is found revoked, by whoever asks.
    again = run(live, "revoke", copy, "--force", "--json")
    assert again.status == 0
    assert "it had been before" in again.json()["done"]
    assert asked(live) == []
    live.require(lambda: shown(live) != serial, 90, "another certificate")
    assert pebble.standing(shown(live))["Status"] == "Valid"
    live.require(
        lambda: client.certificate(live.https, NAME).serial_number
        == int(shown(live), 16), 30, "the other certificate, served")


class Forgetful(Door):
    """A CA that does not know an account as the issuer at first."""

    def __init__(self):
        super().__init__("revokeCert", "403", 60, 1)

    def go_wrong(self, request):
        return problem(403, "unauthorized")


def test_with_authorizations(make_httpd, make_pebble, place, started):
    """All but the first refusal is Pebble's own."""
    http = free_port()
    pebble = make_pebble(http, environment={"PEBBLE_WFE_NONCEREJECT": "0"})
    faulty = Faulty(place / "faulty", pebble)
    started.append(faulty)
    door = faulty.add(Forgetful())
    httpd = make_httpd(f"ACMEProvider {door.url}\n"
                       f'ACMETrustFile "{faulty.trust_file}"\n'
                       "ACMETermsOfService accepted\n"
                       "ACMEEmail admin@example.org\nACMEReload none"
                       + PLAIN + site(NAME, ALIAS), http=http).start()
    httpd.wait_log(f"{NAME}: certificate issued")
    before, serial = door.counts(), shown(httpd, "pending")
    answer = run(httpd, "revoke", NAME, "--pending")
    check_done(answer, serial, pebble)
    assert "with authorizations for its names" in answer.out
    httpd.require(lambda: door.counts()["newOrder"] == 3, 30, "new order")
    steps = [step for _, step, _ in door.seen()[sum(before.values()):]]
    first, second = [i for i, step in enumerate(steps)
                     if step == "revokeCert"][:2]
    assert steps[first:second].count("newOrder") == 1
    assert "finalize" not in steps[first:second]


def test_by_its_key_with_another_account(live, pebble):
    """Pebble hears no account but the one that issued it, whatever is
    authorized."""
    live.announce("AE063: ")
    serial = shown(live)
    live.stop()
    shutil.rmtree(live.store / "accounts")
    live.start()
    wait_rest(live)
    answer = run(live, "revoke", NAME, "--force", "--reason",
                 "keyCompromise")
    check_done(answer, serial, pebble, 1)
    assert "by its own key" in answer.out
    assert "is asked for authorizations, to revoke" in live.log()
    assert pebble.requests("POST /revoke-cert") >= 3


def test_by_a_key_that_is_given(live, pebble):
    """Of an account and a store that are gone."""
    serial, copy = shown(live), kept(live)
    key = shutil.copy(live.live(NAME)[1], live.directory / "kept.key")
    live.announce("AE061: ")
    live.stop()
    shutil.rmtree(live.store)
    live.start()
    wait_rest(live)
    assert shown(live) != serial
    answer = run(live, "revoke", copy)
    assert (answer.status, answer.out) == (1, "")
    assert "not associated with account" in answer.err
    assert "--key" in answer.err
    assert pebble.standing(serial)["Status"] == "Valid"
    answer = run(live, "revoke", copy, "--key", key)
    check_done(answer, serial, pebble)
    assert "by its own key" in answer.out
    assert "PRIVATE" not in "".join(
        path.read_text(errors="replace")
        for path in (live.store / "revoked").iterdir())


# --- in use ------------------------------------------------------------------

def test_one_in_use_is_kept(live, pebble):
    serial = shown(live)
    for words in ((NAME,), (ALIAS,), (live.live(NAME)[0],),
                  (NAME, "--reason", "keyCompromise")):
        answer = run(live, "revoke", *words)
        assert (answer.status, answer.out) == (1, "")
        assert re.search(rf"certificate of {NAME} is in use: it is what httpd "
                         rf"serves for {NAME} {ALIAS}; .*--replace.*--force",
                         answer.err)
    assert f"--replace --reason keyCompromise {NAME}" in answer.err
    assert pebble.standing(serial)["Status"] == "Valid"
    assert asked(live) == []


def test_replaced_first(live, pebble):
    serial, (cert, key) = shown(live), live.live(NAME)
    old_key = key.read_bytes()
    answer = run(live, "revoke", NAME, "--replace", "--reason",
                 "keyCompromise")
    assert answer.status == 0, answer.err
    assert f"serial {serial} is revoked (keyCompromise)" in answer.out
    assert pebble.standing(serial)["Status"] == "Revoked"
    assert shown(live) != serial
    assert pebble.standing(shown(live))["Status"] == "Valid"
    assert key.read_bytes() != old_key
    # It was live before the other was revoked.
    archived = next((live.store / "archive" / NAME).glob("*/*.cert"))
    assert x509.load_pem_x509_certificate(
        archived.read_bytes()).serial_number == int(serial, 16)
    assert cert.exists()
    again = run(live, "revoke", archived, "--replace")
    assert again.status == 1
    assert "not in use" in again.err
    back = run(live, "rollback", NAME)
    assert back.status == 1
    assert "it was revoked (keyCompromise)" in back.err


def test_replaced_and_approved(make_httpd, pebble):
    """Where a window or a hand is waited for, this is the hand."""
    httpd = make_httpd("ACMEDeploy manual\nACMERenew manual\n"
                       + PLAIN + site(NAME), pebble=pebble)
    httpd.announce("AE054: ")
    httpd.start()
    httpd.require(httpd.worker, 20, "worker")
    assert run(httpd, "sign", NAME).status == 0
    assert run(httpd, "deploy", NAME).status == 0
    wait_rest(httpd)
    serial = shown(httpd)
    answer = run(httpd, "revoke", NAME, "--replace")
    assert answer.status == 0, answer.err
    assert "the new certificate is approved" in answer.err
    assert pebble.standing(serial)["Reason"] == 4
    assert shown(httpd) != serial


def test_a_kept_key_is_not_used_again(make_httpd, pebble):
    httpd = make_httpd("ACMEKeyReuse on" + PLAIN + site(NAME),
                       pebble=pebble).start()
    wait_rest(httpd)
    serial, (_, key) = shown(httpd), httpd.live(NAME)
    old_key = key.read_bytes()
    answer = run(httpd, "revoke", NAME, "--replace", "--reason",
                 "keyCompromise")
    assert answer.status == 0, answer.err
    assert pebble.standing(serial)["Reason"] == 1
    assert shown(httpd) != serial
    assert key.read_bytes() != old_key


# --- what is staged ----------------------------------------------------------

def test_a_staged_one_never_goes_live(pending, pebble):
    httpd = pending
    serial = shown(httpd, "pending")
    check_done(run(httpd, "revoke", NAME, "--pending"), serial, pebble)
    httpd.wait_log(f"{NAME}: certificate issued", count=2)
    other = shown(httpd, "pending")
    assert other != serial
    httpd.graceful()
    httpd.wait_live(NAME)
    assert shown(httpd) == other


def test_the_parent_refuses_what_came_back(pending):
    """A copy that somebody put into staging again."""
    httpd = pending
    staged = httpd.store / "staging" / NAME / "set"
    copy = httpd.directory / "set"
    shutil.copytree(staged, copy)
    assert run(httpd, "revoke", NAME, "--pending").status == 0
    httpd.wait_log(f"{NAME}: certificate issued", count=2)
    httpd.announce("AE052: ", "AE071: ")
    httpd.stop()
    shutil.rmtree(staged)
    subprocess.run(["cp", "-a", copy, staged], check=True)
    subprocess.run(["chown", "-R", "www-data:", staged], check=True)
    httpd.start()
    httpd.wait_log("AE071: .*it was revoked")
    assert not httpd.live(NAME)[0].exists()
    assert (staged.parent / "refused").exists()


# --- what cannot be done -----------------------------------------------------

def test_httpd_is_stopped(live, pebble):
    serial = shown(live)
    live.stop()
    answer = run(live, "revoke", NAME, "--force")
    assert (answer.status, answer.out) == (1, "")
    assert "httpd does not run" in answer.err
    assert asked(live) == []
    live.start()
    wait_rest(live)
    assert pebble.standing(serial)["Status"] == "Valid"


WORDS = [(NAME, "--reason", "stolen"), (NAME, "--reason", "cACompromise"),
         (NAME, "--reason"), (NAME, "--provider", "nobody"), (NAME, "--pem"),
         (NAME, "--replace", "--force"), (NAME, "--replace", "--pending"),
         (), (NAME, ALIAS)]


def test_words_that_make_no_sense(live):
    live.stop()
    for words in WORDS:
        answer = run(live, "revoke", *words)
        assert (answer.status, answer.out) == (64, ""), words
        assert "usage: acme-edge" in answer.err
    assert asked(live) == []


def test_what_is_no_certificate_here(live, place):
    live.stop()
    (place / "words.pem").write_text("words\n")
    for name, why in (("none.example.org", NAME), ("/nowhere/x.pem", NAME),
                      (place / "words.pem", "holds no certificate"),
                      (place, "")):
        answer = run(live, "revoke", name)
        assert (answer.status, answer.out) == (1, ""), name
        assert why in answer.err
    pending = run(live, "revoke", NAME, "--pending")
    assert pending.status == 1
    assert "no pending certificate" in pending.err
    foreign = run(live, "revoke", NAME, "--force", "--key",
                  place / "pebble" / "server.key")
    assert foreign.status == 1
    assert asked(live) == []


def test_the_answer_of_the_ca_is_shown(live, place):
    """It never issued that one."""
    (place / "strange.pem").write_bytes(
        pki.self_signed("strange.example.org"))
    live.announce("AE061: ")
    answer = run(live, "revoke", place / "strange.pem")
    assert (answer.status, answer.out) == (1, "")
    assert "Unable to find specified certificate" in answer.err
    assert asked(live) == []


def test_an_ordinary_user(live):
    program = shutil.copy(PROGRAM, live.directory / "acme-edge")
    answer = run(live, "revoke", NAME, "--force", program=program,
                 user="www-data")
    assert (answer.status, answer.out) == (1, "")
    assert "belongs to another user" in answer.err


def test_a_full_disk(make_httpd, pebble, small_disk):
    httpd = make_httpd(f"ACMEStore {small_disk}/acme\nACMEReload none\n"
                       + PLAIN + site(NAME), pebble=pebble)
    httpd.store = small_disk / "acme"
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.stop()
    fill(small_disk / "ballast")
    answer = run(httpd, "revoke", NAME, "--pending")
    assert (answer.status, answer.out) == (1, "")
    assert "No space left on device" in answer.err
    assert asked(httpd) == []


# --- the server comes and goes -----------------------------------------------

def test_killed_on_the_way(make_httpd, pebble, place):
    """What was asked is heard by the next worker; unreadable things are told
    of, once."""
    httpd = make_httpd("ACMEReload none" + PLAIN + site(NAME), pebble=pebble)
    httpd.announce("AE061: ", "AE063: ", "AH00098: ")
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    serial = shown(httpd, "pending")
    pem = run(httpd, "show", NAME, "--pending", "--pem").out
    name = next((httpd.store / "accounts").iterdir()).name
    httpd.kill()
    requests = httpd.store / "requests"
    (requests / "errand.0123456789abcdef").write_text(json.dumps({
        "at": int(httpd.config.stat().st_mtime * 1e6), "kind": "revoke",
        "provider": name, "certificate": pem, "reason": "superseded"}))
    (requests / "errand.0123456789abcd00").write_text("{")
    subprocess.run(["chown", "-R", "www-data:", requests], check=True)
    httpd.start()
    httpd.require(lambda: len(list(requests.glob("errand.*.done"))) == 2, 30,
                  "outcomes")
    assert pebble.standing(serial)["Status"] == "Revoked"
    told = {path.name: json.loads(path.read_text())
            for path in requests.glob("errand.*")}
    assert set(told) == {"errand.0123456789abcdef.done",
                         "errand.0123456789abcd00.done"}
    assert serial in told["errand.0123456789abcdef.done"]["answer"]
    assert "damaged" in told["errand.0123456789abcd00.done"]["error"]["what"]
