"""make bench: measure, print a table, judge nothing."""

import argparse
import signal
import subprocess
import sys

from . import answers, flood, hot, memory, requests, speed, start, status
from .run import Options
from .table import print_figure, print_head

PARTS = {"requests": requests, "speed": speed, "start": start,
         "answers": answers, "flood": flood, "status": status,
         "memory": memory, "hot": hot}


def arguments_of(command):
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*", metavar="part",
                        help=f"of: {' '.join(PARTS)}; all unless given")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true",
                        help="measure too what takes many minutes")
    arguments = parser.parse_args(command)
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {' '.join(sorted(unknown))}")
    if arguments.runs < 1:
        parser.error("at least one run")
    return arguments


def measure(parts, options):
    """Print each figure when it is there, since all of them take long; tell
    which parts failed."""
    failed = []
    print_head()
    for name in parts:
        try:
            for figure in PARTS[name].measure(options):
                print_figure(figure)
        except (OSError, RuntimeError, subprocess.SubprocessError) as failure:
            failed.append(f"{name} could not be measured: {failure}")
    return failed


def main():
    arguments = arguments_of(sys.argv[1:])
    # Servers are stopped on the way out, whoever ends this.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        failed = measure(arguments.parts or PARTS,
                         Options(arguments.runs, arguments.slow))
    except KeyboardInterrupt:
        return 1
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
