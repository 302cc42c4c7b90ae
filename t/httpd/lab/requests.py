"""Keys and certificate signing requests, as an administrator makes them."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


def make_key(kind="ecdsa-p256"):
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))
    curves = {"ecdsa-p256": ec.SECP256R1, "ecdsa-p384": ec.SECP384R1,
              "ecdsa-p521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
    return ec.generate_private_key(curves[kind]())


def key_pem(key):
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def write_key(path, key, mode=0o600):
    path.write_bytes(key_pem(key))
    path.chmod(mode)
    return path


def make_request(key, *names, common=None):
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, common)] \
        if common else []
    builder = x509.CertificateSigningRequestBuilder(
        x509.Name(subject))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(
            [x509.DNSName(name) for name in names]), False)
    return builder.sign(key, hashes.SHA256())


def to_pem(request):
    return request.public_bytes(PEM).decode()


def write_pair(directory, *names, kind="ecdsa-p256"):
    """www.key and www.csr for names; the key."""
    key = make_key(kind)
    write_key(directory / "www.key", key)
    (directory / "www.csr").write_text(to_pem(make_request(key, *names)))
    return key


def number(key):
    """What tells one key from another."""
    if hasattr(key, "public_key"):
        key = key.public_key()
    return key.public_numbers()
