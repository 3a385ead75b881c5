"""Times of both sides of one size, and the page that compares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

IMPORTED, COUNTED = "import, generate, keep", "two-way counts"
# Kohort's time as a multiple of the other side's (decisions 23), from this many persons on.
AIMED_AT = 10_000_000
GOALS = {
    f"{IMPORTED} + {COUNTED}": "1.5",
    "grouped means": "4.0",
    "regress": "4.0",
    "peak memory, GB": "4 GB",
}
SIDES = ("kohort", "polars")


@dataclass(frozen=True)
class Measured:
    """`seconds`: step -> (wall, processor time); `memory`: peak in bytes."""

    seconds: dict[str, tuple[float, float]]
    memory: int

    @classmethod
    def best(cls, runs: Sequence[Measured]) -> Measured:
        """Give the shortest time of each step, and the largest memory."""
        seconds = {
            step: (min(r.seconds[step][0] for r in runs), min(r.seconds[step][1] for r in runs))
            for step in runs[0].seconds
        }
        return cls(seconds, max(run.memory for run in runs))

    def lines(self) -> dict[str, tuple[float, float]]:
        """Give the steps, the two that share a goal together as well, and the whole job."""
        both = _added([self.seconds[IMPORTED], self.seconds[COUNTED]])
        steps = {}
        for step, times in self.seconds.items():
            steps[step] = times
            if step == COUNTED:
                steps[f"{IMPORTED} + {COUNTED}"] = both
        return {**steps, "all": _added(list(self.seconds.values()))}


@dataclass(frozen=True)
class Comparison:
    """Both sides of one size, the best of so many runs."""

    persons: int
    kohort: Measured
    polars: Measured
    repeats: int

    def table(self) -> str:
        """Give the comparison as a Markdown table."""
        aims = GOALS if self.persons >= AIMED_AT else {}
        runs = "one run" if self.repeats == 1 else f"best of {self.repeats} runs"
        persons = f"{self.persons:,}".replace(",", " ")
        mine, other = self.kohort.lines(), self.polars.lines()
        lines = [
            ["step", *(f"{side} {time}" for time in ("wall", "CPU") for side in SIDES), "ratio"],
            [":--", *["--:"] * 6],
        ]
        lines[0].insert(3, "ratio")
        for step in mine:
            wall, cpu = (_pair(mine[step][i], other[step][i]) for i in (0, 1))
            lines.append([step, *wall, *cpu])
        memory = _pair(self.kohort.memory / 1e9, self.polars.memory / 1e9)
        lines.append(["peak memory, GB", *memory, "", "", ""])
        if aims:
            lines[0].append("aim")
            lines[1].append("--:")
            for line in lines[2:]:
                line.append(aims.get(line[0], ""))
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"{persons} persons, {runs}, seconds:\n\n{table}"


def _pair(mine: float, other: float) -> list[str]:
    return [f"{mine:.2f}", f"{other:.2f}", f"{mine / other:.1f}"]


def _added(times: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(wall for wall, _ in times), sum(cpu for _, cpu in times)


def written(
    comparisons: Sequence[Comparison], whole: tuple[float, float], circumstances: str
) -> str:
    """Give the measured part of the page."""
    parts = [
        circumstances,
        *(comparison.table() for comparison in comparisons),
        f"`kohort run` with the whole job at 100 000 persons, from start to finish: "
        f"{whole[0]:.2f} s wall, {whole[1]:.2f} s CPU of all processes (aim: under 2.5 s wall).",
    ]
    return "\n\n".join(parts) + "\n"
