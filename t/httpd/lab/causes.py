"""What docs/troubleshooting.md says of each cause: the house holds it to the
table in src/edge/."""

import os
import pathlib
import re

DOCUMENT = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"]) \
    / "docs/troubleshooting.md"
ENTRY = re.compile(r"^#### (\S+)\n\n- Means: ((?:.+\n)+?)"
                   r"- Remedy: ((?:.+\n)+?)(?=- |\n|\Z)", re.M)


def read():
    """By its word: meaning and remedy."""
    return {word: (" ".join(meaning.split()), " ".join(remedy.split()))
            for word, meaning, remedy
            in ENTRY.findall(DOCUMENT.read_text(encoding="utf-8"))}
