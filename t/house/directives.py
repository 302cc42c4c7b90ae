"""The table of directives, its documentation and its manual page say the
same."""

import pathlib
import re

from tree import line_of

NAME = "directives"

TABLE = pathlib.Path("src/httpd/httpd_directives.h")
DOCUMENT = pathlib.Path("docs/directives.md")
PAGE = pathlib.Path("docs/mod_acme_edge.5")

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

# The same in the manual page.
ITEM = re.compile(r'^\.It Ic "(<?ACME.+)"\n'
                  r"(Context: .+\.\nDefault: .+\.)\n", re.M)


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


def check_page(house, rows):
    items = dict(ITEM.findall(house.read(PAGE)))
    meant = {row[1]: f"Context: {row[2]}.\nDefault: {row[3]}.".replace("`", "")
             for row in rows}
    return [f"{PAGE}: it must have: .It Ic \"{syntax}\", {words!r}"
            for syntax, words in meant.items() if items.get(syntax) != words] \
        + [f"{PAGE}: {syntax} is not in {TABLE}"
           for syntax in items if syntax not in meant]


def check_document(rows, text):
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


def check(house):
    rows, text = table(house), house.read(DOCUMENT)
    if not rows:
        return [f"{TABLE}: no rows found"]
    return check_document(rows, text) + check_page(house, rows)


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


GOOD_PAGE = """.It Ic "ACMEA on|off"
Context: server config, virtual host.
Default: off.
.It Ic "<ACMEB name>"
Context: server config.
Default: none.
"""


def tree_with(table_text, document, page=GOOD_PAGE):
    return {str(TABLE): table_text, str(DOCUMENT): document, str(PAGE): page}


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
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT, GOOD_PAGE.replace("off.", "on.")),
     ".5: it must have: .It Ic \"ACMEA on|off\""),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT, GOOD_PAGE.replace("B n", "B x n")),
     "<ACMEB x name> is not in"),
]
