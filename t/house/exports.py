"""The module exports its module record and nothing else."""

import dataclasses
import subprocess

NAME = "exports"

EXPECTED = {"acme_edge_module"}


def check(house):
    done = subprocess.run(["nm", "-D", "--defined-only", house.module],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return [done.stderr.strip()]
    names = {line.split()[-1] for line in done.stdout.splitlines()}
    return [f"{name}: exported by {house.module.name}"
            for name in sorted(names - EXPECTED)] + \
           [f"{name}: not exported by {house.module.name}"
            for name in sorted(EXPECTED - names)]


def prepare(house):
    """Build the module of a bad tree."""
    module = house.top / "bad.so"
    subprocess.run(house.cc + ["-shared", "-fPIC", "-o", module,
                               house.top / "module.c"], check=True)
    return dataclasses.replace(house, module=module)


BAD = [
    ({"module.c": "int acme_edge_module; int ae_leak;\n"},
     "ae_leak: exported by bad.so"),
    ({"module.c": "int acme_module;\n"},
     "acme_edge_module: not exported by bad.so"),
]
