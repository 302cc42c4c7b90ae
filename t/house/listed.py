"""Every file is listed in Makefile.am: built, tested, distributed."""

NAME = "listed"

BUILT_NAMES = {"suites.h", "acme_edge.load", "unit-tests"}
BUILT_SUFFIXES = {".o", ".lo", ".la", ".pyc", ".trs", ".log", ".tmp"}


def is_built(path):
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or "__pycache__" in path.parts or \
        path.name in BUILT_NAMES or path.suffix in BUILT_SUFFIXES


def check(house):
    listed = set(house.read("Makefile.am").split())
    paths = house.files("src/**/*", "t/**/*", "conf/**/*", "docs/**/*")
    return [f"{path}: not listed in Makefile.am" for path in paths
            if str(path) not in listed and not is_built(path)]


BAD = [
    ({"Makefile.am": "base_sources = src/base/ae_a.c\n",
      "src/base/ae_a.c": "", "t/unit/test_ae_a.c": ""},
     "t/unit/test_ae_a.c: not listed"),
]
