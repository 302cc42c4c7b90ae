"""Certificates for servers of the laboratory itself."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


LIFETIME = datetime.timedelta(days=30)


def _sign(subject, issuer, key, issuer_key, extensions, lifetime=LIFETIME):
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder()
               .subject_name(_name(subject)).issuer_name(_name(issuer))
               .public_key(key.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(hours=1))
               .not_valid_after(now + lifetime))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _root():
    """A root's certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    cert = _sign("laboratory root", "laboratory root", key, key,
                 [(x509.BasicConstraints(True, None), True)])
    return cert, key


def _write(directory, stem, cert, key):
    pem = serialization.Encoding.PEM
    (directory / f"{stem}.pem").write_bytes(cert.public_bytes(pem))
    (directory / f"{stem}.key").write_bytes(key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def make_server(directory, host="127.0.0.1"):
    """Write root.pem, server.pem and server.key for the loopback and `host`,
    an address."""
    root, root_key = _root()
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([
        x509.DNSName("localhost"),
        *[x509.IPAddress(address) for address in sorted(
            {ipaddress.ip_address(one)
             for one in ("127.0.0.1", "::1", host.strip("[]"))}, key=str)]])
    server = _sign("laboratory server", "laboratory root", key, root_key,
                   [(names, False)])
    (directory / "root.pem").write_bytes(
        root.public_bytes(serialization.Encoding.PEM))
    _write(directory, "server", server, key)
    return directory / "root.pem"


def make_sites(directory, names, lifetime=LIFETIME):
    """Write <name>.pem and <name>.key for each name."""
    _, root_key = _root()
    for name in names:
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
        _write(directory, name, _sign(name, "laboratory root", key, root_key,
                                      [(alternative, False)], lifetime), key)


def self_signed(name):
    """In PEM; its key is thrown away."""
    key = ec.generate_private_key(ec.SECP256R1())
    alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
    cert = _sign(name, name, key, key, [(alternative, False)])
    return cert.public_bytes(serialization.Encoding.PEM)


def make_client(directory, name):
    """Write clients.pem, the root of one client, and its <name>.pem and .key
    beside it."""
    root, root_key = _root()
    key = ec.generate_private_key(ec.SECP256R1())
    (directory / "clients.pem").write_bytes(
        root.public_bytes(serialization.Encoding.PEM))
    _write(directory, name, _sign(name, "laboratory root", key, root_key, []),
           key)
    return directory / f"{name}.pem", directory / f"{name}.key"
