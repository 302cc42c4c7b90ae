"""The table of causes and its documentation say the same, word by word."""

import pathlib
import re

from tree import line_of

NAME = "causes"

TABLE = "src/edge/edge_cause_*.c"
DOCUMENT = pathlib.Path("docs/troubleshooting.md")

STRING = r'"((?:[^"\\]|\\.)*)"'
ROW = re.compile(rf"\{{EDGE_CAUSE_\w+,\s*{STRING},\s*"
                 rf"\{{\{{{STRING},\s*{STRING}\}}")

# What stands below a heading, in this order.
ENTRY = re.compile(r"^#### (\S+)\n\n- Means: ((?:.+\n)+?)"
                   r"- Remedy: ((?:.+\n)+?)(?=- |\n|\Z)", re.M)
HEADING = re.compile(r"^#### (\S+)$", re.M)


def table(house):
    """What the documentation has to say, by word."""
    text = "\n".join(house.read(path) for path in house.files(TABLE))
    rows = ROW.findall(re.sub(r'"\s*\n\s*"', "", text))
    return {word: (meaning, remedy) for word, meaning, remedy in rows}


def check(house):
    rows, text = table(house), house.read(DOCUMENT)
    if not rows:
        return [f"{TABLE}: no rows found"]
    entries = {entry[1]: entry for entry in ENTRY.finditer(text)}
    found = [f"{DOCUMENT}:{line_of(text, heading.start())}: {heading[1]} is "
             f"not in {TABLE}"
             for heading in HEADING.finditer(text) if heading[1] not in rows]
    for word, meant in rows.items():
        if word not in entries:
            found.append(f"{DOCUMENT}: {word} has no heading with what it "
                         "means and its remedy")
            continue
        said = [" ".join(part.split()) for part in entries[word].groups()[1:]]
        where = f"{DOCUMENT}:{line_of(text, entries[word].start())}"
        found += [f"{where}: {word}: \"{theirs}\", but in {TABLE} it is "
                  f"\"{ours}\""
                  for ours, theirs in zip(meant, said) if ours != theirs]
    return found


GOOD_TABLE = """    {EDGE_CAUSE_A,
     "a-b",
     {{"It means "
       "this.",
       "Do that."},
      {"other", "words"}}},
"""
GOOD_DOCUMENT = """## Causes

#### a-b

- Means: It means
  this.
- Remedy: Do that.
- The CA says: *a*.
"""


def tree_with(table_text, document):
    return {"src/edge/edge_cause_a.c": table_text, str(DOCUMENT): document}


BAD = [
    (tree_with("", GOOD_DOCUMENT), "no rows found"),
    (tree_with(GOOD_TABLE, "## Causes\n"), "a-b has no heading"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT + "\n#### c\n"),
     "troubleshooting.md:10: c is not in"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace("this", "that")),
     "a-b: \"It means that.\", but"),
    (tree_with(GOOD_TABLE, GOOD_DOCUMENT.replace("Do ", "Do not ")),
     "a-b: \"Do not that.\", but"),
]
