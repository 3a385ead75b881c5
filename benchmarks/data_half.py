"""Four jobs of the data half as scripts, and the run of one of them through kohort."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

from households import CHILDREN_SINCE, FAMILIES_ON, INCOMES, MONTHS, YEARS
from stopwatch import Stopwatch

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.disclosure.released import Released
from kohort.event import Result, Told

IMPORTS = {
    f"{name.split('_')[1].lower()}_{year}": (name, f"{year}-12-31")
    for name, year in product(INCOMES, YEARS)
}
_START = "require no.ssb.fdb:1 as db\n"
_IMPORTED = "".join(
    f"import db/{name} {day} as {alias}\n" for alias, (name, day) in IMPORTS.items()
)
_MONTHLY = "".join(
    f"import db/ARBLONN_ARB_ARBEIDSTID {month}-16 as hours{month[-2:]}\n"
    f"import db/ARBLONN_LONN_EKV_IALT {month}-16 as pay{month[-2:]}\n"
    for month in MONTHS
)

CASES = {
    "30 imports": f"""\
{_START}create-dataset people
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
{_IMPORTED}summarize {" ".join(IMPORTS)}
""",
    "families": f"""\
{_START}create-dataset people
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
import db/BEFOLKNING_REGSTAT_FAMNR {FAMILIES_ON} as family
import db/INNTEKT_WLONN 2021-12-31 as wage
clone-dataset people families
use families
collapse (sum) wage -> family_wage (count) wage -> earners, by(family)
merge family_wage earners into people on family
use people
summarize family_wage earners
""",
    "parents": f"""\
{_START}create-dataset people
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
keep if birth >= {CHILDREN_SINCE}00
import db/BEFOLKNING_MOR_FNR as mother
import db/BEFOLKNING_FAR_FNR as father
create-dataset parents
import db/INNTEKT_WLONN 2021-12-31 as wage_mother
clone-variables wage_mother -> wage_father
merge wage_mother into people on mother
merge wage_father into people on father
use people
summarize wage_mother wage_father
""",
    "panel of jobs": f"""\
{_START}create-dataset jobs
import db/ARBEIDSFORHOLD_PERSON as person
{_MONTHLY}reshape-to-panel hours pay
summarize hours pay
tabulate date@panel, summarize(pay) mean
""",
}


def run(case: str, root: Path, watch: Stopwatch, profile: str | None = None) -> list[Released]:
    """Run a case in a session of its own and give its results.

    Raises `RuntimeError` where it is refused or fails: then there is nothing to compare.
    """
    session = new_session(Catalogue([(None, root)]), profile)
    results = []
    with watch.step(case):
        events = list(session.run(CASES[case], batch=False))
    for event in events:
        if isinstance(event, Told) and event.diagnostic.severity != "notice":
            raise RuntimeError(f"{case}: {event.diagnostic.message}")
        if isinstance(event, Result):
            results.append(event.released)
    return results


def main() -> None:
    """Run the named case on the named databank and report its time."""
    watch = Stopwatch()
    run(sys.argv[2], Path(sys.argv[1]), watch)
    watch.report()


if __name__ == "__main__":
    main()
