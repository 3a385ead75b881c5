"""The synthetic country: invented people whose data obey the relations of the real registers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kohort.databank.definition import facts
from kohort.databank.manifest import Manifest
from kohort.databank.parts import PartWriter
from kohort.databank.synthetic import (
    arrivals,
    courses,
    dwellings,
    economy,
    education,
    household,
    meters,
    persons,
    residence,
    schooling,
    shapes,
    simulation,
    vehicles,
)
from kohort.databank.synthetic.scope import ALL_MONTHS, Scope, scope_of
from kohort.databank.synthetic.simulation import Numbers
from kohort.databank.synthetic.streams import Streams
from kohort.databank.synthetic.tables import Tables

NAME: Final = "no.kohort.syntetisk"
# So many persons live together; a larger country is several of that size side by side. What a bank
# holds follows from persons and seed alone, whatever machine builds it.
BLOCK: Final = 1_000_000
# Parts of the work, roughly: simulating rather than writing; drawing the rest of the catalogue.
_SIMULATED: Final = 0.3
_DRAWN: Final = 0.6

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Share:
    """A part of the work, from `begin` on as wide as `width` (shares of the whole)."""

    tell: Progress | None
    begin: float
    width: float

    def say(self, done: float, what: str) -> None:
        """Tell that a share of this part is done, and what is being made."""
        if self.tell is not None:
            self.tell(self.begin + self.width * done, what)


def manifest(seed: int) -> Manifest:
    """Give the manifest of the synthetic bank made from a seed."""
    return Manifest(
        name=NAME,
        synthetic=True,
        seed=seed,
        answers_to=("no.ssb.fdb",),
        profiles=("default", "microdata-no", "danish-5", "strict", "open"),
        profile="default",
        key_id=f"synthetic-{seed}",
    )


def make(
    root: Path,
    persons: int,
    seed: int,
    progress: Progress | None = None,
    *,
    variables: Iterable[str] | None = None,
    months: Sequence[int] | None = None,
    everything: bool = False,
) -> None:
    """Build the synthetic bank of `persons` people (at least 1 000) at `root`, absent or empty.

    The same arguments give byte-identical files, and a variable is the same whichever others are
    written. `variables` None are all that the country simulates; `everything` adds the rest of the
    catalogue, of which only the shape is right. `months` are the years of the monthly series (None:
    all). `progress` hears the share done, 0 to 1, and the name of what is being made. Raises
    `ValueError` for too few persons or an unknown variable and `DatabankError` for a root in use.
    """
    if persons < simulation.FEWEST_PERSONS:
        raise ValueError(f"a synthetic bank has at least {simulation.FEWEST_PERSONS} persons")
    scope = scope_of(variables, ALL_MONTHS if months is None else months)
    writer = PartWriter(
        root,
        manifest(seed),
        label="Syntetisk Norge",
        description=f"Oppdiktede registerdata om {persons} oppdiktede personer, frø {seed}",
    )
    sizes, numbers = blocks(persons), Numbers()
    drawn = shapes.names(scope, everything)
    simulated = 1 - _DRAWN * len(drawn) / len(facts()["variables"])
    for block, size in enumerate(sizes):
        streams = Streams(seed, None if len(sizes) == 1 else block)
        share = Share(progress, simulated * block / len(sizes), simulated / len(sizes))
        _write_block(writer, size, streams, scope, numbers, share)
    share = Share(progress, simulated, 1 - simulated)
    for definition, frame in shapes.tables(seed, numbers, scope, drawn):
        writer.add(definition, frame)
        share.say(drawn.index(definition.name) / len(drawn), definition.name)
    writer.release()
    Share(progress, 1.0, 0.0).say(1.0, "done")


def _write_block(
    writer: PartWriter, size: int, streams: Streams, scope: Scope, numbers: Numbers, share: Share
) -> None:
    """Simulate people who live side by side with the blocks before, and write their variables."""
    country = simulation.simulate(
        size, streams, lambda done: share.say(_SIMULATED * done, "population"), numbers
    )
    written, expected = 0, scope.parts()
    for definition, frame in families(country, scope):
        if definition.name in scope:
            writer.add(definition, frame)
            written += 1
            done = min(written / expected, 1.0)
            share.say(_SIMULATED + (1 - _SIMULATED) * done, definition.name)


def blocks(persons: int) -> list[int]:
    """Give how many persons live in each of the countries side by side that make up a bank."""
    count = -(-persons // BLOCK)
    return [persons // count + (number < persons % count) for number in range(count)]


def families(country: simulation.Country, scope: Scope) -> Tables:
    """Give the variables with their rows, family by family; some in parts, year by year.

    Variables outside the scope are left out where that saves work.
    """
    schooling_of_all = education.educate(country.people, country.streams)
    yield from persons.tables(country)
    yield from arrivals.tables(country, scope)
    yield from residence.tables(country, schooling_of_all, scope)
    yield from household.tables(country, scope)
    yield from education.tables(country, schooling_of_all, scope)
    yield from schooling.tables(country, schooling_of_all, scope)
    yield from courses.tables(country, schooling_of_all, scope)
    yield from dwellings.tables(country, scope)
    yield from vehicles.tables(country, scope)
    yield from meters.tables(country, scope)
    if economy.wanted(scope):
        yield from economy.variables(country, schooling_of_all, scope)
