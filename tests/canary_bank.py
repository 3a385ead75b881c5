"""A databank of real people who never lived, whose values and ids occur nowhere else.

Three thousand persons, under `default` unless it is built for another profile. A number or text
that belongs to one person is a canary: it must never appear in anything that leaves the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from kohort.databank.definition import Category, VariableDefinition, epoch_day
from kohort.databank.manifest import Manifest
from kohort.databank.writer import DatabankWriter
from kohort.disclosure.keys import Secret

PERSONS = 3000
NAME = "no.kanari"
FIRST_ID = 773_100_000_000
FAMILY_ID = 884_200_000_000
GIANT = 918_273_645
OUTSIDE = ("98Q6", "98Q7", "98Q8")
"""Municipality codes that no list has: of one person, of three, of four."""

_DAY = epoch_day("2021-01-01")
_YEAR = (_DAY, epoch_day("2021-12-31"))
# Identifiers stand alone: among the digits of a hash or a place in a picture they are chance.
_WORDS = re.compile(r"KANARI-\d{6}|98Q\d|(?<![\w.])(?:7731|8842)\d{8}(?!\w)")
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,]\d+)?")

SOURCES = {
    "K_SEX": "", "K_BORN": "", "K_TEXT": "", "K_FAMILY": " 2021-01-01", "K_MOTHER": "",
    "K_HOME": " 2021-01-01", "K_WAGE": " 2021-06-30", "K_EXACT": "", "K_ILL": "", "K_RARE": "",
    "K_FEW": "", "K_DOCTOR": "",
}  # fmt: skip
"""Register variables, each with the date that an import needs."""


def ids() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give the ids of all persons, int64, ascending."""
    return FIRST_ID + np.arange(PERSONS, dtype=np.int64) * 7919


def wages() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give each person's wage: seven or more digits, of which no published number has as many."""
    generator = np.random.default_rng(5)
    wage = np.exp(generator.normal(13.0, 0.6, PERSONS)).astype(np.int64)
    wage = 1_000_000 + wage // 10 * 10 + generator.integers(1, 10, PERSONS)
    wage[17] = GIANT
    return wage


def exact() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give each person's decimal number, of which no published number has as many digits."""
    generator = np.random.default_rng(6)
    return np.round(generator.normal(500.0, 90.0, PERSONS), 6)


def text_of(place: int) -> str:
    """Give the text of a person: one of three words, or a canary."""
    return f"KANARI-{place:06d}" if place % 50 == 0 else "ABC"[place % 3]


class Canaries:
    """Finds canaries in what left the program."""

    def __init__(self) -> None:
        # Places in pictures have up to three decimals: a canary needs five to be told from them.
        decimals = [f"{x:.6f}".rstrip("0") for x in exact()]
        self.numbers = frozenset(
            [f"{wage}" for wage in wages()] + [number for number in decimals if len(number) >= 9]
        )

    def within(self, text: str) -> Iterator[str]:
        """Give each canary in a text."""
        yield from _WORDS.findall(text)
        for found in _NUMBER.finditer(text):
            plain = re.sub(r"[ \u00a0\u202f]", "", found[0]).replace(",", ".")
            if plain in self.numbers:
                yield plain


def canary_bank(folder: Path, profile: str = "default", shuffled: int | None = None) -> Path:
    """Build the bank, its keys beside it; `shuffled` is a seed for another order of the rows."""
    root = folder / "kanari"
    manifest = Manifest(
        name=NAME, synthetic=True, seed=77, profile=profile, key_id="kanari",
        profiles=("default", "microdata-no", "danish-5", "strict"),
    )  # fmt: skip
    build(root, manifest)
    if shuffled is not None:
        for place, file in enumerate(sorted((root / "data").rglob("*.parquet"))):
            frame = pl.read_parquet(file)
            frame.sample(fraction=1.0, shuffle=True, seed=shuffled + place).write_parquet(file)
    return root


def build(root: Path, manifest: Manifest, master: Secret | None = None) -> None:
    """Write the bank under a manifest; `master` is a real bank's key."""
    writer = DatabankWriter(root, manifest)
    for definition, frame in _data_sets():
        writer.add(definition, frame)
    writer.release(master=master)
    _put_codes_of_no_list(root)


def _data_sets() -> Iterator[tuple[VariableDefinition, pl.DataFrame]]:
    people, places = ids(), np.arange(PERSONS)
    generator = np.random.default_rng(4)
    sexes = (Category("1", "Mann"), Category("2", "Kvinne"))
    yield _fixed("K_SEX", "STRING", sexes), _rows(people, [str(1 + i % 2) for i in places])
    born = (1940 + generator.integers(0, 60, PERSONS)) * 100 + 1 + places % 12
    yield _fixed("K_BORN", "LONG"), _rows(people, born)
    yield _fixed("K_TEXT", "STRING"), _rows(people, [text_of(int(i)) for i in places])
    mother = VariableDefinition("K_MOTHER", "Mor", "PERSON", "FIXED", "LONG", "PERSON")
    yield mother, _rows(people[1500:], people[:1500])
    yield _spells(people)
    few_spells, rows = _spells(people[:600])
    yield replace(few_spells, name="K_FEW_SPELL"), rows
    doctor = VariableDefinition("K_DOCTOR", "Lege", "PERSON", "FIXED", "LONG", "PERSON")
    yield doctor, _rows(people, people[places % 5])
    homes = tuple(Category(code, f"Kommune {code}") for code in _homes())
    home = VariableDefinition("K_HOME", "Kommune", "PERSON", "STATUS", "STRING", categories=homes)
    where = generator.choice(_homes(), PERSONS, p=_home_shares())
    yield home, _rows(people, where.tolist(), (_DAY, _DAY))
    family = VariableDefinition("K_FAMILY", "Familie", "PERSON", "STATUS", "LONG", "FAMILIE")
    yield family, _rows(people, FAMILY_ID + places // 2 * 7919, (_DAY, _DAY))
    wage = VariableDefinition("K_WAGE", "Lønn", "PERSON", "ACCUMULATED", "LONG")
    earning = places % 10 != 3
    yield wage, _rows(people[earning], wages()[earning], _YEAR)
    yield _fixed("K_EXACT", "DOUBLE"), _rows(people, exact())
    ill = VariableDefinition(
        "K_ILL", "Syk", "PERSON", "FIXED", "STRING", sensitivity="PERSON_SPECIAL",
        categories=(Category("0", "Frisk"), Category("1", "Syk")),
    )  # fmt: skip
    yield ill, _rows(people, ["1" if i % 40 == 7 else "0" for i in places])
    few = places < 60
    yield _fixed("K_RARE", "LONG"), _rows(people, np.where(few, wages(), 0))
    yield _fixed("K_FEW", "LONG"), _rows(people[:600], places[:600] % 7)


def _spells(
    people: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> tuple[VariableDefinition, pl.DataFrame]:
    """Give two spells of each person, the first ended, the second not."""
    spell = VariableDefinition("K_SPELL", "Forløp", "PERSON", "EVENT", "STRING")
    texts = [text_of(place) for place in range(len(people))]
    first = pl.DataFrame({
        "unit_id": people, "value": texts,
        "start_epoch_days": _DAY - 400 - np.arange(len(people)) % 300,
        "stop_epoch_days": _DAY - 50 - np.arange(len(people)) % 40,
    })  # fmt: skip
    second = pl.DataFrame({
        "unit_id": people, "value": ["D"] * len(people),
        "start_epoch_days": _DAY + np.arange(len(people)) % 200,
        "stop_epoch_days": pl.Series([None] * len(people), dtype=pl.Int64),
    })  # fmt: skip
    return spell, pl.concat([first, second])


def _homes() -> list[str]:
    return [f"{code:04d}" for code in range(101, 131)]


def _home_shares() -> list[float]:
    # From a third of all people down to one in two hundred.
    weights = np.array([1.12**-i for i in range(30)])
    return list(weights / weights.sum())


def _fixed(name: str, kind: str, codes: tuple[Category, ...] = ()) -> VariableDefinition:
    types = {"STRING": "STRING", "LONG": "LONG", "DOUBLE": "DOUBLE"}
    return VariableDefinition(
        name, name.removeprefix("K_").capitalize(), "PERSON", "FIXED",
        types[kind],  # type: ignore[arg-type]
        categories=codes,
    )  # fmt: skip


def _rows(
    people: np.ndarray[tuple[int], np.dtype[np.int64]],
    values: object,
    days: tuple[int, int] | None = None,
) -> pl.DataFrame:
    frame = pl.DataFrame({"unit_id": people, "value": values})
    if days is None:
        return frame
    return frame.with_columns(
        pl.lit(days[0]).alias("start_epoch_days"), pl.lit(days[1]).alias("stop_epoch_days")
    )


def _put_codes_of_no_list(root: Path) -> None:
    """Give eight persons homes that no list has; the writer would refuse them."""
    (file,) = (root / "data" / "K_HOME").rglob("*.parquet")
    frame = pl.read_parquet(file).sort("unit_id")
    values = frame["value"].to_list()
    outside = [OUTSIDE[0]] + [OUTSIDE[1]] * 3 + [OUTSIDE[2]] * 4
    values[100 : 100 + len(outside)] = outside
    frame.with_columns(pl.Series("value", values)).write_parquet(file)
