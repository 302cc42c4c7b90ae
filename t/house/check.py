"""Run the house checks: the rules of this tree that a program can see.

Each check is a module with NAME, check(house) -> findings, and BAD: small
trees, each with a part of the finding that it must lead to. A check that
does not find them fails itself. Two are optional: prepare(house), which makes
a bad tree ready, and missing(house), why the check cannot be made here.
"""

import argparse
import dataclasses
import pathlib
import shlex
import sys
import tempfile

import causes
import directives
import exports
import format as formatting
import headers
import ids
import layers
import limits
import links
import listed
from tree import House

CHECKS = [layers, headers, exports, limits, ids, formatting, listed,
          directives, links, causes]


def lay(top, files):
    for path, text in files.items():
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def try_on_bad_trees(module, house):
    """Say which bad trees the check does not see through."""
    failures = []
    for files, expected in module.BAD:
        with tempfile.TemporaryDirectory() as tmp:
            top = pathlib.Path(tmp)
            lay(top, files)
            bad_house = dataclasses.replace(house, top=top)
            if hasattr(module, "prepare"):
                bad_house = module.prepare(bad_house)
            found = module.check(bad_house)
        if not any(expected in finding for finding in found):
            failures.append(f"does not find \"{expected}\", but {found}")
    return failures


def is_possible(module, house):
    why_not = module.missing(house) if hasattr(module, "missing") else None
    if why_not:
        print(f"house {module.NAME}: not made, {why_not}", flush=True)
    return not why_not


def run(module, house):
    """One check, on bad trees first. Returns whether all is well."""
    blind = try_on_bad_trees(module, house)
    findings = blind or module.check(house)
    print(f"house {module.NAME}:", "FAILED" if findings else "ok", flush=True)
    for finding in findings:
        print(f"  {finding}")
    return not findings


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--top", type=pathlib.Path, required=True)
    parser.add_argument("--module", type=pathlib.Path, required=True)
    parser.add_argument("--cc", type=shlex.split, required=True)
    parser.add_argument("--clang-format", default="")
    parser.add_argument("only", nargs="*", help="names of checks, else all")
    args = parser.parse_args()
    house = House(args.top.resolve(), args.cc, args.module.resolve(),
                  args.clang_format)
    chosen = [c for c in CHECKS if not args.only or c.NAME in args.only]
    results = [run(module, house) for module in chosen
               if is_possible(module, house)]
    passed = sum(results)
    print(f"house: {passed} passed, {len(results) - passed} failed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
