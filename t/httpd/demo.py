"""The demonstration: a real CA, a real httpd, and a certificate that comes by
itself. Shows what happens as it happens, then proves it."""

import argparse
import os
import pathlib
import re
import shutil
import signal
import sys
import time

from lab import client
from lab.gate import Gate
from lab.httpd import BINARY, MODULE, MODULES
from lab.pebble import Pebble
from lab.process import Process, answers, free_port, make_place
from lab.sanitizers import environment, reports

NAMES = ("www.example.org", "example.org")
LOADED = """mpm_event unixd log_config authz_core authz_host alias dir
    status ssl socache_shmcb watchdog""".split()


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


class Demonstration:
    """Everything the demonstration starts, and the directory it uses."""

    def __init__(self, source):
        self.root = make_place("acme-edge-demo-")
        self.source = source
        self.http, self.https = free_port(), free_port()
        self.parts = []
        self.shown = 0
        self.explained = False

    def start(self):
        (self.root / "htdocs").mkdir()
        (self.root / "htdocs/index.html").write_text("it works\n")
        self.gate = self._keep(Gate(self.http))
        self.pebble = self._keep(Pebble(self.root / "ca", self.gate.port))
        say(f"the CA (Pebble) listens at {self.pebble.url}")
        self.httpd = self._keep(Process(
            [BINARY, "-DFOREGROUND", "-f", self._configuration()],
            self.root / "stderr.log", env={**os.environ, **self._words()}))
        self.httpd.require(lambda: answers(self.http), 60, "httpd")
        say(f"httpd listens at http://127.0.0.1:{self.http} and "
            f"https://127.0.0.1:{self.https}")

    def _keep(self, part):
        self.parts.append(part)
        return part

    def _words(self):
        return {**environment(MODULE, self.root),
                "DEMO_ROOT": str(self.root), "DEMO_HTTP": str(self.http),
                "DEMO_HTTPS": str(self.https), "DEMO_CA": self.pebble.url,
                "DEMO_CA_ROOT": str(self.pebble.trust_file)}

    def _configuration(self):
        """demo.conf behind the LoadModule lines of this installation."""
        lines = [f'LoadModule {name}_module "{MODULES}/mod_{name}.so"'
                 for name in LOADED if (MODULES / f"mod_{name}.so").exists()]
        lines.append(f'LoadModule acme_edge_module "{MODULE}"')
        if os.geteuid() == 0:
            lines += ["User www-data", "Group www-data"]
        lines.append(f'Include "{self.source}/conf/demo.conf"')
        path = self.root / "httpd.conf"
        path.write_text("\n".join(lines) + "\n")
        return path

    def show_log(self):
        """What the module logged since the last call, in its own words."""
        path = self.root / "error.log"
        lines = path.read_text().splitlines() if path.exists() else []
        for line in lines[self.shown:]:
            found = re.search(r"\[acme_edge:\w+\] (?:\[[^]]*\] )*(.*)", line)
            if found:
                say(found.group(1))
                self._explain(found.group(1))
        self.shown = len(lines)

    def _explain(self, line):
        """A warning that is none here looks like one in the log."""
        if line.startswith("AE018") and not self.explained:
            self.explained = True
            say(f"(that is as it should be: this CA asks at port "
                f"{self.gate.port}, which leads to httpd)")

    def follow(self):
        """Show the log until the certificate is served."""
        live = self.root / "acme/live" / NAMES[0] / "ecdsa-p256.cert"
        root = self.pebble.root()

        def deployed():
            self.show_log()
            if not live.exists():
                return False
            try:
                self.cert = client.certificate(self.https, NAMES[0], root)
                return True
            except OSError:
                return False

        self.httpd.require(deployed, 120, "deployed certificate")
        self.show_log()

    def prove(self):
        """Show by requests that all is as it was promised."""
        root = self.pebble.root()
        token = self.gate.paths[-1]
        for name in NAMES:
            answer = client.ask_tls(self.https, name, root=root)
            require(answer.status == 200, f"https://{name}/",
                    f"200, certificate verified against the CA's root, serial "
                    f"{self.cert.serial_number:x}")
        answer = client.ask(self.http, "/page", host=NAMES[0])
        require(answer.status == 301
                and answer.headers["Location"] == f"https://{NAMES[0]}/page",
                f"http://{NAMES[0]}/page", "301 to https, as before")
        answer = client.ask(self.http, token, host=NAMES[0])
        require(answer.status == 301, "the challenge path",
                "quiet again: 301 like any other")
        answer = client.ask(self.http, "/acme-status", host="127.0.0.1")
        require(answer.status == 200 and NAMES[0].encode() in answer.body,
                "the status page", f"200, it tells of {NAMES[0]}")

    def stop(self):
        for part in reversed(self.parts):
            part.stop()
        reported = reports(self.root)
        shutil.rmtree(self.root)
        if reported:
            raise RuntimeError("\n".join(reported))


def require(held, what, how):
    if not held:
        raise RuntimeError(f"{what}: expected {how}")
    say(f"proved: {what}: {how}")


def main():
    parser = argparse.ArgumentParser(prog="./bootstrap demo",
                                     description=__doc__)
    parser.add_argument("--once", action="store_true",
                        help="end after the proof instead of at Ctrl-C")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    source = os.environ.get("ACME_EDGE_SRCDIR",
                            pathlib.Path(__file__).parents[2])
    demo = Demonstration(source)
    try:
        demo.start()
        demo.follow()
        demo.prove()
        say(f"status page: http://127.0.0.1:{demo.http}/acme-status")
        if not arguments.once:
            say("Ctrl-C ends it all")
            while demo.httpd.running():
                demo.show_log()
                time.sleep(1)
        return 0
    except KeyboardInterrupt:
        return 0
    except (RuntimeError, TimeoutError, OSError) as failure:
        demo.show_log()
        print(f"the demonstration failed: {failure}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        demo.stop()
        say("everything is stopped again")


if __name__ == "__main__":
    sys.exit(main())
