"""What the documents name is there: files, headings, verbs, directives, keys
of server-status, alerts."""

import pathlib
import posixpath
import re

import directives
from tree import line_of

NAME = "links"

DOOR = pathlib.Path("README.md")
EXPLAINED_IN = pathlib.Path("docs/troubleshooting.md")
VERBS = pathlib.Path("src/cli/cli_verbs.c")

STRINGS = r'((?:"[^"]*"\s*)+)'
VERB = re.compile(rf'\{{"([a-z ]+)",\s*{STRINGS},\s*[0-9]')
OPTION = re.compile(r"--[a-z]+")
ANYWHERE = {"--store", "--json", "--help"}

# A key of server-status, or how some of them begin.
KEY = re.compile(r'"(ACME[A-Z][A-Za-z]*)(%)?')
ALERT = re.compile(r"\balert: (ACME\w+)")

FENCE = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.M)
MARKED = re.compile(r"\[([^]]*)\]\([^)]*\)")

# A call stands between backticks, or has a line of its own.
CALL = re.compile(r"`acme-edge\s([^`]+)`|"
                  r"^(?:\.Dl )? *(?:[#$] |sudo )?acme-edge ([^\n|]+)", re.M)
WORD = re.compile(r"\bACME[A-Z][A-Za-z]*\b")
ID = re.compile(r"\bAE[0-9]{3}\b")


def slug(heading):
    """The anchor that a heading gets where Markdown is shown."""
    text = MARKED.sub(r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(text):
    found = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        name, number = slug(heading), 0
        while name + (f"-{number}" if number else "") in found:
            number += 1
        found.add(name + (f"-{number}" if number else ""))
    return found


def blank(match):
    return "\n" * match[0].count("\n")


def links(house, path):
    """Yield (target, anchor, where) of each link that stays in this tree."""
    text = FENCE.sub(blank, house.read(path))
    for link in LINK.finditer(text):
        if "://" in link[1] or link[1].startswith("mailto:"):
            continue
        name, _, anchor = link[1].partition("#")
        there = posixpath.normpath(posixpath.join(path.parent, name))
        target = pathlib.Path(there) if name else path
        yield target, anchor, f"{path}:{line_of(text, link.start())}"


def check_links(house, pages):
    found, reached = [], set()
    for path in pages:
        for target, anchor, where in links(house, path):
            if not (house.top / target).exists():
                found.append(f"{where}: there is no {target}")
            elif anchor and anchor not in anchors(house.read(target)):
                found.append(f"{where}: {target} has no heading #{anchor}")
            if path == DOOR:
                reached.add(target)
    return found + [f"{path}: {DOOR} does not lead there" for path in pages
                    if path != DOOR and path not in reached]


def verbs(house):
    """The options of each verb of the command."""
    return {name: set(OPTION.findall(operands)) | ANYWHERE
            for name, operands in VERB.findall(house.read(VERBS))}


def check_call(call, known):
    """What is wrong with the words behind "acme-edge", or None."""
    words = re.sub(r"^(?:--store \S+ |--json )*", "", call).split()
    if not words or words[0].startswith("-"):
        words.insert(0, "help")
    names = [" ".join(words[:2]), words[0]]
    verb = next((name for name in names if name in known), None)
    if verb is None:
        whole = any(name.startswith(call.strip() + " ") for name in known)
        return None if whole else f"there is no verb \"{words[0]}\""
    for option in OPTION.findall(call):
        if option not in known[verb]:
            return f"{verb} has no option {option}"
    return None


def words(house):
    """A pattern of all words that begin with ACME and mean something."""
    known = [row[0].strip("<>") for row in directives.table(house)]
    for path in house.files("src/httpd/*.c"):
        known += [key + ("[A-Z][A-Za-z]*" if begins else "")
                  for key, begins in KEY.findall(house.read(path))]
    for path in house.files("conf/*.yml"):
        known += ALERT.findall(house.read(path))
    return re.compile("|".join(known))


def check_words(path, text, known, named, ids):
    def finding(match, words):
        return f"{path}:{line_of(text, match.start())}: {words}"

    found = []
    for call in CALL.finditer(text):
        wrong = check_call(call[1] or call[2], known)
        found += [finding(call, wrong)] if wrong else []
    found += [finding(word, f"there is no {word[0]}")
              for word in WORD.finditer(text) if not named.fullmatch(word[0])]
    return found + [finding(word, f"{word[0]} is not explained in "
                                  f"{EXPLAINED_IN}")
                    for word in ID.finditer(text) if word[0] not in ids]


def check(house):
    pages = house.files("*.md", "docs/**/*.md")
    found = check_links(house, pages)
    known = verbs(house)
    named = words(house)
    ids = set(ID.findall(house.read(EXPLAINED_IN)))
    for path in pages + house.files("docs/*.[1-9]", "conf/*"):
        found += check_words(path, house.read(path), known, named, ids)
    return found


GOOD = {
    "README.md": "[a](docs/a.md) [t](docs/troubleshooting.md#ae001)\n",
    "docs/a.md": "# A `b`: c\n\n[x](#a-b-c) `acme-edge see NAME --json`\n",
    "docs/troubleshooting.md": "### AE001\nACMEA, `acme-edge go`\n",
    str(VERBS): '{"see", "NAME [--all]", 0}, {"go on", "", 0},\n',
    str(directives.TABLE): directives.GOOD_TABLE,
    "src/httpd/httpd_a.c": 'f("ACMEKeys: %u"); f("ACMEKey%s: %s");\n',
    "conf/a.yml": "  - alert: ACMELoud\n",
}


def tree_with(path, text):
    return {**GOOD, path: text}


BAD = [
    (tree_with("docs/a.md", "```\n[x](no)\n```\n[x](b.md)\n"),
     "docs/a.md:4: there is no docs/b.md"),
    (tree_with("docs/a.md", "# B\n[x](#a)"), "a.md has no heading #a"),
    (tree_with("docs/b.md", ""), "docs/b.md: README.md does not lead"),
    (tree_with("docs/a.md", "`acme-edge\nlook`"), "no verb \"look\""),
    (tree_with("docs/a.md", "`acme-edge go off`"), "no verb \"go\""),
    (tree_with("docs/a.8", "acme-edge --json see --no a\n"),
     "docs/a.8:1: see has no option --no"),
    (tree_with("conf/a", "\nACMEC on\n"),
     "conf/a:2: there is no ACMEC"),
    (tree_with("docs/a.md", "ACMEKeys ACMEKeyOne ACMELoud ACMEKey"),
     "docs/a.md:1: there is no ACMEKey"),
    (tree_with("docs/a.md", "AE002"), "AE002 is not explained"),
]
