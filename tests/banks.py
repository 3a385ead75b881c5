"""Databanks for tests: twenty people made up by hand, and a synthetic country of 5 000."""

from __future__ import annotations

from pathlib import Path

import made_norway
import polars as pl

from kohort import databank
from kohort.catalogue import Catalogue
from kohort.databank.definition import VariableDefinition, catalogued, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter

PEOPLE = range(1, 21)
_SPELLS = (epoch_day("1990-01-01"), epoch_day("2024-12-31"))
YEAR_END = {year: epoch_day(f"{year}-12-31") for year in (2019, 2020, 2021)}


def catalogue(root: Path) -> Catalogue:
    """Give a catalogue with this one databank."""
    return Catalogue([(None, root)])


def norway(folder: Path) -> Path:
    """Build the synthetic country of 5 000 people, seed 1; monthly series of 2021 to 2023."""
    root = folder / "norway"
    databank.make(root, 5000, 1, months=(2021, 2022, 2023))
    return root


def demo(folder: Path) -> Path:
    """Build the country of `make demo`, 10 000 people, seed 1, without its monthly series."""
    root = folder / "demo"
    databank.make(root, 10_000, 1, months=())
    return root


def country(folder: Path) -> Path:
    """Build the synthetic country of 20 000 people."""
    return made_norway.build(folder)


def small(folder: Path) -> Path:
    """Build a bank of twenty people whose every value can be worked out by hand.

    Person i: a man where i is odd; born in year 1940 + 4 i, month 1 + i % 12; 1-10 live in Oslo,
    11-18 in Bergen, the others nowhere; 1-15 have the wage 100 000 i in 2020, and 10 000 more in
    2021; persons 2k-1 and 2k are a family; the parents of 10 + 2k-1 and 10 + 2k are 2k-1 and 2k.

    Job 100 + i is the main job of person i (1-12), 200 + i the second one of persons 1-4. A main
    job is full time where i is odd, else half, a second one 20 per cent; in February 2021 the main
    jobs of persons 1 and 2 are gone. Course 500 + i is taken full time by persons 15-20 from August
    2018 to June 2020, course 600 + i part time by persons 19 and 20 since August 2020.
    """
    root = folder / "small"
    manifest = Manifest(
        name="no.test.small", synthetic=True, seed=7, answers_to=("no.ssb.fdb",),
        profiles=("default", "microdata-no", "danish-5", "strict", "open"), profile="open",
        key_id="test-7",
    )  # fmt: skip
    writer = DatabankWriter(root, manifest)
    for definition, rows in _data_sets():
        writer.add(definition, rows)
    writer.release()
    return root


def _defined(name: str, coverage: tuple[int, int] | None = None) -> VariableDefinition:
    words = {"description": "Laget for prøver", "population": "Tjue personer"}
    return catalogued(name, coverage=coverage, **words)


def _fixed(values: dict[int, object]) -> pl.DataFrame:
    return pl.DataFrame({"unit_id": list(values), "value": list(values.values())})


def _spells(rows: list[tuple[int, object, int, int | None]]) -> pl.DataFrame:
    names = ("unit_id", "value", "start_epoch_days", "stop_epoch_days")
    columns = zip(*rows, strict=True)
    return pl.DataFrame({name: list(c) for name, c in zip(names, columns, strict=True)})


def _on(dates: tuple[str, ...], values: dict[int, object]) -> pl.DataFrame:
    days = [epoch_day(date) for date in dates]
    return _spells([(i, v, day, day) for day in days for i, v in values.items()])


def _data_sets() -> list[tuple[VariableDefinition, pl.DataFrame]]:
    mothers = {10 + i: i + i % 2 for i in range(1, 11)}
    fathers = {10 + i: i - 1 + i % 2 for i in range(1, 11)}
    wages = [
        (i, 100_000 * i + raised, epoch_day(f"{year}-01-01"), YEAR_END[year])
        for year, raised in ((2020, 0), (2021, 10_000))
        for i in range(1, 16)
    ]
    married = epoch_day("2010-06-15")
    divorced = epoch_day("2018-03-01")
    civil: list[tuple[int, object, int, int | None]] = [
        *((i, "1", epoch_day("1990-01-01"), married - 1) for i in range(1, 11)),
        *((i, "2", married, None) for i in range(1, 7)),
        *((i, "2", married, divorced - 1) for i in range(7, 11)),
        *((i, "4", divorced, None) for i in range(7, 11)),
        *((i, "1", epoch_day("1990-01-01"), None) for i in range(11, 21)),
    ]
    homes = {i: "0301" if i <= 10 else "4601" for i in range(1, 19)}
    old_homes = {i: "0301" if i <= 10 else "1201" for i in range(1, 19)}
    first_day = ("2021-01-01",)
    holders = {**{100 + i: i for i in range(1, 13)}, **{200 + i: i for i in range(1, 5)}}
    shares = {job: 20.0 if job > 200 else 100.0 if job % 2 else 50.0 for job in holders}
    later = {job: share for job, share in shares.items() if job not in (101, 102)}
    pupils = {**{500 + i: i for i in range(15, 21)}, **{600 + i: i for i in (19, 20)}}
    school = [epoch_day(date) for date in ("2018-08-15", "2020-06-15", "2020-08-15")]
    courses: list[tuple[int, object, int, int | None]] = [
        (i, "1", school[0], school[1]) if i < 600 else (i, "2", school[2], None) for i in pupils
    ]
    return [
        (_defined("BEFOLKNING_KJOENN"), _fixed({i: "1" if i % 2 else "2" for i in PEOPLE})),
        (
            _defined("BEFOLKNING_FOEDSELS_AAR_MND"),
            _fixed({i: (1940 + 4 * i) * 100 + 1 + i % 12 for i in PEOPLE}),
        ),
        (_defined("BEFOLKNING_MOR_FNR"), _fixed(dict(mothers))),
        (_defined("BEFOLKNING_FAR_FNR"), _fixed(dict(fathers))),
        (_defined("BEFOLKNING_STATUSKODE"), _on(first_day, dict.fromkeys(PEOPLE, "1"))),
        (
            _defined("BEFOLKNING_KOMMNR_FORMELL"),
            pl.concat([_on(("2019-01-01",), dict(old_homes)), _on(first_day, dict(homes))]),
        ),
        (
            _defined("BEFOLKNING_REGSTAT_FAMNR"),
            _on(first_day, {i: i - 1 + i % 2 for i in PEOPLE}),
        ),
        (_defined("INNTEKT_WLONN"), _spells([(i, v, a, b) for i, v, a, b in wages])),
        (_defined("SIVSTANDFDT_SIVSTAND", _SPELLS), _spells(civil)),
        (_defined("ARBEIDSFORHOLD_PERSON"), _fixed(dict(holders))),
        (
            _defined("ARBLONN_ARB_STILLINGSPST"),
            pl.concat([_on(("2021-01-16",), dict(shares)), _on(("2021-02-16",), dict(later))]),
        ),
        (_defined("NUDB_KURS_FNR"), _fixed(dict(pupils))),
        (_defined("NUDB_KURS_HELDEL", _SPELLS), _spells(courses)),
    ]
