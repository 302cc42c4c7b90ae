"""A real httpd with the module, on free ports, started as a plain process."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

from .clock import Faster
from .process import Process, answers, free_port, wait_until
from .sanitizers import environment as sanitized

BINARY = os.environ.get("ACME_EDGE_HTTPD", "/usr/sbin/apache2")
MODULES = pathlib.Path(os.environ.get("ACME_EDGE_MODULES",
                                      "/usr/lib/apache2/modules"))
MODULE = os.environ.get("ACME_EDGE_MODULE", "")

# What every configuration here loads; those built into httpd are left out.
LOADED = """unixd log_config authz_core authz_host alias dir rewrite proxy
    proxy_http status env headers ssl socache_shmcb socache_redis
    socache_memcache watchdog""".split()

# Announced by all tests: they use high ports, and mod_ssl says what it does
# while a host has no certificate yet. A stop or a restart that is not graceful
# closes all connections at once, and the thread that was about to wait for one
# finds it gone: httpd says so without the module too, wherever it waits. A
# machine may have an older OpenSSL than the one that its mod_ssl was built
# with.
EXPECTED = [r"AE\d{3}: nothing listens on port 80", "AH10085: Init: ",
            "AH01882: Init: this version of mod_ssl was compiled against ",
            r"Bad file descriptor: AH(03092|03093|03465|10503): process_"]

ALARM = re.compile(r"\[[a-z0-9_]+:(warn|error|crit|alert|emerg)\]")
SECRET = re.compile(r"PRIVATE KEY|[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{43}\b")


def has_fault_points():
    """Whether the module is a developer build."""
    path = pathlib.Path(MODULE)
    return path.is_file() and b"ACME_EDGE_FAULT" in path.read_bytes()


class Httpd:
    """One server. `body` is configuration behind the common part; it may use
    {http}, {https} and {root} for ports and directory."""

    def __init__(self, directory, body, mpm="event", user=None, pebble=None,
                 http=None, module=True, store=None):
        self.directory = pathlib.Path(directory)
        self.mpm = mpm
        self.user = user
        self.module = module
        self.http = http or free_port()
        self.https = free_port()
        self.store = store or self.directory / "acme"
        self.error_log = self.directory / "error.log"
        self.config = self.directory / "httpd.conf"
        self.mode = "-DFOREGROUND"
        self.haste = 1
        self.clock = None
        self.process = None
        self.announced = list(EXPECTED)
        self.directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name in ("run", "htdocs"):
            (self.directory / name).mkdir(exist_ok=True)
        (self.directory / "htdocs/index.html").write_text("at home\n")
        self.common = self._common(pebble)
        self.configure(body)
        if user:
            subprocess.run(["chown", "-R", user, self.directory], check=True)

    def _common(self, pebble):
        names = [f"mpm_{self.mpm}", *LOADED]
        lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so"
                 for name in names if (MODULES / f"mod_{name}.so").exists()]
        lines += [
            f'ServerRoot "{self.directory}"',
            f'DefaultRuntimeDir "{self.directory}/run"',
            f'PidFile "{self.directory}/run/httpd.pid"',
            f'ErrorLog "{self.error_log}"',
            "LogLevel info ssl:warn"
            + (" acme_edge:debug" if self.module else ""),
            'LogFormat "%h %p %v \\"%r\\" %>s %b %k" lab',
            f"CustomLog {self.directory}/access.log lab",
            f'DocumentRoot "{self.directory}/htdocs"',
            "ServerName main.example.org",
            f"Listen 127.0.0.1:{self.http}",
            f"Listen 127.0.0.1:{self.https}",
            f'SSLSessionCache "shmcb:{self.directory}/run/ssl(1048576)"',
            "GracefulShutdownTimeout 2",
            "<Location /server-status>", "SetHandler server-status",
            "</Location>",
        ]
        if os.geteuid() == 0 and not self.user:
            lines += ["User www-data", "Group www-data"]
        if self.module:
            lines += [f'LoadModule acme_edge_module "{self._own_module()}"',
                      f'ACMEStore "{self.store}"',
                      # Most names here are in no DNS.
                      "ACMEProbe off"]
        if pebble:
            lines += [f"ACMEProvider {pebble.url}",
                      f'ACMETrustFile "{pebble.trust_file}"',
                      "ACMEEmail admin@example.org",
                      "ACMETermsOfService accepted"]
        return "\n".join(lines)

    def _own_module(self):
        """The built module may lie where an ordinary user cannot read."""
        if not self.user:
            return MODULE
        return shutil.copy(MODULE, self.directory)

    def configure(self, body):
        """Replace what comes behind the common part."""
        for word, value in (("{http}", self.http), ("{https}", self.https),
                            ("{root}", self.directory)):
            body = body.replace(word, str(value))
        self.config.write_text(f"{self.common}\n{body}\n")

    def announce(self, *patterns):
        """Expect warnings or errors in the log."""
        self.announced += patterns

    def start(self, **environment):
        """Start it, with words in its environment beside our own."""
        options = {"env": {**self._hurried(), **environment}}
        if self.user:
            options["user"] = self.user
        self.process = Process(
            [BINARY, "-f", self.config, self.mode],
            self.directory / "stderr.log", cwd=self.directory, **options)
        self.process.require(self._has_begun, 60, "httpd")
        return self

    def _has_begun(self):
        """Its ports answer before it has laid its store; its number is
        written after that."""
        number = self.directory / "run/httpd.pid"
        return (number.exists()
                and number.read_text().strip() == str(self.process.pid)
                and answers(self.http))

    def _hurried(self):
        """With haste, time goes so much faster for it, by what sanitizers do
        not bear."""
        environment = self._environment()
        if self.haste > 1 and not sanitized(MODULE, self.directory):
            self.clock = Faster(self.haste)
            environment.update(self.clock.environment)
        return environment

    def _environment(self):
        return {**os.environ, **sanitized(MODULE, self.directory)}

    def graceful(self):
        """What `apachectl graceful` does."""
        self.process.popen.send_signal(signal.SIGUSR1)

    def restart(self):
        self.process.popen.send_signal(signal.SIGHUP)

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        """All of it at once, as at a power cut."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.popen.wait()

    def worker(self):
        """The child that holds the store's lock; None: none of ours does."""
        lock = self.store / "lock"
        if not lock.exists():
            return None
        inode = lock.stat().st_ino
        for line in pathlib.Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{inode}") \
                    and int(words[4]) in self.children():
                return int(words[4])
        return None

    def children(self):
        done = subprocess.run(["ps", "--ppid", str(self.process.pid),
                               "-o", "pid="], capture_output=True, text=True,
                              check=False)
        return [int(word) for word in done.stdout.split()]

    def check(self):
        """configtest: exit status and what it says."""
        done = subprocess.run([BINARY, "-t", "-f", self.config],
                              env=self._environment(), capture_output=True,
                              text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def log(self):
        if not self.error_log.exists():
            return ""
        return self.error_log.read_text(errors="replace")

    def require(self, condition, seconds, what):
        """Wait for something; what httpd logged last explains a failure."""
        try:
            return self.process.require(condition, seconds, what)
        except TimeoutError as late:
            raise TimeoutError(f"{late}\n{self.log()[-4000:]}") from None

    def wait_log(self, pattern, seconds=60, count=1):
        """Wait until a pattern was logged so many times."""
        return self.require(
            lambda: len(re.findall(pattern, self.log())) >= count, seconds,
            f"line like /{pattern}/ in httpd's log")

    def unannounced(self):
        """Warnings and errors in the log that no test expected."""
        return [line for line in self.log().splitlines()
                if ALARM.search(line)
                and not any(re.search(p, line) for p in self.announced)]

    def secrets(self):
        """Lines of any log that tell a key or a key authorization."""
        logs = [self.log()]
        stderr = self.directory / "stderr.log"
        if stderr.exists():
            logs.append(stderr.read_text(errors="replace"))
        return [line for log in logs for line in log.splitlines()
                if SECRET.search(line)]

    def live(self, name, kind="ecdsa-p256"):
        """Where the files of a certificate are served from."""
        place = self.store / "live" / name
        return place / f"{kind}.cert", place / f"{kind}.key"

    def wait_live(self, *names, seconds=90):
        """Wait until certificates are deployed and httpd serves them."""
        for name in names:
            self.require(self.live(name)[0].exists, seconds,
                         f"live certificate of {name}")
        wait_until(lambda: answers(self.https), 10, "httpd after its restart")
