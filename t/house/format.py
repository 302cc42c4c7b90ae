"""Formatting is what .clang-format says. Its versions differ: 14 decides."""

import pathlib
import shutil
import subprocess

NAME = "format"

VERSION = "14"


def missing(house):
    """Why this check cannot be made here, or None."""
    if house.clang_format:
        done = subprocess.run([house.clang_format, "--version"],
                              capture_output=True, text=True, check=False)
        if f"version {VERSION}." in done.stdout:
            return None
    return f"needs the Debian package clang-format-{VERSION}"


def check(house):
    paths = house.files("mod_acme_edge.c", "src/*/*.[ch]", "t/unit/*.[ch]",
                        "t/fuzz/*.[ch]")
    if not paths:
        return []
    done = subprocess.run(
        [house.clang_format, "--dry-run", "-Werror", *map(str, paths)],
        cwd=house.top, capture_output=True, text=True, check=False)
    first = {}
    for line in done.stderr.splitlines():
        if ": error: " in line:
            first.setdefault(line.split(":")[0], line.split(": error: ")[0])
    return [f"{place}: not as .clang-format has it, make format mends it"
            for place in first.values()]


def prepare(house):
    shutil.copy(pathlib.Path(__file__).parents[2] / ".clang-format", house.top)
    return house


BAD = [
    ({"src/base/ae_a.c": "int a(void) {\n  return 1; }\n"}, "ae_a.c:1:"),
    ({"src/base/ae_a.h": "char* a;\n"}, "ae_a.h:1:"),
]
