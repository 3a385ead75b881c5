"""Values for a variable of which only the metadata are known: by codes, format, name and type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from kohort.databank.synthetic import education, industries, occupations, origins, places
from kohort.databank.synthetic.days import Floats, Index, month_of, of_month, year_of
from kohort.databank.synthetic.tables import LAST_DAY, Values, coded

_MONEY: Final = (
    "INNTEKT", "SKATT", "LAANEKASSEN", "SB1", "ARBLONN_LONN", "BELOP", "STONAD", "DAGSATS", "SALDO",
)  # fmt: skip
_COUNTS: Final = ("ANT_", "ANTALL", "SEMESTER", "BARN", "PERS_I", "AKSLER", "SITTEPL", "MEDLEMMER")
_AGES: Final = ("ALDER", "ELDST", "YNGST", "BOTID")
_DEGREES: Final = ("GRAD", "UFG")
# Of units that only stand as values there is one for so many persons.
_PERSONS_FOR_ONE: Final = {"FORETAK": 12, "VIRKSOMHET": 10, "KURS": 2}
_TWENTY_YEARS: Final = 20 * 365


def values(
    name: str, fact: dict[str, Any], draws: list[Floats], moment: int, persons: int
) -> Values:
    """Give a value for each pair of uniform draws; `moment` is the day for which codes must be."""
    codes = _codes(fact, moment)
    if fact.get("value_unit") not in {None, "KOMMUNE"}:
        most = max(persons // _PERSONS_FOR_ONE.get(fact["value_unit"], 1), 1)
        return 1 + (draws[0] * most).astype(np.int64)
    if fact["type"] == "STRING":
        # The first codes are the most frequent ones, as so often.
        which = (draws[0] ** 1.7 * len(codes)).astype(np.int64)
        return coded(codes, which)
    if fact["type"] == "DATE":
        return _days(draws[0])
    if fact["type"] == "DOUBLE" and not _any(name, _MONEY):
        return np.round(np.exp(3 + 0.8 * _normal(draws)), 1)
    number = _number(name, fact, draws)
    return number.astype(np.float64) if fact["type"] == "DOUBLE" else number


def _codes(fact: dict[str, Any], moment: int) -> list[str]:
    """Give the codes to draw from: listed ones, those of the system, or made-up ones."""
    system = fact.get("code_system")
    if system == "KOMMUNE" or fact.get("value_unit") == "KOMMUNE":
        return sorted(set(places.load().codes_on(moment)))
    known: dict[str, Callable[[], list[str]]] = {
        "LAND_SSB3": lambda: list(origins.CODES),
        "NUS2000": education.codes,
        "STYRK08": lambda: sorted(set(occupations.CODES)),
        "SN2007": lambda: list(industries.CODES),
        "SN2002": lambda: list(industries.CODES),
        "SN94": lambda: list(industries.CODES),
    }
    if "codes" in fact:
        return list(fact["codes"])
    if system in known:
        return known[system]()
    return ["1", "2", "3", "4"]


def _number(name: str, fact: dict[str, Any], draws: list[Floats]) -> Index:
    draw = draws[0]
    form = fact.get("format") or _form(name)
    if form is not None:
        days = _days(draw)
        number = year_of(days).astype(np.int64)
        if form != "YYYY":
            number = number * 100 + month_of(days)
        return number * 100 + of_month(days) if form in {"YYYYMMDD", "YYYY-MM-DD"} else number
    if _any(name, _MONEY):
        return np.rint(np.exp(10 + 1.1 * _normal(draws))).astype(np.int64)
    if _any(name, _AGES):
        return (draw * 90).astype(np.int64)
    if _any(name, _DEGREES):
        return 10 * (1 + (draw * 10).astype(np.int64))
    if _any(name, _COUNTS):
        return np.minimum(-np.log(1 - draw) * 1.5, 12).astype(np.int64)
    return (draw * 100).astype(np.int64)


def _form(name: str) -> str | None:
    if "DATO" in name or "FRIST" in name:
        return "YYYYMMDD"
    if "AARMND" in name:
        return "YYYYMM"
    return "YYYY" if "_AAR_" in name or name.endswith("SKOLEAAR") else None


def _days(draw: Floats) -> Index:
    return LAST_DAY - (draw * _TWENTY_YEARS).astype(np.int64)


def _normal(draws: list[Floats]) -> Floats:
    """Give standard normal numbers (Box and Muller 1958)."""
    return np.asarray(np.sqrt(-2 * np.log(1 - draws[0])) * np.cos(2 * np.pi * draws[1]))


def _any(name: str, parts: tuple[str, ...]) -> bool:
    return any(part in name for part in parts)
