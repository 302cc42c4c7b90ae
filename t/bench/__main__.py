"""make bench: measure, print a table, judge nothing."""

import argparse
import sys

from . import answers, memory, requests, speed, start
from .run import Options
from .table import print_table

PARTS = {"requests": requests, "speed": speed, "start": start,
         "answers": answers, "memory": memory}


def main():
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*", metavar="part",
                        help=f"of: {' '.join(PARTS)}; all unless given")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true",
                        help="measure too what takes many minutes")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {' '.join(sorted(unknown))}")
    options = Options(arguments.runs, arguments.slow)
    figures, failed = [], []
    for name in arguments.parts or PARTS:
        try:
            figures += PARTS[name].measure(options)
        except (OSError, RuntimeError) as failure:
            failed.append(f"{name} could not be measured: {failure}")
    print_table(figures)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
