"""A CA without ACME, as a company has one: a root, an intermediate, and what
they sign, right or wrong."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import (AuthorityInformationAccessOID,
                                   ExtendedKeyUsageOID, NameOID)

# Of the arc for examples.
WEIGHT = x509.ObjectIdentifier("2.999.1")

PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER


def name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def pem(*certs):
    return b"".join(cert.public_bytes(PEM) for cert in certs)


def issuer_at(url):
    """The extension that says where the issuer can be had."""
    return x509.AuthorityInformationAccess([x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS,
        x509.UniformResourceIdentifier(url))])


class Authority:
    """`url` is where the intermediate and the root say that their own issuer
    can be had."""

    def __init__(self, words="company", url=None):
        self.root_key = ec.generate_private_key(ec.SECP256R1())
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._ca(f"{words} root", f"{words} root", self.root_key)
        self.intermediate = self._ca(f"{words} intermediate",
                                     f"{words} root", self.key, url)

    def heavy(self, size):
        """The same intermediate with so many bytes more."""
        return self._ca(*(one.get_attributes_for_oid(
            NameOID.COMMON_NAME)[0].value for one in (
                self.intermediate.subject, self.root.subject)),
            self.key, weight=size)

    def _ca(self, subject, issuer, key, url=None, weight=0):
        builder = self._draft(subject, issuer, key.public_key(), 3650) \
            .add_extension(x509.BasicConstraints(True, None), True)
        if url:
            builder = builder.add_extension(issuer_at(url), False)
        if weight:
            builder = builder.add_extension(
                x509.UnrecognizedExtension(WEIGHT, bytes(weight)), False)
        return builder.sign(self.root_key, hashes.SHA256())

    @staticmethod
    def _draft(subject, issuer, key, days, begun=1):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder()
                .subject_name(name(subject)).issuer_name(name(issuer))
                .public_key(key)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=begun))
                .not_valid_after(now + datetime.timedelta(days=days)))

    def sign(self, csr, names=None, days=90, begun=1, url=None,
             digest=None, by_root=False):
        """The certificate for a request in PEM, with its names unless told
        otherwise; signed by the intermediate."""
        request = x509.load_pem_x509_csr(csr.encode())
        alternative = request.extensions.get_extension_for_class(
            x509.SubjectAlternativeName).value
        if names:
            alternative = x509.SubjectAlternativeName(
                [x509.DNSName(word) for word in names])
        issuer, key = (self.root, self.root_key) if by_root else \
            (self.intermediate, self.key)
        builder = self._draft(
            alternative.get_values_for_type(x509.DNSName)[0],
            issuer.subject.get_attributes_for_oid(
                NameOID.COMMON_NAME)[0].value,
            request.public_key(), days, begun) \
            .add_extension(alternative, False) \
            .add_extension(x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH]), False)
        if url:
            builder = builder.add_extension(issuer_at(url), False)
        return builder.sign(key, digest or hashes.SHA256())

    def chain(self, csr, **options):
        """The same with the intermediate behind it, in PEM."""
        return pem(self.sign(csr, **options), self.intermediate)
