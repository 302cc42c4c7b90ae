"""Every test gets a directory of its own, starts its own servers and stops
exactly those. A warning, an error or a secret in httpd's log that the test did
not announce fails it, and so does any report of a sanitizer."""

import os
import shutil
import subprocess

import pytest

from lab.again import run_again
from lab.browser import Browser
from lab.cluster import WORLD, Cluster
from lab.gate import Gate
from lab.httpd import Httpd, has_fault_points
from lab.netns import make_bridge
from lab.network import NOBODYS_V4, NOBODYS_V6, V4, V6, own_network
from lab.pebble import Pebble
from lab.process import make_place, wait_until
from lab.sanitizers import reports
from lab.store import Memcached, Redis


ROOT = os.geteuid() == 0

# Where tests run side by side (Makefile.am), and how long they take.
PROCESSES = 4
LONG = ("test_account_kills", "test_accounts", "test_cluster", "test_crashes",
        "test_faults", "test_hot", "test_kill", "test_renewal",
        "test_restarts", "test_status_load", "test_store_",
        "test_two_servers")
QUICK = ("test_configtest",)

# Fixtures that mount a file system, or make a network.
MOUNTS = {"small_disk", "read_only", "fuse_mount", "world"}

# They need a build that was configured with --enable-developer.
collect_ignore = [] if has_fault_points() else ["test_account_kills.py",
                                                "test_hot_kills.py",
                                                "test_kill_verbs.py",
                                                "test_kills.py",
                                                "test_store_full.py"]

# Where all is one user's, nothing is kept from programs.
collect_ignore += [] if ROOT else ["test_hot_secret.py"]


def pytest_report_header():
    return [] if ROOT else ["not run as root: what mounts a file system (a "
                            "full disk) is left out"]


def spread(items):
    """Each of PROCESSES begins with a share of a sixteenth: a long test there
    and quick ones behind it. Then the others, and quick ones at the end."""
    def named(words):
        return [item for item in items
                if item.module.__name__.startswith(words)]
    long, quick = named(LONG), named(QUICK)
    others = [item for item in items if item not in long + quick]
    share = max(len(items) // PROCESSES // 4, 2) - 1
    order = []
    for test in long:
        order += [test, *quick[:share]]
        del quick[:share]
    return order + others + quick


def pytest_collection_modifyitems(config, items):
    left_out = [item for item in items
                if not ROOT and MOUNTS.intersection(item.fixturenames)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = spread([item for item in items if item not in left_out])


def pytest_terminal_summary(terminalreporter):
    """What tests counted, told also where all is well."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for _, words in report.user_properties:
                    terminalreporter.write_line(words)


def pytest_runtest_protocol(item, nextitem):
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid,
                                       location=item.location)
    for report in run_again(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid,
                                        location=item.location)
    return True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, f"report_{call.when}", outcome.get_result())


@pytest.fixture
def place(request):
    """A directory that the server's user can enter; kept after a failure."""
    directory = make_place("acme-edge-")
    yield directory
    call = getattr(request.node, "report_call", None)
    reported = reports(directory)
    if call is not None and call.passed and not reported:
        shutil.rmtree(directory)
    else:
        print(f"what happened is kept in {directory}")
    assert reported == []


@pytest.fixture
def started():
    """What has a stop(), stopped in reverse order."""
    parts = []
    yield parts
    for part in reversed(parts):
        part.stop()


@pytest.fixture
def make_httpd(place, started):
    servers = []

    def make(body, **options):
        directory = place / f"httpd{len(servers)}"
        server = Httpd(directory, body, **options)
        started.append(server)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()
        assert server.unannounced() == []
        assert server.secrets() == []


@pytest.fixture
def make_pebble(place, started):
    def make(http_port, **options):
        pebble = Pebble(place / "pebble", http_port, **options)
        started.append(pebble)
        return pebble
    return make


@pytest.fixture
def make_store(place, started):
    def make(kind, *words):
        store = {"redis": Redis, "memcached": Memcached}[kind](place, *words)
        started.append(store)
        return store
    return make


@pytest.fixture
def network(place):
    """One with addresses of both families; making it takes root."""
    with own_network(place, [f"{V4}/32", f"{V6}/128", f"{NOBODYS_V4}/32",
                             f"{NOBODYS_V6}/128"]):
        yield


@pytest.fixture
def world(place):
    """A network with a bridge; making one takes root."""
    with own_network(place, [], nameserver=WORLD[0]):
        make_bridge(WORLD)
        yield


@pytest.fixture
def make_cluster(world, place, started, make_httpd):
    def make(**options):
        return Cluster(place, started, make_httpd, **options)
    return make


@pytest.fixture
def make_gate(started):
    def make(*targets, **options):
        gate = Gate(*targets, **options)
        started.append(gate)
        return gate
    return make


@pytest.fixture
def browser(place, started):
    one = Browser(place)
    started.append(one)
    return one


@pytest.fixture
def small_disk(place):
    """A file system of 256 kB; mounting one takes root."""
    disk = place / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0755",
                    "tmpfs", disk], check=True)
    yield disk
    wait_until(lambda: subprocess.run(["umount", disk],
                                      check=False).returncode == 0,
               20, "unmounted disk")
