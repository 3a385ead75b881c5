"""What is known of one register variable: codes and labels in time, dates, place of the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as calendar
from datetime import timedelta
from pathlib import Path as FilePath
from typing import Literal, get_args

from kohort.databank.governance import Governance
from kohort.diagnostic import Span, wrong
from kohort.phrases import Date
from kohort.scope import Code, Type

Temporality = Literal["FIXED", "EVENT", "STATUS", "ACCUMULATED"]
DataType = Literal["STRING", "LONG", "DOUBLE", "DATE"]

TEMPORALITIES: tuple[Temporality, ...] = get_args(Temporality)
DATA_TYPES: tuple[DataType, ...] = get_args(DataType)

_TYPES = {
    "STRING": Type.TEXT,
    "LONG": Type.INTEGER,
    "DOUBLE": Type.DECIMAL,
    "DATE": Type.INTEGER,
}
_EPOCH = calendar(1970, 1, 1)

Pairs = tuple[tuple[Code, str], ...]


def iso(day: int) -> str:
    """Give a day number (days since 1970-01-01) as `YYYY-MM-DD`."""
    return (_EPOCH + timedelta(days=day)).isoformat()


@dataclass(frozen=True)
class CodePeriod:
    """The code list in force from day `start` to `stop` (since 1970-01-01, inclusive; None open).

    `pairs` holds code and label in the register's order, sentinel codes included; `missing` the
    sentinel codes. `pairs` None is a described domain: numbers, dates, a system without a list.
    """

    start: int | None
    stop: int | None
    pairs: Pairs | None
    missing: tuple[Code, ...] = ()

    def overlaps(self, start: int, stop: int) -> bool:
        """Whether the list is in force on any day from `start` to `stop`."""
        begins = self.start is None or self.start <= stop
        return begins and (self.stop is None or self.stop >= start)


@dataclass(frozen=True)
class RegisterVariable:
    """One variable of a databank: one key column and one value column.

    `unit_type` is whose key the rows carry; `value_unit_type` whose key the value is (mother,
    family, owner, municipality), or None. `pseudonym` says that the value is a pseudonymised key,
    and `domain` which kind of identifier it holds (`FNR`, `ORGNR` ..., `KOMMUNE`), so that keys of
    equal domain can be matched. `start`, `stop` and `status_dates` are days since 1970-01-01,
    inclusive; `stop` None is open. `official_labels` is False where the manifest calls the labels
    unverified. `path` is a parquet file, or a folder of `start_year=YYYY` partitions. `governance`
    is what its owner states of it. `ended` says why nothing more comes, `successors` what goes on.
    """

    name: str
    title: str
    title_en: str | None
    description: str
    unit_type: str
    temporality: Temporality
    data_type: DataType
    path: FilePath
    value_unit_type: str | None = None
    pseudonym: bool = False
    domain: str | None = None
    start: int | None = None
    stop: int | None = None
    status_dates: tuple[int, ...] = ()
    sensitivity: str | None = None
    official_labels: bool = True
    periods: tuple[CodePeriod, ...] = ()
    governance: Governance | None = None
    ended: str | None = None
    successors: tuple[str, ...] = ()

    @property
    def sensitive(self) -> bool:
        """Whether the values are of special categories of personal data; one who says so counts."""
        stated = self.governance is not None and self.governance.special
        return stated or self.sensitivity == "PERSON_SPECIAL"

    @property
    def published(self) -> bool:
        """Whether nobody denies that the rows are published where their units are public."""
        denied = self.governance is not None and not self.governance.public
        return not denied and self.sensitivity != "NONPUBLIC"

    @property
    def protection(self) -> str | None:
        """The disclosure profile that the register's governance brings into force, or None."""
        return None if self.governance is None else self.governance.protection

    @property
    def type(self) -> Type:
        """The type of the value in the language."""
        return Type.KEY if self.pseudonym else _TYPES[self.data_type]

    # ---- codes and labels

    def labels_at(self, day: int | None) -> Pairs:
        """Give code and label pairs, in order, of the period that holds the day.

        None gives all periods together (a later label of the same code wins), which is what a
        fixed variable has. A day that no period holds gets the period before it, else the first.
        Empty where there is no code list.
        """
        if day is None or self.temporality == "FIXED":
            return _together(self.periods)
        holding = self._holding(day)
        return () if holding is None else holding.pairs or ()

    def labels_between(self, start: int, stop: int) -> Pairs:
        """Give the pairs of all periods that overlap the days `start` to `stop`, as one list."""
        return _together(period for period in self.periods if period.overlaps(start, stop))

    def codes_at(self, day: int | None) -> tuple[Code, ...] | None:
        """Give the complete code list at the day in its order, or None for a described domain."""
        pairs = self.labels_at(day)
        return tuple(code for code, _ in pairs) if pairs else None

    @property
    def missing_codes(self) -> frozenset[Code]:
        """The codes that the register lists as sentinels (unknown, not stated)."""
        return frozenset(code for period in self.periods for code in period.missing)

    def _holding(self, day: int) -> CodePeriod | None:
        for period in self.periods:
            if period.overlaps(day, day):
                return period
        before = [p for p in self.periods if p.stop is not None and p.stop < day]
        return before[-1] if before else next(iter(self.periods), None)

    # ---- dates

    @property
    def coverage(self) -> str:
        """The days covered, in words: `2010-01-01 to 2025-12-31` or `from 1990-01-01`."""
        if self.start is None:
            return "all dates" if self.stop is None else f"until {iso(self.stop)}"
        return (
            f"from {iso(self.start)}"
            if self.stop is None
            else f"{iso(self.start)} to {iso(self.stop)}"
        )

    def nearest_dates(self, day: int) -> tuple[int, ...]:
        """Give the measurement dates next to the day: the last before it and the first after it."""
        place = bisect_right(self.status_dates, day)
        return self.status_dates[max(0, place - 1) : place + 1]

    def check_date(self, date: Date | None, span: Span) -> None:
        """Raise what is wrong with importing the variable at this date.

        Codes: `date-missing`, `date-not-allowed`, `date-outside`, `not-a-measurement-date`.
        """
        if self.temporality == "FIXED":
            if date is not None:
                wrong(
                    "date-not-allowed",
                    f"'{self.name}' is fixed and has no dates",
                    date.span,
                    f"leave out {date.text}",
                )
            return
        if date is None:
            wrong(
                "date-missing",
                f"'{self.name}' needs a date",
                span,
                self._example(),
            )
        self._check_covered(date)
        if self.status_dates and date.days not in self.status_dates:
            wrong(
                "not-a-measurement-date",
                f"'{self.name}' was not measured on {date.text}",
                date.span,
                self._nearest(date.days),
            )

    def _check_covered(self, date: Date) -> None:
        early = self.start is not None and date.days < self.start
        late = self.stop is not None and date.days > self.stop
        if early or late:
            wrong(
                "date-outside",
                f"'{self.name}' has no data on {date.text}, it covers {self.coverage}",
                date.span,
                self._nearest(date.days),
            )

    def _nearest(self, day: int) -> str | None:
        near = self.nearest_dates(day)
        if not near:
            return None
        word = "date is" if len(near) == 1 else "dates are"
        return f"the nearest {word} {' and '.join(iso(d) for d in near)}"

    def _example(self) -> str | None:
        last = self.status_dates[-1] if self.status_dates else self.stop
        if last is None:
            last = self.start
        return None if last is None else f"for example {iso(last)}"


def _together(periods: Iterable[CodePeriod]) -> Pairs:
    merged: dict[Code, str] = {}
    for period in periods:
        merged.update(period.pairs or ())
    return tuple(merged.items())
