"""The core job as a script, step by step, and its run through kohort with protection."""

from __future__ import annotations

import sys
from pathlib import Path

from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.disclosure.released import Released
from kohort.event import Result, Told

STEPS = {
    "import, generate, keep": """\
require no.ssb.fdb:1 as db
create-dataset people
import db/BEFOLKNING_STATUSKODE 2022-01-01 as status
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
import db/BEFOLKNING_KOMMNR_FORMELL 2022-01-01 as municipality
import db/SIVSTANDFDT_SIVSTAND 2022-01-01 as civil
import db/INNTEKT_WLONN 2021-12-31 as wage
generate age = 2022 - int(birth / 100)
keep if status == '1' & inrange(age, 25, 66)
""",
    "two-way counts": """\
tabulate municipality sex
tabulate civil sex
""",
    "grouped means": """\
tabulate municipality, summarize(wage) mean std p50
""",
    "summarize": """\
summarize wage age
""",
    "regress": """\
regress wage age i.sex i.municipality
""",
}


def run(root: Path, watch: Stopwatch, profile: str | None = None) -> list[Released]:
    """Run the steps in one session and give their results.

    Raises `RuntimeError` where a step is refused or fails: then there is nothing to compare.
    """
    session = new_session(Catalogue([(None, root)]), profile)
    results = []
    for name, script in STEPS.items():
        with watch.step(name):
            events = list(session.run(script, batch=False))
        for event in events:
            if isinstance(event, Told) and event.diagnostic.severity != "notice":
                raise RuntimeError(f"{name}: {event.diagnostic.message}")
            if isinstance(event, Result):
                results.append(event.released)
    return results


def main() -> None:
    """Run the job on the databank named on the command line and report its times."""
    watch = Stopwatch()
    run(Path(sys.argv[1]), watch)
    watch.report()


if __name__ == "__main__":
    main()
