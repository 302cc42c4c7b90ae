"""What the house checks share: the tree they look at, and its files."""

import dataclasses
import pathlib
import re

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


@dataclasses.dataclass(frozen=True)
class House:
    """Where the sources are, and the tools that the build chose."""

    top: pathlib.Path
    cc: list
    module: pathlib.Path
    clang_format: str

    def files(self, *patterns):
        """The files that match, relative to the top, in a fixed order."""
        found = {path for pattern in patterns
                 for path in self.top.glob(pattern) if path.is_file()}
        return sorted(path.relative_to(self.top) for path in found)

    def read(self, path):
        return (self.top / path).read_text(encoding="utf-8")

    def read_code(self, path):
        """C without its comments, line numbers kept."""
        return COMMENT.sub(lambda m: "\n" * m[0].count("\n"), self.read(path))

    def sources(self):
        return self.files("mod_acme_edge.c", "src/*/*.c", "src/*/*.h")


def line_of(text, position):
    return text.count("\n", 0, position) + 1
