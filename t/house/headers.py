"""Every header compiles alone, and twice."""

import concurrent.futures
import subprocess

NAME = "headers"


def complain(house, path):
    """What the compiler says first of a file with this header alone."""
    line = f'#include "{house.top / path}"\n'
    done = subprocess.run(
        house.cc + ["-Werror", "-fsyntax-only", "-x", "c", "-"],
        input=line * 2, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    errors = [line for line in done.stderr.splitlines() if "error: " in line]
    first = (errors or [done.stderr.strip()])[0]
    return [f"{path}: does not compile alone: {first}"]


def check(house):
    paths = house.files("src/*/*.h", "t/unit/*.h", "t/fuzz/*.h")
    paths = [path for path in paths
             if path.name not in ("suites.h", "targets.h")]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        complaints = pool.map(lambda path: complain(house, path), paths)
        return [line for lines in complaints for line in lines]


BAD = [
    ({"src/base/ae_a.h": "apr_time_t ae_a(void);\n"},
     "src/base/ae_a.h: does not compile alone"),
    ({"src/base/ae_a.h": "struct ae_a_t { int a; };\n"},
     "src/base/ae_a.h: does not compile alone"),
]
