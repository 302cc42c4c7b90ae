"""The alert rules and the dashboard in conf/: whole, and of metrics that there
are. Where promtool is at hand, `promtool check rules` says more."""

import json
import re

import pytest
import yaml

from lab.metrics import SUFFIXES, TOP, documented, metrics, sample_labels
from lab.page import PAGE
from lab.sites import secure
from lab.status import PLAIN

GROUPS = yaml.safe_load((TOP / "conf/acme_edge.rules.yml").read_text())
DASHBOARD = json.loads((TOP / "conf/acme_edge.dashboard.json").read_text())
RULES = {rule["alert"]: rule
         for group in GROUPS["groups"] for rule in group["rules"]}
QUERIES = {f"{panel['title']} {target['refId']}": target["expr"]
           for panel in DASHBOARD["panels"] for target in panel["targets"]}
EXPRESSIONS = {**{name: rule["expr"] for name, rule in RULES.items()},
               **QUERIES}

STRING = re.compile(r'"[^"]*"')
SELECTOR = re.compile(r"(acme_edge_\w+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\b(?:by|on|ignoring|without) \(([^)]*)\)")
OF_THE_SCRAPE = {"instance", "job"}
PAIRS = {")": "(", "]": "[", "}": "{"}


def bare(expression):
    """Without what is in quotes, and without Grafana's variables."""
    return STRING.sub('""', expression).replace("$__rate_interval", "5m")


def names_in(expression):
    """The metrics of an expression, a StateSet's label left out."""
    return {name for name, _ in SELECTOR.findall(
        re.sub(r"\{[^}]*\}|\bby \([^)]*\)", "", expression))}


def is_balanced(text):
    still = []
    for c in text:
        if c in PAIRS.values():
            still.append(c)
        elif c in PAIRS and (not still or still.pop() != PAIRS[c]):
            return False
    return not still


def test_every_metric_is_there(make_httpd):
    """Also before anything was ordered, or counted."""
    httpd = make_httpd(
        "ACMERenew manual\nACMETermsOfService accepted\n"
        "ACMEEmail admin@example.org\n"
        + PLAIN + PAGE + secure("one.example.org"))
    httpd.announce("AE054: one.example.org")
    httpd.start()
    said = {name + suffix
            for name, family in metrics(httpd).families.items()
            for suffix in SUFFIXES.get(family.type, [""])}
    for name, expression in EXPRESSIONS.items():
        assert names_in(expression), name
        assert names_in(expression) <= said, name


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression(name):
    expression = EXPRESSIONS[name]
    assert expression.count('"') % 2 == 0
    assert is_balanced(bare(expression))
    assert not re.search(r"[-+*/<>=]\s*$|\b(and|or|unless)\s*$", expression)
    labels = sample_labels()
    known = set().union(*(labels[one] for one in names_in(expression)))
    for metric, matchers in SELECTOR.findall(expression):
        for label in re.findall(r"(\w+)\s*[=!]~?", matchers):
            assert label in labels[metric] | OF_THE_SCRAPE
    for listed in GROUPED.findall(expression):
        for label in filter(None, re.split(r"[\s,]+", listed)):
            assert label in known | OF_THE_SCRAPE


@pytest.mark.parametrize("name", RULES)
def test_rule(name):
    rule = RULES[name]
    assert re.fullmatch(r"ACME[A-Z]\w+", name)
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description"}
    labels = sample_labels()
    known = set().union(*(labels[one] for one in names_in(rule["expr"])))
    for text in rule["annotations"].values():
        assert text.count("{{") == text.count("}}")
        for label in re.findall(r"\$labels\.(\w+)", text):
            assert label in known | OF_THE_SCRAPE


def test_rules_are_each_there_once():
    assert [group["name"] for group in GROUPS["groups"]] == ["acme_edge"]
    assert len(RULES) == len(GROUPS["groups"][0]["rules"])


def test_panels_lie_side_by_side():
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken
        taken |= cells
        assert panel["title"] and panel["description"]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_each_metric_is_worth_a_look():
    """What is documented is in a rule or in a panel, but for what only says
    what the rest is of."""
    used = set().union(*map(names_in, EXPRESSIONS.values()))
    unused = {name for name, (kind, _) in documented().items()
              if not used & {name + suffix for suffix
                             in SUFFIXES.get(kind, [""])}}
    assert unused == {
        "acme_edge_build", "acme_edge_orders",
        "acme_edge_counters_start_timestamp_seconds",
        "acme_edge_certificate_next_action_timestamp_seconds"}
