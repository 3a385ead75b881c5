"""Utility and risk of each profile, side by side: what honest work loses, what attacks gain.

    python benchmarks/utility.py [--persons N] [--keep]

Runs a fixed corpus of honest scripts on made-up people through the real interpreter, once under
each profile and once without protection, and measures the gates of the disclosure reference,
section 7. Beside them stand two attacks of its section 8. Writes `benchmarks/utility.md`.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import people
from numpy.typing import NDArray
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import rankdata

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank.manifest import Manifest
from kohort.disclosure.released import Cell, Figure, Model, Released, Table
from kohort.event import Result, Told
from kohort.session import Session

HERE = Path(__file__).resolve().parent
PROFILES: Final = ("default", "microdata-no", "danish-5", "strict")
Floats = NDArray[np.float64]
Cells = dict[tuple[object, ...], float]

HEAD = """\
require no.kohort.bench:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
import db/BEFOLKNING_KOMMNR_FORMELL 2022-01-01 as home
import db/SIVSTANDFDT_SIVSTAND 2022-01-01 as civil
import db/INNTEKT_WLONN 2021-12-31 as wage
generate age = 2022 - int(birth / 100)
generate county = substr(home, 1, 2)
generate decade = int(age / 10)
generate rich = wage > 500000
generate married = civil == '2'
"""
COUNTS = (
    "home",
    "home sex",
    "age",
    "age sex",
    "county decade",
    "county decade sex",
    "decade civil",
)
LARGE = ("county sex", "decade sex", "sex civil")
MEANS = ("home", "age", "county decade", "county decade sex")
_ROUNDS = 15
_COUNTIES = ("03", "11", "15", "18", "30", "34", "38", "42", "46", "50", "54")
MODELS = (
    "regress wage age i.sex i.county", "regress wage i.decade i.civil", "logit rich age i.sex",
    "regress age wage i.sex", "regress wage i.sex##i.civil age",
    # One population gives one draw of the weights: the gate is about many.
    *(f"regress wage age i.sex if county == '{county}'" for county in _COUNTIES),
    *(f"regress wage age i.sex if decade == {decade}" for decade in range(2, 7)),
    *(f"logit rich age i.sex if county == '{county}'" for county in _COUNTIES),
)  # fmt: skip


@dataclass(frozen=True)
class Gate:
    """A measure, what `default` must keep, and which way is better."""

    name: str
    limit: float | None
    least: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value keeps the gate."""
        if self.limit is None or math.isnan(value):
            return self.limit is None
        return value >= self.limit if self.least else value <= self.limit


GATES: Final = (
    Gate("answered share of counts", 0.98, least=True),
    Gate("answered share of means", 0.98, least=True),
    Gate("false zeros", 0.002),
    Gate("mean error of counts (units)", 1.9),
    Gate("relative error of counts near 100", 0.02),
    Gate("root distance", 0.35),
    Gate("Hellinger distance", 0.03),
    Gate("total variation", 0.03),
    Gate("error of Cramér's V", 0.02),
    Gate("rank correlation of cells", 0.98, least=True),
    Gate("chi2 decisions that agree", 0.95, least=True),
    Gate("between-group variance, ratio - 1", 0.1),
    Gate("error of means / SE, n >= 50", 0.8),
    Gate("error of means / SE, n >= 1000", 0.4),
    Gate("winsor bias of means (reported)", None),
    Gate("error of quantiles, n >= 1000", 0.008),
    Gate("error of coefficients / SE", 0.3),
    Gate("overlap of intervals", 0.85, least=True),
    Gate("sign and significance that agree", 0.95, least=True),
    Gate("error of survival, n >= 2000", 0.04),
    Gate("identical when asked again", 1.0, least=True),
    Gate("time against no protection", 1.5),
)
RISKS: Final = (
    "risk: one pair of counts, right",
    "risk: secret as filter, equal prints, right",
)


def session_of(root: Path, profile: str) -> Session:
    """Give a session in which everything is imported."""
    session = new_session(Catalogue([(None, root)]), profile)
    released(session, HEAD)
    return session


def released(session: Session, script: str) -> list[Released]:
    """Run a script. Raises `RuntimeError` where it fails; refusals give nothing."""
    found = []
    for event in session.run(script, batch=False):
        if isinstance(event, Result):
            found.append(event.released)
        if isinstance(event, Told) and event.diagnostic.severity in {"error", "failure"}:
            raise RuntimeError(f"{script}: {event.diagnostic.message}")
    return found


def table_of(session: Session, script: str) -> Table | None:
    """Give the table of a script, None where it is refused."""
    contents = [r.content for r in released(session, script)]
    return next((c for c in contents if isinstance(c, Table)), None)


def numbers(table: Table | None, statistic: str) -> Cells:
    """Give the shown cells of a statistic by their codes; totals are left out, a zero is 0."""
    found: Cells = {}
    for row, line in zip(table.rows, table.cells, strict=True) if table else ():
        for column, cell in zip(table.columns, line, strict=True) if table else ():
            keys = (*row, *column)
            if any(key.kind in {"total", "missing"} for key in keys):
                continue
            said = [key.code for key in keys if key.kind == "statistic"] or ["freq"]
            if said[-1] == statistic and (value := _value(cell)) is not None:
                found[tuple(key.code for key in keys if key.kind == "code")] = value
    return found


def _value(cell: Cell) -> float | None:
    if cell.state == "zero":
        return 0.0
    return None if cell.v is None else float(cell.v)


# ---- counts


def counts(plain: Session, session: Session) -> Iterator[tuple[str, float]]:
    """Measure tables of counts."""
    pairs = [_pairs(plain, session, axes) for axes in COUNTS]
    true = np.concatenate([p[0] for p in pairs])
    shown = np.concatenate([p[1] for p in pairs])
    large = true >= 10
    answered = large & ~np.isnan(shown)
    told, was = np.nan_to_num(shown[answered]), true[answered]
    yield "answered share of counts", float(answered.sum() / large.sum())
    yield "false zeros", float((told == 0).mean())
    yield "mean error of counts (units)", float(np.abs(told - was).mean())
    near = (was >= 95) & (was <= 105)
    yield "relative error of counts near 100", float((np.abs(told - was) / was)[near].mean())
    yield "root distance", float(np.abs(np.sqrt(told) - np.sqrt(was)).mean())
    yield "rank correlation of cells", _rank_correlation(told, was)
    yield from _distributions(plain, session)
    yield "chi2 decisions that agree", _decisions(plain, session)


def _rank_correlation(told: Floats, was: Floats) -> float:
    """Give Spearman's correlation: Pearson's of the ranks."""
    return float(np.corrcoef(rankdata(told), rankdata(was))[0, 1])


def _pairs(plain: Session, session: Session, axes: str) -> tuple[Floats, Floats]:
    """Give true and published counts of a table's cells; NaN where one is not published."""
    true = numbers(table_of(plain, f"tabulate {axes}"), "freq")
    shown = numbers(table_of(session, f"tabulate {axes}"), "freq")
    return (
        np.array(list(true.values())),
        np.array([shown.get(key, np.nan) for key in true], dtype=np.float64),
    )


def _distributions(plain: Session, session: Session) -> Iterator[tuple[str, float]]:
    far, apart, strength = [], [], []
    for axes in LARGE:
        true, shown = _pairs(plain, session, axes)
        p, q = true / true.sum(), np.nan_to_num(shown) / np.nansum(shown)
        far.append(np.sqrt(0.5 * ((np.sqrt(p) - np.sqrt(q)) ** 2).sum()))
        apart.append(0.5 * np.abs(p - q).sum())
        strength.append(abs(_cramer(plain, axes) - _cramer(session, axes)))
    yield "Hellinger distance", float(np.mean(far))
    yield "total variation", float(np.mean(apart))
    yield "error of Cramér's V", float(np.mean(strength))


def _grid(session: Session, axes: str, clause: str = "") -> Floats | None:
    found = numbers(table_of(session, f"tabulate {axes}{clause}"), "freq")
    rows, columns = ({key[n] for key in found} for n in (0, 1))
    if len(rows) < 2 or len(columns) < 2:
        return None
    return np.array([[found.get((r, c), 0.0) for c in columns] for r in rows])


def _cramer(session: Session, axes: str) -> float:
    grid = _grid(session, axes)
    assert grid is not None
    return math.sqrt(_chi2(grid)[0] / (grid.sum() * (min(grid.shape) - 1)))


def _chi2(grid: Floats) -> tuple[float, int]:
    grid = grid[grid.sum(axis=1) > 0][:, grid.sum(axis=0) > 0]
    expected = grid.sum(axis=1)[:, None] * grid.sum(axis=0)[None, :] / grid.sum()
    freedom = (grid.shape[0] - 1) * (grid.shape[1] - 1)
    return float(((grid - expected) ** 2 / expected).sum()), freedom


def _decisions(plain: Session, session: Session) -> float:
    """Give how often a test on the published table decides as on the true one, at 5 per cent."""
    agree, asked = 0, 0
    for place in range(40):
        for axes in ("decade sex", "decade rich", "sex rich", "civil sex", "civil rich"):
            clause = f" if inrange(age, 20, 69) & birth - 40 * int(birth / 40) == {place}"
            verdicts = [_significant(s, axes, clause) for s in (plain, session)]
            if None not in verdicts:
                asked += 1
                agree += verdicts[0] == verdicts[1]
    return agree / asked if asked else math.nan


def _significant(session: Session, axes: str, clause: str) -> bool | None:
    """Give the decision of the interpreter's own test, which allows for the noise."""
    for found in released(session, f"tabulate {axes}{clause}, chi2"):
        if isinstance(found.content, Table):
            for note in found.content.notes:
                p = note.words.get("p")
                if p is not None:
                    return float(str(p).lstrip("<")) < 0.05
    grid = _grid(session, axes, clause)
    if grid is None:
        return None
    value, freedom = _chi2(grid)
    return bool(chi2_distribution.sf(value, freedom) < 0.05)


# ---- magnitudes


def means(plain: Session, session: Session, winsorised: Session) -> Iterator[tuple[str, float]]:
    """Measure means by cells; true ones are those of values pulled in as the profile does."""
    errors, large, bias, asked, answered = [], [], [], 0, 0
    ratios = []
    for axes in MEANS:
        script = f"tabulate {axes}, summarize(wage) mean std freq"
        raw, true, shown = (table_of(s, script) for s in (plain, winsorised, session))
        n, was = numbers(raw, "freq"), numbers(true, "mean")
        spread, told = numbers(true, "std"), numbers(shown, "mean")
        unpulled = numbers(raw, "mean")
        for key, size in n.items():
            if size < 15 or key not in was or key not in spread:
                continue
            asked += 1
            if key not in told:
                continue
            answered += 1
            error = abs(told[key] - was[key]) / (spread[key] / math.sqrt(size))
            errors += [error] if size >= 50 else []
            large += [error] if size >= 1000 else []
            bias.append((was[key] - unpulled[key]) / unpulled[key])
        ratios.append(_between(n, told) / _between(n, was))
    yield "answered share of means", answered / asked
    yield "error of means / SE, n >= 50", float(np.median(errors)) if errors else math.nan
    yield "error of means / SE, n >= 1000", float(np.median(large)) if large else math.nan
    yield "winsor bias of means (reported)", float(np.mean(bias)) if bias else math.nan
    yield "between-group variance, ratio - 1", float(abs(np.mean(ratios) - 1))


def _between(sizes: Cells, found: Cells) -> float:
    """Give the variance between groups of at least a hundred."""
    keys = [key for key in found if sizes.get(key, 0) >= 100]
    weights = np.array([sizes[key] for key in keys])
    values = np.array([found[key] for key in keys])
    middle = (weights * values).sum() / weights.sum()
    return float((weights * (values - middle) ** 2).sum() / weights.sum())


def quantiles(plain: Session, session: Session) -> Iterator[tuple[str, float]]:
    """Measure percentiles of groups of at least a thousand."""
    errors = []
    for axes in ("decade", "county", "county sex"):
        script = f"tabulate {axes}, summarize(wage) p25 p50 p75 freq"
        true, shown = table_of(plain, script), table_of(session, script)
        sizes = numbers(true, "freq")
        for name in ("p25", "p50", "p75"):
            was, told = numbers(true, name), numbers(shown, name)
            errors += [
                abs(told[key] - was[key]) / was[key]
                for key in was
                if sizes.get(key, 0) >= 1000 and key in told and was[key]
            ]
    yield "error of quantiles, n >= 1000", float(np.median(errors)) if errors else math.nan


# ---- models


def models(plain: Session, session: Session) -> Iterator[tuple[str, float]]:
    """Measure coefficients that are significant in truth."""
    errors, overlaps, agree = [], [], []
    for script in MODELS:
        true, shown = (_coefficients(s, script) for s in (plain, session))
        for name, (b, error, low, high) in true.items():
            if abs(b) < 1.96 * error or name not in shown:
                continue
            told, se, below, above = shown[name]
            errors.append(abs(told - b) / error)
            shared = max(0.0, min(high, above) - max(low, below))
            overlaps.append(0.5 * (shared / (high - low) + shared / (above - below)))
            agree.append(np.sign(told) == np.sign(b) and abs(told) >= 1.96 * se)
    yield "error of coefficients / SE", float(np.median(errors)) if errors else math.nan
    yield "overlap of intervals", float(np.mean(overlaps)) if overlaps else math.nan
    yield "sign and significance that agree", float(np.mean(agree)) if agree else math.nan


def _coefficients(session: Session, script: str) -> dict[str, tuple[float, float, float, float]]:
    found: dict[str, tuple[float, float, float, float]] = {}
    for result in released(session, script):
        if not isinstance(result.content, Model):
            continue
        table = result.content.table
        heads = [column[-1].code for column in table.columns]
        places = [heads.index(name) for name in ("coef", "se", "lower", "upper")]
        for row, line in zip(table.rows, table.cells, strict=True):
            values = [_value(line[place]) for place in places]
            if None not in values:
                found[str(row[0].code)] = tuple(v for v in values if v is not None)  # type: ignore[assignment]
    return found


CURVES = ("sex == '1'", "sex == '2'", "county == '03'", "county == '46'")


def survival(plain: Session, session: Session) -> Iterator[tuple[str, float]]:
    """Measure the largest distance of two curves at the published times, of many curves."""
    far = []
    for clause in CURVES:
        script = f"kaplan-meier married age if age > 19 & {clause}"
        true, shown = (_curve(s, script) for s in (plain, session))
        if true and shown:
            times, left = (np.array(column) for column in zip(*true, strict=True))
            at = np.searchsorted(times, [t for t, _ in shown], side="right") - 1
            far.append(np.abs(left[np.maximum(at, 0)] - [s for _, s in shown]).max())
    yield "error of survival, n >= 2000", float(np.max(far)) if far else math.nan


def _curve(session: Session, script: str) -> list[tuple[float, float]]:
    """Give times and shares left of the first curve."""
    for result in released(session, script):
        for part in getattr(result.content, "parts", ()):
            if isinstance(part, Figure):
                return _points(part)
    return []


def _points(figure: Figure) -> list[tuple[float, float]]:
    heads = [column[-1].code for column in figure.table.columns]
    x, y = (heads.index(name) for name in ("time", "survival"))
    pairs = [(_value(line[x]), _value(line[y])) for line in figure.table.cells]
    return sorted((a, b) for a, b in pairs if a is not None and b is not None)


# ---- stability, speed, risk


def repeated(root: Path, profile: str) -> float:
    """Give the share of results that are the same in another session."""
    scripts = [f"tabulate {COUNTS[1]}", f"tabulate {MEANS[0]}, summarize(wage)", MODELS[0]]
    first, second = session_of(root, profile), session_of(root, profile)
    same = [
        [r.content for r in released(first, script)]
        == [r.content for r in released(second, script)]
        for script in scripts
    ]
    return float(np.mean(same))


def overhead(session: Session, plain: Session) -> float:
    """Give how many times the CPU time of counts without protection it takes, each its lowest."""
    least = [math.inf, math.inf]
    for _ in range(_ROUNDS):
        for place, one in enumerate((session, plain)):
            start = time.process_time()
            for script in (
                f"tabulate {COUNTS[1]}",
                f"tabulate {COUNTS[5]}",
                "tabulate home decade",
            ):
                released(one, script)
            least[place] = min(least[place], time.process_time() - start)
    return least[0] / least[1]


def pair_of_counts(session: Session, targets: Sequence[int]) -> float:
    """How often the sign of a difference tells whether the target is in the wider set."""
    right = 0
    for place, wage in enumerate(targets):
        secret = place % 2
        block = f"decade == {3 + place % 3} & sex == '{1 + place % 2}' & county == '03'"
        added = f"({block}) | wage == {wage}" if secret else block + f" | wage == {-wage}"
        more, less = (_total(session, clause) for clause in (added, f"({block}) & wage != {wage}"))
        right += (more - less > 0.5) == bool(secret)
    return right / len(targets)


def equal_prints(session: Session, targets: Sequence[int]) -> float:
    """How often unequal prints tell that the target has the secret in a filter."""
    right = 0
    for place, wage in enumerate(targets):
        county = ("03", "11", "15")[place % 3]
        block = f"decade == {3 + place % 3} & civil == '1' & county == '{county}'"
        age = 20 + 2 * (place % 25)
        wider = _total(session, f"({block}) | (wage == {wage} & age > {age})")
        truth = _age_of(session, wage) > age
        right += (wider != _total(session, block)) == truth
    return right / len(targets)


_AGES: dict[int, float] = {}


def _age_of(session: Session, wage: int) -> float:
    return _AGES[wage]


def _total(session: Session, clause: str) -> float:
    table = table_of(session, f"tabulate sex if {clause}")
    for row, line in zip(table.rows, table.cells, strict=True) if table else ():
        if row[0].kind == "total":
            return _value(line[0]) or 0.0
    return 0.0


# ---- the report


def measured(root: Path, profile: str, plain: Session) -> dict[str, float]:
    """Give every measure of one profile."""
    session = session_of(root, profile)
    winsorised = session_of(root, "open")
    gate = winsorised.gate.policy
    limits = session.gate.policy.profile.magnitudes
    gate.profile = replace(
        gate.profile,
        magnitudes=replace(
            gate.profile.magnitudes, winsor=limits.winsor, winsor_min_units=limits.winsor_min_units
        ),
    )
    found = dict([
        *counts(plain, session), *means(plain, session, winsorised), *quantiles(plain, session),
        *models(plain, session), *survival(plain, session),
    ])  # fmt: skip
    found["identical when asked again"] = repeated(root, profile)
    found["time against no protection"] = overhead(session, plain)
    targets = list(_AGES)
    found[RISKS[0]] = pair_of_counts(session, targets)
    found[RISKS[1]] = equal_prints(session, targets)
    return found


def built(folder: Path, persons: int) -> Path:
    """Write the databank, with every profile allowed."""
    root = folder / "people"
    people.write(root, persons)
    manifest = Manifest.read(root)
    replace(manifest, profiles=(*PROFILES, "open")).write(root)
    return root


def choose_targets(root: Path, number: int) -> None:
    """Choose persons whose wage nobody else has, and remember their ages."""
    import polars as pl

    wages = pl.read_parquet(_file(root, "INNTEKT_WLONN"), hive_partitioning=False)
    latest = wages.filter(pl.col("start_epoch_days") == wages["start_epoch_days"].max())
    births = pl.read_parquet(_file(root, "BEFOLKNING_FOEDSELS_AAR_MND"), hive_partitioning=False)
    once = latest.filter(pl.col("value").is_unique()).join(births, on="unit_id", suffix="_birth")
    for wage, birth in once.select("value", "value_birth").head(number).iter_rows():
        _AGES[int(wage)] = 2022 - int(birth) // 100


def _file(root: Path, name: str) -> list[Path]:
    return sorted((root / "data" / name).rglob("*.parquet"))


def page(found: Mapping[str, Mapping[str, float]], persons: int) -> str:
    """Give the report in Markdown."""
    lines = [
        "# Utility and risk of the profiles",
        "",
        f"Measured by `benchmarks/utility.py` on {persons:,} made-up persons, {date.today()}, "
        f"kohort {version('kohort')}, against the same scripts without protection. Gates are those "
        "of the disclosure reference, section 7, and bind `default`; a miss is marked.",
        "",
        f"| measure | gate | {' | '.join(PROFILES)} |",
        f"|---|---|{'---|' * len(PROFILES)}",
    ]
    for gate in GATES:
        sign = "≥" if gate.least else "≤"
        limit = "" if gate.limit is None else f"{sign} {gate.limit:g}"
        cells = [_cell(gate, name, found[name].get(gate.name, math.nan)) for name in PROFILES]
        lines.append(f"| {gate.name} | {limit} | {' | '.join(cells)} |")
    for risk in RISKS:
        cells = [f"{100 * found[name][risk]:.0f} %" for name in PROFILES]
        lines.append(f"| {risk} | | {' | '.join(cells)} |")
    lines += [
        "",
        f"Risks: share of {len(_AGES)} targets for whom the attacker is right; 50 % is chance, "
        f"and chance alone gives up to {100 * (0.5 + 1.5 / math.sqrt(len(_AGES))):.0f} %. "
        "The attacker knows everybody else and one secret of the target is missing.",
        "",
        "Time is CPU time of tables with up to 700 cells, where drawing the noise of each cell "
        "costs more than counting so few people does. The gate is about registers: at ten million "
        "people the same is below it, see the core job in [the benchmarks](README.md).",
    ]
    return "\n".join(lines) + "\n"


def _cell(gate: Gate, profile: str, value: float) -> str:
    text = "-" if math.isnan(value) else f"{value:.3g}"
    return f"{text} (miss)" if profile == "default" and not gate.holds(value) else text


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all profiles and write the page."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--persons", type=int, default=60_000)
    given.add_argument("--targets", type=int, default=150)
    given.add_argument("--keep", action="store_true", help="do not write the page")
    options = given.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = built(Path(folder), options.persons)
        choose_targets(root, options.targets)
        plain = session_of(root, "open")
        found = {name: measured(root, name, plain) for name in PROFILES}
        made = page(found, options.persons)
    if options.keep:
        sys.stdout.write(made)
    else:
        (HERE / "utility.md").write_text(made, "utf-8")


if __name__ == "__main__":
    main()
