"""The two products, each configured for the same virtual hosts."""

from lab.httpd import MODULES, Httpd
from lab.sites import site

# Both log the same, both make P-256 keys, neither restarts by itself unless
# that is what is measured.
OURS = """
LogLevel acme_edge:info
"""
THEIRS = """
LoadModule md_module {modules}/mod_md.so
LogLevel md:info
MDStoreDir {root}/md
MDCertificateAuthority {url}
MDCACertificateFile {trust}
MDCertificateAgreement accepted
MDContactEmail admin@example.org
MDCAChallenges http-01
MDPortMap http:{http} https:{https}
"""
STATIC = """
    SSLCertificateFile {directory}/{name}.pem
    SSLCertificateKeyFile {directory}/{name}.key
"""


def names(count, first=0):
    """So many host names."""
    return [f"host{number}.example.org"
            for number in range(first, first + count)]


class Edge:
    """This product."""

    name = "mod_acme_edge"
    reload = "none"

    @classmethod
    def httpd(cls, place, hosts, ca, http, shape=site, more=""):
        body = f"{OURS}ACMEReload {cls.reload}\n" \
            + "".join(shape(*host) for host in hosts) + more
        return Httpd(place, body, pebble=ca, http=http)


class ModMd:
    """Debian's mod_md."""

    name = "mod_md"
    keys = "MDPrivateKeys secp256r1\n"

    @classmethod
    def httpd(cls, place, hosts, ca, http, shape=site, more=""):
        words = THEIRS.replace("{modules}", str(MODULES)) \
            .replace("{url}", ca.url).replace("{trust}", str(ca.trust_file))
        body = words + cls.keys + "".join(f"MDomain {' '.join(host)}\n"
                               for host in hosts) \
            + "".join(shape(*host, engine="") for host in hosts) + more
        return Httpd(place, body, module=False, http=http)


PAIR = (Edge, ModMd)


class ModMdRsa(ModMd):
    """The same with the keys that it makes unless told otherwise."""

    name = "mod_md, its default keys"
    keys = ""


class Static:
    """httpd alone, with files for each host that lie beside the CA."""

    name = "static files"

    @staticmethod
    def httpd(place, hosts, ca, http, shape=site, more=""):
        body = "".join(shape(*host, engine=STATIC.format(
            directory=ca.directory, name=host[0])) for host in hosts)
        return Httpd(place, body + more, module=False, http=http)
