"""Figures, what is wanted of them, and the table that shows both."""

import dataclasses
import operator
import statistics
import sys

SIGNS = {"<=": operator.le, ">=": operator.ge}
WIDTH = 34


@dataclasses.dataclass
class Goal:
    """What the median is to be."""

    sign: str
    limit: float

    def __str__(self):
        return f"{self.sign} {self.limit:g}"

    def verdict(self, median):
        return "met" if SIGNS[self.sign](median, self.limit) else "NOT MET"


@dataclasses.dataclass
class Line:
    """One subject of a figure, a value for each run."""

    subject: str
    values: list
    goal: Goal = None

    def cells(self):
        median = statistics.median(self.values)
        goal = [str(self.goal), self.goal.verdict(median)] if self.goal \
            else ["", ""]
        numbers = (min(self.values), median, max(self.values))
        return [shown(number) for number in numbers] + goal


@dataclasses.dataclass
class Figure:
    """What was measured in one way, for one or several subjects."""

    what: str
    lines: list
    notes: list = dataclasses.field(default_factory=list)


def shown(number):
    """Three digits that count, and whole numbers as such."""
    if number == int(number) or abs(number) >= 1000:
        return f"{number:.0f}"
    return f"{number:.3f}" if abs(number) < 10 else f"{number:.1f}"


def row(first, cells):
    minimum, median, maximum, goal, verdict = cells
    return (f"{first:{WIDTH}} {minimum:>9} {median:>9} {maximum:>9}   "
            f"{goal:8} {verdict}").rstrip()


def print_head():
    print(row("", ["minimum", "median", "maximum", "goal", ""]), flush=True)


def print_figure(figure):
    print(f"\n{figure.what}")
    for line in figure.lines:
        print(row(f"  {line.subject}", line.cells()))
    for note in figure.notes:
        print(f"  {note}")
    sys.stdout.flush()


def ratios(ours, theirs):
    """Run by run, since each pair was measured side by side."""
    return [one / other for one, other in zip(ours, theirs)]
