"""The table of directives and its documentation say the same."""

import pathlib
import re

from tree import line_of

NAME = "directives"

TABLE = pathlib.Path("src/httpd/httpd_directives.h")
DOCUMENT = pathlib.Path("docs/directives.md")

STRING = r'"((?:[^"\\]|\\.)*)"'
ROW = re.compile(rf"\bROW\(\w+, {STRING}, HTTPD_(\w+), \w+, \w+, \w+, "
                 rf"{STRING}, (?:{STRING}|NULL), {STRING}\)")
SECTION = re.compile(rf"\bROW\({STRING}, {STRING}, {STRING}\)")
CONTEXTS = {"S": "server config", "SV": "server config, virtual host",
            "VC": "virtual host, `<ACMECertificate>`",
            "SVC": "server config, virtual host, `<ACMECertificate>`"}

# What stands below a heading, in this order.
ENTRY = re.compile(r"^## (.+)\n\n- Syntax: `([^`]*)`\n- Context: (.*)\n"
                   r"- Default: (`[^`]*`|none)", re.M)
HEADING = re.compile(r"^## `?(<?ACME\w+>?)", re.M)


def table(house):
    """What the documentation has to say, in the order of the table."""
    text = re.sub(r"\s*\\\n\s*", " ", house.read(TABLE))
    text = re.sub(r'"\s+"', "", text)
    rows = [(name, f"{name} {syntax}", CONTEXTS[contexts],
             f"`{fallback}`" if fallback else "none")
            for name, contexts, syntax, fallback, _ in ROW.findall(text)]
    rows += [(f"{name}>", f"{name} {syntax}", CONTEXTS["S"], "none")
             for name, syntax, _ in SECTION.findall(text)]
    return rows


def compare(row, entry, where):
    words = ("heading", "syntax", "context", "default")
    return [f"{where}: {row[0]}: {word} is \"{said}\", but in {TABLE} it is "
            f"\"{meant}\""
            for word, meant, said in zip(words, row, entry) if meant != said]


def check(house):
    rows, text = table(house), house.read(DOCUMENT)
    if not rows:
        return [f"{TABLE}: no rows found"]
    entries = {entry[1].strip("`"): entry for entry in ENTRY.finditer(text)}
    found = [f"{DOCUMENT}:{line_of(text, heading.start())}: {heading[1]} is "
             f"not in {TABLE}"
             for heading in HEADING.finditer(text)
             if heading[1] not in {row[0] for row in rows}]
    for row in rows:
        entry = entries.get(row[0])
        if entry is None:
            found.append(f"{DOCUMENT}: {row[0]} has no heading with syntax, "
                         "context and default")
        else:
            where = f"{DOCUMENT}:{line_of(text, entry.start())}"
            said = (row[0], *entry.groups()[1:])
            found += compare(row, said, where)
    return found


GOOD_TABLE = """ROW(A, "ACMEA", HTTPD_SV, 1, 1, choice, "on|off", "off", \\
        "help, with a comma") ROW("<ACMEB", "name>", "help")
"""
GOOD_DOCUMENT = """## ACMEA

- Syntax: `ACMEA on|off`
- Context: server config, virtual host
- Default: `off`

## `<ACMEB>`

- Syntax: `<ACMEB name>`
- Context: server config
- Default: none
"""


def tree_with(table_text, document):
    return {str(TABLE): table_text, str(DOCUMENT): document}


BAD = [
    (tree_with("", GOOD_DOCUMENT), "no rows found"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.split("## `")[0]),
     "<ACMEB> has no heading"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT + "\n## ACMEC\n"),
     "directives.md:13: ACMEC is not in"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace("A on|off", "A on")),
     "syntax is \"ACMEA on\", but"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace(", virtual host", "")),
     "context is \"server config\", but"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace("`off`", "`on`")),
     "default is \"`on`\", but"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace("`off`", "none")),
     "default is \"none\", but"),
]
