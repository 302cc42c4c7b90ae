"""Every file is listed in Makefile.am: built, tested, distributed."""

NAME = "listed"

BUILT_NAMES = {"suites.h", "targets.h", "acme_edge.load", "unit-tests",
               "replay"}
BUILT_SUFFIXES = {".o", ".lo", ".la", ".pyc", ".trs", ".log", ".tmp"}


def is_built(path):
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or "__pycache__" in path.parts or \
        path.name in BUILT_NAMES or path.suffix in BUILT_SUFFIXES


def words(house):
    """Of Makefile.am and what it includes, which automake lists itself."""
    found = house.read("Makefile.am").split()
    for word in list(found):
        if word.startswith("$(top_srcdir)/"):
            name = word.removeprefix("$(top_srcdir)/")
            found += [name, *house.read(name).split()]
    return set(found)


def is_listed(path, listed):
    """By itself, or with a directory that it lies in."""
    return any(str(place) in listed for place in [path, *path.parents])


def check(house):
    listed = words(house)
    paths = house.files("src/**/*", "t/**/*", "conf/**/*", "docs/**/*")
    return [f"{path}: not listed in Makefile.am" for path in paths
            if not is_listed(path, listed) and not is_built(path)]


BAD = [
    ({"Makefile.am": "base_sources = src/base/ae_a.c\n",
      "src/base/ae_a.c": "", "t/unit/test_ae_a.c": ""},
     "t/unit/test_ae_a.c: not listed"),
]
