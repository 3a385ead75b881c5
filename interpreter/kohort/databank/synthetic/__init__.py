"""The synthetic country: invented people whose data obey the relations of the real registers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Final

from kohort.databank.manifest import Manifest
from kohort.databank.synthetic import economy, education, household, persons, residence, simulation
from kohort.databank.synthetic.streams import Streams
from kohort.databank.synthetic.tables import Tables
from kohort.databank.writer import DatabankWriter

NAME: Final = "no.kohort.syntetisk"
_VARIABLES: Final = 47
_SIMULATED: Final = 0.3


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
    progress: Callable[[float, str], None] | None = None,
) -> None:
    """Build the synthetic bank of `persons` people (at least 1 000) at `root`, absent or empty.

    The same persons and seed give byte-identical files. `progress` hears the share done, 0 to 1,
    and the name of what is being made. Raises `ValueError` for too few persons and
    `DatabankError` for a root that is in use.
    """
    if persons < simulation.FEWEST_PERSONS:
        raise ValueError(f"a synthetic bank has at least {simulation.FEWEST_PERSONS} persons")
    tell = progress or (lambda share, what: None)
    writer = DatabankWriter(
        root,
        manifest(seed),
        label="Syntetisk Norge",
        description=f"Oppdiktede registerdata om {persons} oppdiktede personer, frø {seed}",
    )
    streams = Streams(seed)
    country = simulation.simulate(
        persons, streams, lambda share: tell(_SIMULATED * share, "population")
    )
    for number, (definition, frame) in enumerate(families(country)):
        tell(_SIMULATED + (1 - _SIMULATED) * number / _VARIABLES, definition.name)
        writer.add(definition, frame)
    writer.release()
    tell(1.0, "done")


def families(country: simulation.Country) -> Tables:
    """Give every variable with its rows, family by family."""
    schooling = education.educate(country.people, country.streams)
    yield from chain(
        persons.tables(country),
        residence.tables(country, schooling),
        household.tables(country),
        education.tables(country, schooling),
        economy.variables(country, schooling),
    )
