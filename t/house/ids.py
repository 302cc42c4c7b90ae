"""Ids of log lines: each explained, each for one message."""

import pathlib
import re

from tree import line_of

NAME = "ids"

EXPLAINED_IN = pathlib.Path("docs/troubleshooting.md")

ID = re.compile(r"\bAE[0-9]{3}\b")
STRING = r'"(?:[^"\\\n]|\\.)*"'
STRINGS = re.compile(STRING + rf"(?:\s*{STRING})*")


def messages(house):
    """Yield (id, message, where): each string with an id in it, adjacent
    strings joined as the compiler joins them."""
    for path in house.sources():
        code = house.read_code(path)
        for match in STRINGS.finditer(code):
            message = re.sub(r'"\s*"', "", match[0])
            for found in ID.findall(message):
                yield found, message, f"{path}:{line_of(code, match.start())}"


def check(house):
    first, found = {}, []
    for name, message, where in messages(house):
        other, there = first.setdefault(name, (message, where))
        if other != message:
            found.append(f"{where}: {name} is another message at {there}")
    explained = set()
    if (house.top / EXPLAINED_IN).exists():
        explained = set(ID.findall(house.read(EXPLAINED_IN)))
    found += [f"{first[name][1]}: {name} is not explained in {EXPLAINED_IN}"
              for name in sorted(set(first) - explained)]
    found += [f"{EXPLAINED_IN}: {name} is in no message"
              for name in sorted(explained - set(first))]
    return found


BAD = [
    ({"src/base/ae_a.c": 'f("AE001: one" \n " two");\n'},
     "ae_a.c:1: AE001 is not explained"),
    ({"src/base/ae_a.c": '/* "AE001" */\n',
      "docs/troubleshooting.md": "## AE001\n"}, "AE001 is in no message"),
    ({"src/base/ae_a.c": 'f("AE001: one");\n\nf("AE001: two");\n',
      "docs/troubleshooting.md": "## AE001\n"},
     "ae_a.c:3: AE001 is another message at src/base/ae_a.c:1"),
]
