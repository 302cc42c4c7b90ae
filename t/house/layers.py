"""Dependencies point down: rooms, files, and what a room must not know."""

import re

from tree import line_of

NAME = "layers"

RANK = {"base": 0, "acme": 1, "edge": 2, "show": 3, "net": 3, "httpd": 4,
        "cli": 4, "top": 5}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
CLOCK = re.compile(r"\b(apr_time_now|apr_sleep|time|clock_gettime|"
                   r"gettimeofday|sleep|usleep|nanosleep)[ \t]*\(")

# What a room may include, by the header's name: pattern, rooms, whose it is.
KNOWN_ONLY_TO = [
    (re.compile(r"(.*/)?(httpd|http_\w+|ap_\w+|mod_\w+|mpm_common|"
                r"scoreboard|util_\w+)\.h"), {"httpd", "top"}, "httpd"),
    (re.compile(r"curl/.*"), {"net"}, "libcurl"),
    (re.compile(r"(sys/socket|sys/un|sys/select|sys/wait|netinet/.*|netdb|"
                r"poll|apr_network_io|apr_poll|apr_thread_proc)"
                r"\.h"), {"net", "httpd", "cli", "top"},
     "sockets and processes"),
    (re.compile(r"arpa/inet\.h"), {"base", "net", "httpd", "cli", "top"},
     "addresses of the network"),
    (re.compile(r"(unistd|fcntl|dirent|sys/stat|apr_file_io|apr_file_info)"
                r"\.h"), set(RANK) - {"acme", "show"}, "files"),
]


def room_of(path):
    return path.parts[1] if path.parts[0] == "src" else "top"


def includes(house):
    """Yield (path, line, in quotes, name) for every #include."""
    for path in house.sources():
        code = house.read_code(path)
        for match in INCLUDE.finditer(code):
            yield path, line_of(code, match.start()), match[1] == '"', match[2]


def check_known(path, line, name):
    room = room_of(path)
    return [f"{path}:{line}: {name}: src/{room} must not know {whose}"
            for pattern, rooms, whose in KNOWN_ONLY_TO
            if pattern.fullmatch(name) and room not in rooms]


def check_arrow(path, line, target):
    here, there = room_of(path), room_of(target)
    if here == there or RANK[there] < RANK[here]:
        return []
    return [f"{path}:{line}: {target.name}: src/{here} must not know "
            f"src/{there}, arrows point down"]


def check_clocks(house):
    """Time is a parameter below src/net."""
    found = []
    for path in house.sources():
        if room_of(path) not in {"net", "httpd", "cli", "top"}:
            code = house.read_code(path)
            found += [f"{path}:{line_of(code, m.start())}: {m[1]}: "
                      "nothing below src/net reads a clock"
                      for m in CLOCK.finditer(code)]
    return found


def find_cycles(graph):
    """Depth first; every way back to a file on the current way is a cycle."""
    found, done = [], set()

    def visit(file, way):
        if file in way:
            cycle = way[way.index(file):] + [file]
            found.append("cycle: " + " -> ".join(cycle))
        elif file not in done:
            for target in sorted(graph.get(file, ())):
                visit(target, way + [file])
            done.add(file)

    for file in sorted(graph):
        visit(file, [])
    return found


def check(house):
    ours = {path.name: path for path in house.sources()}
    found, graph = check_clocks(house), {}
    for path, line, quoted, name in includes(house):
        found += check_known(path, line, name)
        target = ours.get(name) if quoted else None
        if target:
            found += check_arrow(path, line, target)
            graph.setdefault(path.name, set()).add(name)
        elif quoted and name not in ours:
            found.append(f"{path}:{line}: {name}: no header of ours")
    return found + find_cycles(graph)


BAD = [
    ({"src/base/ae_a.c": '#include "acme_b.h"\n', "src/acme/acme_b.h": ""},
     "ae_a.c:1: acme_b.h: src/base must not know src/acme"),
    ({"src/httpd/httpd_a.c": '#include "cli_b.h"\n', "src/cli/cli_b.h": ""},
     "src/httpd must not know src/cli"),
    ({"src/acme/acme_a.h": '#include "acme_b.h"\n',
      "src/acme/acme_b.h": '#include "acme_a.h"\n'},
     "cycle: acme_a.h -> acme_b.h -> acme_a.h"),
    ({"src/net/net_a.c": "\n#include <http_log.h>\n"},
     "net_a.c:2: http_log.h: src/net must not know httpd"),
    ({"src/edge/edge_a.c": '#include "scoreboard.h"\n'}, "must not know httpd"),
    ({"src/edge/edge_a.c": "# include <curl/curl.h>\n"},
     "src/edge must not know libcurl"),
    ({"src/edge/edge_a.c": "#include <sys/socket.h>\n"}, "sockets"),
    ({"src/acme/acme_a.c": "#include <fcntl.h>\n"}, "files"),
    ({"src/show/show_a.c": "#include <fcntl.h>\n"}, "files"),
    ({"src/show/show_a.c": '#include "net_b.h"\n', "src/net/net_b.h": ""},
     "src/show must not know src/net"),
    ({"src/edge/edge_a.c": "/* time(x)\n */ now = apr_time_now();\n"},
     "edge_a.c:2: apr_time_now: nothing below src/net reads a clock"),
    ({"src/base/ae_a.c": '#include "strange.h"\n'}, "no header of ours"),
]
