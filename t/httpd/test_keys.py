"""Keys and requests by configuration: kept, given, of several types."""

import stat

import pytest
from cryptography import x509

from lab import client
from lab.command import run
from lab.process import free_port
from lab.requests import make_key, number, write_key, write_pair
from lab.sites import redirect, secure, site

NAME = "one.example.org"
ALIAS = "two.example.org"
BY_HAND = "ACMEReload none\n"


@pytest.fixture
def pebble(make_pebble):
    return make_pebble(free_port(),
                       environment={"PEBBLE_VA_ALWAYS_VALID": "1"})


def deployed(httpd, name=NAME, kind="ecdsa-p256"):
    cert, _ = httpd.live(name, kind)
    return x509.load_pem_x509_certificate(cert.read_bytes())


def first(httpd, name=NAME, kind="ecdsa-p256"):
    """Start, and deploy what is issued."""
    httpd.start()
    httpd.wait_log(f"{name}: certificate issued".replace("+", r"\+"))
    return take_up(httpd, name, kind)


def take_up(httpd, name=NAME, kind="ecdsa-p256"):
    begun = httpd.log().count("the worker has begun")
    httpd.graceful()
    httpd.wait_log("the worker has begun", count=begun + 1)
    return deployed(httpd, name, kind)


def renew(httpd, name=NAME, kind="ecdsa-p256"):
    answer = run(httpd, "sign", name)
    assert answer.status == 0, answer.err
    return take_up(httpd, name, kind)


def is_same_key(*certs):
    return len({number(cert.public_key()) for cert in certs}) == 1


# --- ACMEKeyReuse ------------------------------------------------------------

def kept(httpd, kind="ecdsa-p256", name=NAME):
    return httpd.store / "kept" / name / f"{kind}.csr"


def test_the_same_request_twice(make_httpd, pebble):
    httpd = make_httpd(BY_HAND + "ACMEKeyReuse on\n" + site(NAME, ALIAS),
                       pebble=pebble)
    one = first(httpd)
    request = kept(httpd).read_bytes()
    two = renew(httpd)
    assert one.serial_number != two.serial_number
    assert is_same_key(one, two)
    assert kept(httpd).read_bytes() == request
    assert number(x509.load_pem_x509_csr(request).public_key()) \
        == number(one.public_key())
    assert client.certificate(httpd.https, NAME, pebble.root()) == two


def test_the_kept_key_is_the_workers_and_sealed(make_httpd, pebble):
    httpd = make_httpd(BY_HAND + "ACMEKeyReuse on\n" + site(NAME),
                       pebble=pebble)
    first(httpd)
    place = kept(httpd).parent
    worker = (httpd.store / "accounts").stat().st_uid
    for path, mode in ((place.parent, 0o700), (place, 0o700),
                       (place / "ecdsa-p256.key", 0o600)):
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert path.stat().st_uid == worker
    assert b"PRIVATE" not in (place / "ecdsa-p256.key").read_bytes()


def test_without_reuse_each_has_its_own(make_httpd, pebble):
    httpd = make_httpd(BY_HAND + site(NAME), pebble=pebble)
    one = first(httpd)
    assert not is_same_key(one, renew(httpd))
    assert list((httpd.store / "kept").iterdir()) == []


def test_other_names_and_subject_with_the_same_key(make_httpd, pebble):
    """The request is made again, the key stays."""
    httpd = make_httpd(BY_HAND + "ACMEKeyReuse on\n" + site(NAME),
                       pebble=pebble)
    one = first(httpd)
    httpd.configure(BY_HAND + "ACMEKeyReuse on\n"
                    'ACMESubject "O=Example\\\\, Inc.,C=US"\n'
                    + site(NAME, ALIAS))
    httpd.graceful()
    httpd.wait_log(f"{NAME}: certificate issued", count=2)
    two = take_up(httpd)
    assert is_same_key(one, two)
    assert client.names_of(two) == {NAME, ALIAS}
    request = x509.load_pem_x509_csr(kept(httpd).read_bytes())
    assert request.subject.rfc4514_string() == "C=US,O=Example\\, Inc."
    assert client.names_of(request) == {NAME, ALIAS}


def test_reuse_off_and_on_again(make_httpd, pebble):
    """What was kept is not used meanwhile, and stays."""
    on = BY_HAND + "ACMEKeyReuse on\n" + site(NAME)
    httpd = make_httpd(on, pebble=pebble)
    one = first(httpd)
    httpd.configure(BY_HAND + site(NAME))
    take_up(httpd)
    two = renew(httpd)
    httpd.configure(on)
    take_up(httpd)
    three = renew(httpd)
    assert not is_same_key(one, two)
    assert is_same_key(one, three)


def test_a_damaged_kept_key_is_told_and_made_anew(make_httpd, pebble):
    httpd = make_httpd(BY_HAND + "ACMEKeyReuse on\n" + site(NAME),
                       pebble=pebble)
    one = first(httpd)
    key = kept(httpd).with_suffix(".key")
    key.write_bytes(b"garbage")
    told = rf"AE040: {NAME}: .*{key}.*set aside as .*damaged"
    httpd.announce(told)
    assert run(httpd, "sign", NAME).status == 1
    httpd.wait_log(told, 10)
    assert not is_same_key(one, renew(httpd))
    assert key.with_name(key.name + ".damaged").read_bytes() == b"garbage"


# --- several types -----------------------------------------------------------

TYPES = BY_HAND + "ACMEKeyType ecdsa-p256 rsa-2048\n"
RSA = NAME + "+rsa-2048"


def certificate_for(httpd, ciphers):
    """What a client gets that can take these signatures only."""
    return client.certificate(httpd.https, NAME, ciphers=ciphers)


def kind_for(httpd, ciphers):
    return client.key_kind(certificate_for(httpd, ciphers))


def both_issued(httpd):
    httpd.wait_log(f"{NAME}: certificate issued")
    httpd.wait_log(rf"{NAME}\+rsa-2048: certificate issued")
    take_up(httpd)


def test_each_client_gets_what_it_can_take(make_httpd, pebble):
    httpd = make_httpd(TYPES + site(NAME, ALIAS), pebble=pebble).start()
    both_issued(httpd)
    assert kind_for(httpd, "aECDSA") == "secp256r1"
    assert kind_for(httpd, "aRSA") == "rsa-2048"
    for ciphers in ("aECDSA", "aRSA"):
        assert client.names_of(certificate_for(httpd, ciphers)) \
            == {NAME, ALIAS}
    assert httpd.live(RSA, "rsa-2048")[0].exists()
    assert client.ask_tls(httpd.https, NAME, root=pebble.root()).status == 200


def test_one_that_is_there_is_served_alone(make_httpd, pebble):
    """No fallback beside what is live."""
    httpd = make_httpd(BY_HAND + site(NAME), pebble=pebble)
    first(httpd)
    httpd.configure(TYPES + site(NAME))
    httpd.graceful()
    httpd.wait_log(rf"{NAME}\+rsa-2048: certificate issued")
    assert kind_for(httpd, "aECDSA") == "secp256r1"
    with pytest.raises(OSError):
        kind_for(httpd, "aRSA")
    take_up(httpd)
    assert kind_for(httpd, "aRSA") == "rsa-2048"


def test_a_type_that_is_taken_out(make_httpd, pebble):
    httpd = make_httpd(TYPES + site(NAME), pebble=pebble).start()
    both_issued(httpd)
    httpd.configure(BY_HAND + site(NAME))
    take_up(httpd)
    assert kind_for(httpd, "aECDSA") == "secp256r1"
    with pytest.raises(OSError):
        kind_for(httpd, "aRSA")
    assert httpd.live(RSA, "rsa-2048")[0].exists()


def test_types_with_keys_that_are_kept(make_httpd, pebble):
    httpd = make_httpd(TYPES + "ACMEKeyReuse on\n" + site(NAME),
                       pebble=pebble).start()
    both_issued(httpd)
    before = deployed(httpd), deployed(httpd, RSA, "rsa-2048")
    answer = run(httpd, "sign", NAME)
    assert answer.status == 0, answer.err
    take_up(httpd)
    after = deployed(httpd), deployed(httpd, RSA, "rsa-2048")
    for one, two in zip(before, after):
        assert one.serial_number != two.serial_number
        assert is_same_key(one, two)


def states(httpd, name):
    answer = run(httpd, "--json", "status", name)
    return {one["name"]: one["state"]
            for one in answer.json()["certificates"]}


def lines(answer, status=0):
    assert answer.status == status, answer.err
    return answer.out.splitlines()


def test_the_command_means_all_types_or_one(make_httpd, pebble):
    httpd = make_httpd("ACMEDeploy manual\n" + TYPES + site(NAME, ALIAS),
                       pebble=pebble).start()
    for name in (NAME, RSA):
        httpd.wait_log(f"{name}: certificate issued".replace("+", r"\+"))
    assert states(httpd, ALIAS) == {NAME: "staged", RSA: "staged"}
    assert list(states(httpd, RSA)) == [RSA]
    assert list(states(httpd, ALIAS + "+ECDSA-P256")) == [NAME]
    assert run(httpd, "status", NAME + "+rsa-4096").status == 1
    told = lines(run(httpd, "deploy", NAME))
    assert [line.split(":")[0] for line in told] == [NAME, RSA]
    assert run(httpd, "deploy", NAME, "--json").json() == {
        "done": "\n".join(told)}
    assert [line.split(":")[0] for line in lines(
        run(httpd, "discard", RSA))] == [RSA]
    assert lines(run(httpd, "discard", RSA), 2) == []
    told = lines(run(httpd, "discard", NAME))  # what one of them has
    assert [line.split(":")[0] for line in told] == [NAME]
    assert lines(run(httpd, "discard", NAME), 2) == []
    text = run(httpd, "status", NAME).out
    assert text.count(NAME + "\n") == 1 and text.count(RSA + "\n") == 1


# --- ACMECSR -----------------------------------------------------------------

def given(*names):
    inside = "ACMECSR {root}/www.csr {root}/www.key"
    return BY_HAND + redirect(*names) + secure(*names, inside=inside)


@pytest.mark.parametrize("kind", ["ecdsa-p256", "rsa-2048"])
def test_the_administrators_request(make_httpd, pebble, kind):
    httpd = make_httpd("", pebble=pebble)
    key = write_pair(httpd.directory, ALIAS, NAME, "more.example.org",
                     kind=kind)
    httpd.configure(given(NAME, ALIAS))
    one = first(httpd, kind=kind)
    two = renew(httpd, kind=kind)
    assert one.serial_number != two.serial_number
    for cert in (one, two):
        assert number(cert.public_key()) == number(key)
        assert client.names_of(cert) == {NAME, ALIAS, "more.example.org"}
    assert client.certificate(httpd.https, NAME, pebble.root()) == two


def test_the_worker_has_no_key(make_httpd, pebble):
    httpd = make_httpd("", pebble=pebble)
    write_pair(httpd.directory, NAME)
    httpd.configure(given(NAME))
    httpd.start()
    httpd.wait_log(f"{NAME}: certificate issued")
    staged = httpd.store / "staging" / NAME / "set"
    assert [path.name for path in staged.iterdir()] == ["ecdsa-p256.cert"]
    assert list((httpd.store / "kept").iterdir()) == []
    take_up(httpd)
    key = httpd.live(NAME)[1]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.stat().st_uid == 0


def test_another_request_by_sign(make_httpd, pebble):
    httpd = make_httpd("", pebble=pebble)
    write_pair(httpd.directory, NAME)
    httpd.configure(given(NAME))
    first(httpd)
    key = write_pair(httpd.directory, NAME)
    take_up(httpd)
    assert number(renew(httpd).public_key()) == number(key)


def test_a_section_with_names_of_the_request(make_httpd, pebble):
    """A host may use any name that is asked for."""
    httpd = make_httpd("", pebble=pebble)
    key = write_pair(httpd.directory, NAME, ALIAS)
    httpd.configure(
        f"{BY_HAND}<ACMECertificate {NAME}>\n"
        "ACMECSR {root}/www.csr {root}/www.key\n"
        "</ACMECertificate>\n" + site(NAME) + site(ALIAS))
    assert number(first(httpd).public_key()) == number(key)
    assert client.certificate(httpd.https, ALIAS, pebble.root()) \
        == deployed(httpd)


def test_a_key_that_is_lost_after_the_start(make_httpd, pebble):
    """What is staged waits for it."""
    httpd = make_httpd("", pebble=pebble)
    key = write_pair(httpd.directory, NAME)
    httpd.configure(given(NAME))
    one = first(httpd)
    assert run(httpd, "sign", NAME).status == 0
    path = httpd.directory / "www.key"
    write_key(path, make_key())
    assert httpd.check()[0] != 0
    write_key(path, key)
    assert take_up(httpd).serial_number != one.serial_number


def test_rollback_takes_the_key_from_its_file(make_httpd, pebble):
    httpd = make_httpd("", pebble=pebble)
    write_pair(httpd.directory, NAME)
    httpd.configure(given(NAME))
    one = first(httpd)
    assert renew(httpd).serial_number != one.serial_number
    answer = run(httpd, "rollback", NAME)
    assert answer.status == 0, answer.err
    staged = httpd.store / "staging" / NAME / "set"
    assert [path.name for path in staged.iterdir()] == ["ecdsa-p256.cert"]
    assert take_up(httpd) == one
    write_pair(httpd.directory, NAME)
    take_up(httpd)
    renew(httpd)
    answer = run(httpd, "rollback", NAME)  # of a key that was given before
    assert answer.status == 1
    assert "signed with another one" in answer.err
