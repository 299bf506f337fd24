"""The README's table of figures, generated from `evals/figures.json` and checked against it.

Invariant: the table in the README is exactly what the file says; a figure that misses its goal is shown as such.
"""

import argparse
import sys
from pathlib import Path

from evals.figures import Figure, load

README = Path(__file__).parents[1] / "README.md"
_BEGIN, _END = "<!-- figures:begin -->", "<!-- figures:end -->"
_MARKS = {True: "met", False: "**not met**", None: "-"}


def table(figures: list[Figure]) -> str:
    """The figures that have a goal as a Markdown table, and how many others the file holds."""
    lines = ["| figure | language | value | 95 % interval | n | goal | goal met |", "|---|---|---|---|---|---|---|"]
    for figure in (figure for figure in figures if figure.goal):
        interval = f"{figure.interval[0]:.3f} – {figure.interval[1]:.3f}" if figure.interval else "-"
        goal = str(figure.goal)
        lines.append(
            f"| `{figure.name}` | {figure.language} | {figure.value:.4g}{figure.unit} | {interval} | {figure.n} "
            f"| {goal} | {_MARKS[figure.met]} |"
        )
    others = sum(figure.goal is None for figure in figures)
    return "\n".join([*lines, "", f"{others} more without a goal of their own are in `evals/figures.json`."])


def with_table(readme: str, *, figures: list[Figure]) -> str:
    """The README's text with the table between its markers replaced. Raises ValueError without markers."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"README.md lacks the markers {_BEGIN} and {_END}")
    return f"{before}{_BEGIN}\n{table(figures)}\n{_END}{after}"


def main() -> int:
    """Write or check the table; exit code 1 when it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--write", action="store_true")
    choice.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    current = README.read_text(encoding="utf-8")
    fresh = with_table(current, figures=load())
    if arguments.write:
        README.write_text(fresh, encoding="utf-8")
        return 0
    if current != fresh:
        sys.stderr.write("The README's table is not what evals/figures.json says. Run `make figures`.\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
