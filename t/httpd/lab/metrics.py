"""OpenMetrics of the handler, read by the parser of Prometheus' client, and
what docs/metrics.md says of them."""

import os
import pathlib
import re

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from .page import get

TOP = pathlib.Path(os.environ["ACME_EDGE_SRCDIR"])
ROW = re.compile(r"^\| `(acme_edge_\w+)` \| (\w+) \| ([^|]*)\| ", re.M)
SUFFIXES = {"counter": ["_total"], "info": ["_info"],
            "histogram": ["_bucket", "_count", "_sum"]}


class Metrics:
    """One answer."""

    def __init__(self, text):
        self.families = {family.name: family for family
                         in text_string_to_metric_families(text)}
        self.samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in self.families.values() for sample in family.samples}

    def value(self, metric, /, **labels):
        """Of one sample; None where there is none."""
        return self.samples.get((f"acme_edge_{metric}",
                                 *sorted(labels.items())))

    def total(self, metric, /, **labels):
        """The sum of all samples of that name that have these labels."""
        return sum(value for (sample, *has), value in self.samples.items()
                   if sample == f"acme_edge_{metric}"
                   and labels.items() <= dict(has).items())

    def counted(self):
        """What may only grow."""
        counters = {"counter": "_total", "histogram": ("_bucket", "_count")}
        return {key: value for key, value in self.samples.items()
                if any(key[0].startswith(family.name)
                       and key[0][len(family.name):].endswith(
                           counters[family.type])
                       for family in self.families.values()
                       if family.type in counters)}


def metrics(httpd):
    answer = get(httpd, "?format=metrics")
    assert answer.status == 200
    return Metrics(answer.text())


def documented():
    """By name: the type and the labels that docs/metrics.md gives it."""
    text = (TOP / "docs/metrics.md").read_text()
    return {name: (kind, set(re.findall(r"`(\w+)`", labels)))
            for name, kind, labels in ROW.findall(text)}


def sample_labels():
    """By name of a sample: the labels it may have, by docs/metrics.md."""
    found = {}
    for name, (kind, labels) in documented().items():
        own = {name} if kind == "stateset" else set()
        for suffix in SUFFIXES.get(kind, [""]):
            le = {"le"} if suffix == "_bucket" else set()
            found[name + suffix] = labels | own | le
    return found
