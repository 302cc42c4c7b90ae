"""A client of httpd: plain and TLS requests, byte for byte."""

import contextlib
import http.client
import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CHALLENGE = "/.well-known/acme-challenge/"


class Answer:
    """What came back for one request."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def unlike(self, other):
        """What differs from another answer, but for the date."""
        def parts(answer):
            headers = {k.lower(): v for k, v in answer.headers.items()
                       if k.lower() != "date"}
            return answer.status, headers, answer.body
        return [pair for pair in zip(parts(self), parts(other))
                if pair[0] != pair[1]]


def ask(port, path, host="www.example.org", method="GET", at="127.0.0.1"):
    """One request as written: http.client would quote nothing of it either,
    but refuse some; so the line goes out by hand."""
    with contextlib.closing(
            socket.create_connection((at, port), 60)) as wire:
        wire.sendall(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
                     "Content-Length: 0\r\nConnection: close\r\n\r\n"
                     .encode())
        response = http.client.HTTPResponse(wire, method=method)
        response.begin()
        return Answer(response)


def context_for(root=None, ciphers=None, alpn=None, version=None):
    """Of a client that verifies by `root` (PEM), or takes any certificate; with
    ciphers, one of TLS 1.2; with the protocols to agree on; of one version."""
    if root is None:  # the system's CAs, all of them, are read for nothing
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context = ssl.create_default_context(cadata=root)
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    if alpn:
        context.set_alpn_protocols(alpn)
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def tls(port, name, root=None, ciphers=None, at="127.0.0.1", alpn=None):
    """A TLS connection of such a client. The caller closes it. A name that is
    an address is verified, and not sent (RFC 6066 section 3)."""
    return shake(context_for(root, ciphers, alpn), port, name, at)


def shake(context, port, name, at="127.0.0.1", session=None):
    """The same with a context that is there, and a session to go on with."""
    wire = socket.create_connection((at, port), 60)
    try:
        return context.wrap_socket(wire, server_hostname=name,
                                   session=session)
    except BaseException:
        wire.close()
        raise


def peer(wire):
    return x509.load_der_x509_certificate(wire.getpeercert(True))


def certificate(port, name, root=None, ciphers=None, at="127.0.0.1"):
    """The certificate served for a name."""
    with tls(port, name, root, ciphers, at) as wire:
        return peer(wire)


def names_of(cert):
    extension = cert.extensions.get_extension_for_class(
        x509.SubjectAlternativeName)
    return set(extension.value.get_values_for_type(x509.DNSName))


def addresses_of(cert):
    extension = cert.extensions.get_extension_for_class(
        x509.SubjectAlternativeName)
    return {str(address) for address in
            extension.value.get_values_for_type(x509.IPAddress)}


def key_kind(cert):
    key = cert.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name
    assert isinstance(key, rsa.RSAPublicKey)
    return f"rsa-{key.key_size}"


def ask_on(wire, name, path="/", connection="close"):
    """One request on a connection that is there."""
    wire.sendall(f"GET {path} HTTP/1.1\r\nHost: {name}\r\n"
                 f"Connection: {connection}\r\n\r\n".encode())
    response = http.client.HTTPResponse(wire)
    response.begin()
    return Answer(response)


def ask_tls(port, name, path="/", root=None):
    with tls(port, name, root) as wire:
        return ask_on(wire, name, path)
