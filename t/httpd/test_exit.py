"""How a child of httpd ends."""

import os
import pathlib
import subprocess

from lab import sanitizers
from lab.httpd import MODULE
from lab.sites import site

SOURCE = pathlib.Path(__file__).parent / "lab/late_thread.c"

NO_CA = """ACMEProvider https://127.0.0.1:9/directory
ACMEEmail admin@example.org
ACMETermsOfService accepted
"""


def late_thread(place):
    """Has mod_watchdog's thread end while the child takes OpenSSL down."""
    library = place / "late_thread.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o",
                    library, SOURCE, "-ldl"], check=True)
    return ":".join([*sanitizers.libraries(MODULE), str(library)])


def test_the_workers_thread_keeps_nothing_of_openssl(place, make_httpd):
    httpd = make_httpd(NO_CA + site("one.example.org"))
    httpd.announce("AE040: ")
    httpd.start(LD_PRELOAD=late_thread(place))
    for count in (1, 2, 3):
        httpd.wait_log("the worker has begun", count=count)
        httpd.restart()
    httpd.wait_log("resuming normal operations", count=4)
    assert "exit signal" not in httpd.log()
