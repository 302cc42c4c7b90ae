"""Servers that have a certificate for each host from the start, and how the
first host gets a new one."""

import contextlib
import datetime
import shutil

from lab import command, pki
from lab.process import free_port
from lab.sites import secure

from .ca import Ca
from .caller import NAME
from .products import Edge, ModMd, names
from .run import answered, place

ENDING = datetime.timedelta(minutes=15)  # it began an hour ago
SETTLED = 2  # seconds after which nothing more comes of a deployment


def lay(ca, name, directory, cert, key):
    """Copy what make_sites wrote beside the CA."""
    directory.mkdir(mode=0o755, parents=True)
    shutil.copy(ca.directory / f"{name}.pem", directory / cert)
    shutil.copy(ca.directory / f"{name}.key", directory / key)
    (directory / key).chmod(0o600)


class Hot(Edge):
    """The administrator has a certificate signed, and deploys it later."""

    name = "ACMEReload hot"
    reload = "hot"
    more = "ACMERenew manual\nACMEDeploy manual\n"

    @staticmethod
    def lay(httpd, ca, name):
        cert, key = httpd.live(name)
        lay(ca, name, cert.parent, cert.name, key.name)

    @staticmethod
    def stage(httpd):
        httpd.require(httpd.worker, 60, "worker")
        answer = command.run(httpd, "sign", NAME)
        if answer.status != 0:
            raise RuntimeError(answer.err)

    @staticmethod
    def deploy(httpd):
        command.start(httpd, httpd.directory / "deploy.log", "deploy", NAME)


class Graceful(Hot):
    """The same with our own graceful restart."""

    name = "ACMEReload graceful"
    reload = "graceful"


class Foreign(ModMd):
    """It renews at once, and deploys with the administrator's restart."""

    name = "mod_md, graceful restart"
    more = ""

    @staticmethod
    def lay(httpd, ca, name):
        lay(ca, name, httpd.directory / "md/domains" / name,
            "pubcert.secp256r1.pem", "privkey.secp256r1.pem")

    @staticmethod
    def stage(httpd):
        httpd.wait_log("changes will be activated on next")

    @staticmethod
    def deploy(httpd):
        httpd.graceful()


@contextlib.contextmanager
def serving(product, count, more=""):
    """Such a server with so many hosts. Only the first one's certificate ends
    so soon that it is to be renewed."""
    hosts = names(count)
    with place() as directory, contextlib.ExitStack() as parts:
        http = free_port()
        ca = Ca(directory / "ca", http)
        parts.callback(ca.stop)
        ca.directory = ca.pebble.directory
        pki.make_sites(ca.directory, hosts)
        pki.make_sites(ca.directory, [NAME], ENDING)
        httpd = product.httpd(directory / "httpd", [[name] for name in hosts],
                              ca, http, shape=secure,
                              more=product.more + more)
        for name in hosts:
            product.lay(httpd, ca, name)
        parts.callback(httpd.stop)
        httpd.start()
        answered(http, httpd.process.running)
        product.stage(httpd)
        yield httpd


def renew(product, httpd, caller):
    """Deploy, and call until the last that may come of it."""
    caller.call()
    product.deploy(httpd)
    caller.call_until_renewed()
    caller.call_for(SETTLED)
