"""Files and functions one can overlook, nothing left for later, no path of
somebody's home."""

import ast
import re

NAME = "limits"

FILE_LINES = 500
FUNCTION_LINES = 60
COLUMNS = 80

# Put together here, so that this file passes itself.
LATER = re.compile(r"\b(" + "|".join(["TO" "DO", "FIX" "ME", "X" "XX",
                                      "HA" "CK"]) + r")\b")
SKIPPED = re.compile("|".join([r"pytest\.(mark\.)?" "(skip|xfail)",
                               "importor" "skip", "unittest\\." "skip"]))

# Of somebody's machine, which no reader has.
HOME = re.compile(r"(?<![\w.])/(" "ro" "ot|ho" r"me)/")

CODE = ("mod_acme_edge.c", "src/*/*.[ch]", "t/**/*.[ch]", "t/**/*.py",
        "Makefile.am", "t/*/*.am", "configure.ac", "bootstrap", ".ci/run")
TEXT = CODE + ("*.md", "docs/**/*.md", "conf/*", "t/**/*.conf")


def c_functions(text):
    """Yield (line, length), told by the braces in the first column."""
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start + 1
            start = None


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


FUNCTIONS = {".c": c_functions, ".h": c_functions, ".py": python_functions}


def check_code(path, text):
    lines = text.splitlines()
    found = []
    if len(lines) > FILE_LINES:
        found.append(f"{path}: {len(lines)} lines, the limit is {FILE_LINES}")
    found += [f"{path}:{number}: {len(line.expandtabs())} columns"
              for number, line in enumerate(lines, 1)
              if len(line.expandtabs()) > COLUMNS]
    functions = FUNCTIONS.get(path.suffix, lambda _: [])
    found += [f"{path}:{line}: a function of {length} lines, "
              f"the limit is {FUNCTION_LINES}"
              for line, length in functions(text) if length > FUNCTION_LINES]
    return found


def check_words(path, text):
    return [f"{path}:{number}: {match[0]}"
            for number, line in enumerate(text.splitlines(), 1)
            for match in [LATER.search(line) or SKIPPED.search(line)
                          or HOME.search(line)]
            if match]


def check(house):
    found = []
    for path in house.files(*CODE):
        found += check_code(path, house.read(path))
    for path in house.files(*TEXT):
        found += check_words(path, house.read(path))
    return found


LONG_C = "int a(void)\n{\n" + "    ;\n" * FUNCTION_LINES + "}\n"
LONG_PYTHON = "def a():\n" + "    pass\n" * FUNCTION_LINES

BAD = [
    ({"src/base/ae_a.c": "\n" * (FILE_LINES + 1)}, "501 lines"),
    ({"src/base/ae_a.c": LONG_C}, "ae_a.c:2: a function of 62 lines"),
    ({"t/httpd/test_a.py": LONG_PYTHON}, "a function of 61 lines"),
    ({"src/base/ae_a.h": "x" * (COLUMNS + 1)}, "ae_a.h:1: 81 columns"),
    ({"docs/a.md": "\n" + "TO" "DO: more\n"}, "docs/a.md:2: TO" "DO"),
    ({"docs/a.md": "tar /" "root/a\n"}, "docs/a.md:1: /" "root/"),
    ({"t/httpd/test_a.py": "@pytest.mark." "skip\ndef a(): 0\n"},
     "pytest.mark." "skip"),
]
