"""A module built with sanitizers, in an httpd that was built without: their
libraries come first, and each process leaves a file with what they report."""

import functools
import os
import re
import subprocess

REPORT = re.compile(r": runtime error: |[a-z]Sanitizer: ", re.I)
LIBRARY = re.compile(r"lib(?:a|ub)san\.\S+ => (\S+)")

# Pools lose nothing, and what httpd loses at its end is not ours. httpd has
# handlers of its own for what ends it; these tell more. Many processes share
# the memory.
OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1:"
                    "strict_string_checks=1:handle_segv=2:handle_sigbus=2:"
                    "handle_sigfpe=2:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


@functools.cache
def libraries(module):
    if not os.path.isfile(module):
        return []
    done = subprocess.run(["ldd", module], capture_output=True, text=True)
    return LIBRARY.findall(done.stdout)


def environment(module, directory):
    """What a process that loads the module needs beside its own words."""
    if not libraries(module):
        return {}
    place = directory / "reports"
    place.mkdir(exist_ok=True)
    place.chmod(0o777)
    log = f"log_path={place}/report"
    return {"LD_PRELOAD": ":".join(libraries(module)),
            **{name: f"{words}:{log}" for name, words in OPTIONS.items()}}


def reports(directory):
    """UBSan knows no place of its own once httpd has opened its error log."""
    files = [file.read_text(errors="replace")
             for file in sorted(directory.rglob("reports/report*"))]
    lines = [line for file in sorted(directory.rglob("*.log"))
             for line in file.read_text(errors="replace").splitlines()
             if REPORT.search(line)]
    return files + lines
