"""Spells, panels, family links, jobs and courses: whole scripts against polars written apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import made_lives
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank.definition import epoch_day
from kohort.disclosure.released import Model, Table
from kohort.engine.store import ColumnStore
from kohort.event import Result, Told
from kohort.scope import Kind, Type
from kohort.session import Session

REGISTERS = made_lives.registers()
CONNECT = f"require {made_lives.NAME}:1 as db\n"
WAGE, SEX = REGISTERS["INNTEKT_WLONN"], REGISTERS["BEFOLKNING_KJOENN"]
CIVIL, HOME = REGISTERS["SIVSTANDFDT_SIVSTAND"], REGISTERS["BEFOLKNING_KOMMNR_FORMELL"]
SHARE, HOLDER = REGISTERS["ARBLONN_ARB_STILLINGSPST"], REGISTERS["ARBEIDSFORHOLD_PERSON"]
MOTHER, FAMILY = REGISTERS["BEFOLKNING_MOR_FNR"], REGISTERS["BEFOLKNING_REGSTAT_FAMNR"]
PUPIL, COURSE = REGISTERS["NUDB_KURS_FNR"], REGISTERS["NUDB_KURS_HELDEL"]
TYPES = {Type.TEXT: pl.String, Type.INTEGER: pl.Int64, Type.DECIMAL: pl.Float64}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databank of the made lives."""
    return made_lives.bank(tmp_path_factory.mktemp("lives") / "lives", REGISTERS)


@pytest.fixture
def session(root: Path) -> Iterator[Session]:
    """A session without protection; what it holds at the end must be what checking foresaw."""
    made = new_session(Catalogue([(None, root)]), "open")
    carried_out(made, CONNECT)
    yield made
    for name in made.datasets:
        assert_as_foreseen(made, name)


def carried_out(session: Session, script: str) -> list[Result]:
    """Run a script; a mistake, refusal or failure fails the test."""
    results = []
    for event in session.run(script, batch=False):
        if isinstance(event, Told):
            assert event.diagnostic.severity == "notice", event.diagnostic
        if isinstance(event, Result):
            results.append(event)
    return results


def table_of(result: Result) -> Table:
    """Give the table of a result, or of its model."""
    content = result.released.content
    if isinstance(content, Model):
        return content.table
    assert isinstance(content, Table)
    return content


def store(session: Session, name: str) -> ColumnStore:
    """Give a dataset as the engine holds it."""
    dataset = session.datasets[name]
    assert isinstance(dataset, ColumnStore)
    return dataset


def frame(session: Session, name: str) -> pl.DataFrame:
    """Give all rows of a dataset: the key as `unit_id`, then the variables in their order."""
    dataset = store(session, name)
    columns = {"unit_id": dataset.rows.ids}
    for variable in session.scope.datasets[name].variables:
        columns[variable] = dataset.vector(variable).spread()
    return pl.DataFrame(columns)


def assert_as_foreseen(session: Session, name: str) -> None:
    """Check that variables, types, unit type and kind are what the checker says."""
    shape, dataset = session.scope.datasets[name], store(session, name)
    assert set(shape.variables) == set(dataset.columns)
    for variable in shape.variables.values():
        series = dataset.vector(variable.name).spread()
        assert len(series) == len(dataset.rows)
        if variable.type in TYPES:
            assert series.dtype == TYPES[variable.type], variable.name
        if variable.codes is not None:
            assert set(series.drop_nulls().unique()) <= set(variable.codes), variable.name
    if shape.unit_type is not None:
        assert dataset.rows.unit_type == shape.unit_type
    ids = dataset.rows.ids
    assert ids.is_sorted()
    if shape.kind not in (Kind.EVENT, Kind.PANEL):
        assert ids.n_unique() == len(ids)
    assert dataset.rows.size()[0] == ids.n_unique()


def at(rows: pl.DataFrame, date: str, name: str = "value") -> pl.DataFrame:
    """Give the value in force on a day, by unit."""
    day = epoch_day(date)
    current = rows.filter(
        (pl.col("start") <= day) & (pl.col("stop").is_null() | (pl.col("stop") >= day))
    )
    return current.select("unit_id", pl.col("value").alias(name))


def same(found: pl.DataFrame, wanted: pl.DataFrame, *by: str) -> None:
    """Check that two frames have the same rows, whatever their order."""
    keys = ["unit_id", *by]
    wanted = wanted.select(found.columns).sort(keys)
    assert_frame_equal(found.sort(keys), wanted, check_dtypes=False)


# ---- spells


@pytest.mark.parametrize(
    ("first", "last"),
    [("2005-01-01", "2009-12-31"), ("2015-06-15", "2015-06-15"), ("1990-01-01", "2024-12-31")],
)
def test_spells_of_a_period(session: Session, first: str, last: str) -> None:
    carried_out(
        session,
        f"create-dataset a\nimport-event db/SIVSTANDFDT_SIVSTAND {first} to {last} as civil",
    )
    low, high = epoch_day(first), epoch_day(last)
    wanted = CIVIL.filter(pl.col("start") <= high, pl.col("stop").fill_null(high) >= low)
    names = {"value": "civil", "start": "START@civil", "stop": "STOP@civil"}
    assert len(wanted) > 500
    same(frame(session, "a"), wanted.rename(names), "START@civil")


def test_days_in_a_status_go_to_people(session: Session) -> None:
    """Cut spells off at the period, add them up per person, and merge them into people."""
    carried_out(
        session,
        """
create-dataset spells
import-event db/SIVSTANDFDT_SIVSTAND 2010-01-01 to 2019-12-31 as civil
replace STOP@civil = date(2019, 12, 31) if sysmiss(STOP@civil) | STOP@civil > date(2019, 12, 31)
replace START@civil = date(2010, 1, 1) if START@civil < date(2010, 1, 1)
generate days = STOP@civil - START@civil + 1
keep if civil == '2'
collapse (sum) days (count) civil -> spells (min) START@civil -> first, by(PERSONID_1)
create-dataset people
import db/BEFOLKNING_KJOENN as sex
use spells
merge days spells first into people
""",
    )
    low, high = epoch_day("2010-01-01"), epoch_day("2019-12-31")
    spells = (
        CIVIL
        .filter(
            pl.col("start") <= high, pl.col("stop").fill_null(high) >= low, pl.col("value") == "2"
        )
        .with_columns(
            first=pl.col("start").clip(lower_bound=low),
            last=pl.col("stop").fill_null(high).clip(upper_bound=high),
        )
        .group_by("unit_id")
        .agg(
            days=(pl.col("last") - pl.col("first") + 1).sum(),
            spells=pl.len().cast(pl.Int64),
            first=pl.col("first").min(),
        )
    )
    wanted = SEX.rename({"value": "sex"}).join(spells, on="unit_id", how="left")
    assert wanted["days"].null_count() > 100
    same(frame(session, "people"), wanted)


def test_spells_of_units_that_are_there(session: Session) -> None:
    carried_out(
        session,
        """
create-dataset women
import db/BEFOLKNING_KJOENN as sex
keep if sex == '2'
clone-units women some
use some
import-event db/SIVSTANDFDT_SIVSTAND 2012-01-01 to 2012-12-31 as civil
generate year = year(START@civil)
keep if year < 2012
""",
    )
    low, high = epoch_day("2012-01-01"), epoch_day("2012-12-31")
    wanted = (
        CIVIL
        .join(SEX.filter(pl.col("value") == "2"), on="unit_id", how="semi")
        .filter(pl.col("start") < low, pl.col("stop").fill_null(high) >= low)
        .rename({"value": "civil", "start": "START@civil", "stop": "STOP@civil"})
        .with_columns(year=pl.from_epoch("START@civil", time_unit="d").dt.year().cast(pl.Int64))
    )
    same(frame(session, "some"), wanted, "START@civil")


def test_courses_reach_their_pupils(session: Session) -> None:
    carried_out(
        session,
        """
create-dataset courses
import-event db/NUDB_KURS_HELDEL 2000-01-01 to 2010-12-31 as part
create-dataset pupils
import db/NUDB_KURS_FNR as pupil
merge pupil into courses
use courses
keep if part == '1'
collapse (count) part -> n (max) START@part -> last, by(pupil)
import db/BEFOLKNING_KJOENN as sex
""",
    )
    low, high = epoch_day("2000-01-01"), epoch_day("2010-12-31")
    wanted = (
        COURSE
        .filter(
            pl.col("start") <= high, pl.col("stop").fill_null(high) >= low, pl.col("value") == "1"
        )
        .join(PUPIL.rename({"value": "pupil"}), on="unit_id")
        .group_by("pupil")
        .agg(n=pl.len().cast(pl.Int64), last=pl.col("start").max())
        .rename({"pupil": "unit_id"})
        .join(SEX.rename({"value": "sex"}), on="unit_id", how="left")
    )
    assert session.scope.datasets["courses"].unit_type == "PERSON"
    same(frame(session, "courses"), wanted)


# ---- panels


def plain_panel(units: pl.DataFrame) -> pl.DataFrame:
    """Units by three dates with wage, home and sex."""
    parts = []
    for year in made_lives.YEARS:
        date = f"{year}-01-01"
        part = units.select("unit_id").with_columns(
            pl.lit(epoch_day(date), pl.Int64).alias("date@panel")
        )
        for rows, name in ((WAGE, "INNTEKT_WLONN"), (HOME, "BEFOLKNING_KOMMNR_FORMELL")):
            part = part.join(at(rows, date, name), on="unit_id", how="left")
        parts.append(part)
    return pl.concat(parts).join(
        SEX.rename({"value": "BEFOLKNING_KJOENN"}), on="unit_id", how="left"
    )


IMPORT_PANEL = (
    "import-panel db/INNTEKT_WLONN db/BEFOLKNING_KOMMNR_FORMELL db/BEFOLKNING_KJOENN "
    "2021-01-01 2019-01-01 2020-01-01\n"
)


def test_a_panel_of_a_cohort(session: Session) -> None:
    carried_out(
        session,
        "create-dataset men\nimport db/BEFOLKNING_KJOENN as sex\nkeep if sex == '1'\n"
        f"clone-units men panel\nuse panel\n{IMPORT_PANEL}",
    )
    wanted = plain_panel(SEX.filter(pl.col("value") == "1"))
    same(frame(session, "panel"), wanted, "date@panel")


def test_a_panel_of_whoever_has_a_record(session: Session) -> None:
    carried_out(session, f"create-dataset panel\n{IMPORT_PANEL}")
    wanted = plain_panel(WAGE.select("unit_id").unique())
    assert 1200 < wanted["unit_id"].n_unique() < made_lives.PEOPLE
    same(frame(session, "panel"), wanted, "date@panel")


def test_rows_of_a_panel_come_and_go(session: Session) -> None:
    """Narrow before anything is read, so that every column is read for the rows that are left."""
    carried_out(
        session,
        f"""
create-dataset panel
{IMPORT_PANEL}
keep if date@panel >= date(2020, 1, 1)
drop if INNTEKT_WLONN < 300000
generate old = year(panel@date) - 2000 if BEFOLKNING_KJOENN == '2'
aggregate (mean) INNTEKT_WLONN -> usual (count) BEFOLKNING_KOMMNR_FORMELL -> n, by(PERSONID_1)
rename INNTEKT_WLONN wage
""",
    )
    mean = pl.col("wage").mean().over("unit_id")
    wanted = (
        plain_panel(WAGE.select("unit_id").unique())
        .filter(pl.col("date@panel") >= epoch_day("2020-01-01"))
        .rename({"INNTEKT_WLONN": "wage"})
        .filter(pl.col("wage").is_null() | (pl.col("wage") >= 300_000))
        .with_columns(
            old=pl.when(pl.col("BEFOLKNING_KJOENN") == "2").then(
                pl.when(pl.col("date@panel") == epoch_day("2020-01-01")).then(20).otherwise(21)
            ),
            usual=mean,
            n=pl.col("BEFOLKNING_KOMMNR_FORMELL").count().over("unit_id").cast(pl.Int64),
        )
    )
    same(frame(session, "panel"), wanted, "date@panel")


def test_cells_of_a_panel_count_units(session: Session) -> None:
    carried_out(session, f"create-dataset panel\n{IMPORT_PANEL}")
    shape = session.scope.datasets["panel"]
    axes = [shape.variables["BEFOLKNING_KOMMNR_FORMELL"], shape.variables["BEFOLKNING_KJOENN"]]
    counts = store(session, "panel").counts(axes, True, ("freq",), {})
    plain = plain_panel(WAGE.select("unit_id").unique())
    for which in ((0, 1), (0,), (1,), ()):
        cells = counts.cells[which]
        names = [axes[axis].name for axis in which]
        found = {
            tuple(counts.axes[axis].codes[i] for axis, i in zip(which, row, strict=True)): int(n)
            for row, n in zip(cells.index, cells.n, strict=True)
        }
        if names:
            grouped = plain.group_by(names).agg(n=pl.col("unit_id").n_unique())
            wanted = {tuple(row[:-1]): row[-1] for row in grouped.select(*names, "n").rows()}
        else:
            wanted = {(): plain["unit_id"].n_unique()}
        assert found == wanted


def test_a_sample_is_one_of_units(session: Session) -> None:
    carried_out(session, f"create-dataset panel\n{IMPORT_PANEL}sample 0.4 7")
    left = frame(session, "panel")
    assert 300 < left["unit_id"].n_unique() < 800
    assert left.group_by("unit_id").len()["len"].unique().to_list() == [3]


def test_a_model_of_rows(session: Session) -> None:
    carried_out(
        session,
        f"create-dataset panel\n{IMPORT_PANEL}generate year = year(date@panel) - 2019\n"
        "generate woman = BEFOLKNING_KJOENN == '2'",
    )
    (model,) = carried_out(session, "regress INNTEKT_WLONN year woman")
    plain = plain_panel(WAGE.select("unit_id").unique()).drop_nulls("INNTEKT_WLONN")
    year = (plain["date@panel"].to_numpy() - epoch_day("2019-01-01")) // 365
    woman = (plain["BEFOLKNING_KJOENN"] == "2").to_numpy()
    design = np.column_stack([year, woman, np.ones(len(plain))])
    wanted, *_ = np.linalg.lstsq(design, plain["INNTEKT_WLONN"].to_numpy(), rcond=None)
    found = [row[0].v for row in table_of(model).cells if row[0].v is not None]
    assert found == pytest.approx(wanted, rel=1e-6)


def test_monthly_jobs_of_persons(session: Session) -> None:
    """Twelve months of jobs, by the job's person, and back among the persons."""
    months = " ".join(made_lives.MONTHS)
    carried_out(
        session,
        f"""
create-dataset jobs
import-panel db/ARBLONN_ARB_STILLINGSPST db/ARBEIDSFORHOLD_PERSON {months}
rename ARBLONN_ARB_STILLINGSPST share
rename ARBEIDSFORHOLD_PERSON holder
clone-dataset jobs wide
drop if sysmiss(share)
collapse (mean) share (count) share -> months (sd) share -> spread, by(holder)
create-dataset people
import db/BEFOLKNING_KJOENN as sex
use jobs
merge share months into people
use wide
reshape-from-panel
""",
    )
    jobs = SHARE.join(HOLDER.rename({"value": "holder"}), on="unit_id")
    grouped = (
        jobs
        .group_by("holder")
        .agg(
            share=pl.col("value").mean(),
            months=pl.len().cast(pl.Int64),
            spread=pl.col("value").std(),
        )
        .rename({"holder": "unit_id"})
    )
    same(frame(session, "jobs"), grouped)
    people = SEX.rename({"value": "sex"}).join(grouped.drop("spread"), on="unit_id", how="left")
    same(frame(session, "people"), people)
    wide = frame(session, "wide")
    for month in made_lives.MONTHS:
        day = epoch_day(month)
        wanted = wide.select("unit_id").join(at(SHARE, month), on="unit_id", how="left")
        assert wide[f"share{day}"].to_list() == wanted["value"].to_list()


def test_a_panel_of_municipalities_is_published(root: Path) -> None:
    """Their rows are public: no floor, no noise, and they merge into panels of persons."""
    session = new_session(Catalogue([(None, root)]), "default")
    name = "SB12241_KOSTRA_HUSHOLDNINGSAVFALL_AARSINNBYGGER"
    results = carried_out(
        session,
        f"{CONNECT}create-dataset places\n"
        f"import-panel db/{name} 2019-12-31 2020-12-31 2021-12-31\nrename {name} waste\n"
        "tabulate date@panel, summarize(waste)",
    )
    assert session.scope.datasets["places"].public
    assert store(session, "places").size("", {}).n == len(made_lives.HOMES)
    waste = REGISTERS[name].group_by("start").agg(pl.col("value").mean()).sort("start")["value"]
    shown = [row[0].v for row in table_of(results[-1]).cells[:3]]
    assert shown == pytest.approx(waste.to_list(), abs=0.01)


# ---- family links


def test_family_wages_shared_out_and_mothers_wages(session: Session) -> None:
    carried_out(
        session,
        f"""
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_REGSTAT_FAMNR 2021-01-01 as family
import db/INNTEKT_WLONN 2021-12-31 as wage
clone-dataset people families
use families
collapse (sum) wage -> fam_wage, by(family)
merge fam_wage into people on family
create-dataset panel
{IMPORT_PANEL}
create-dataset mothers
import db/INNTEKT_WLONN 2020-12-31 as mothers_wage
create-dataset links
import db/BEFOLKNING_MOR_FNR as mother
merge mother into panel
use mothers
merge mothers_wage into panel on mother
""",
    )
    wage = at(WAGE, "2021-12-31", "wage")
    people = (
        SEX
        .rename({"value": "sex"})
        .join(FAMILY.select("unit_id", family="value"), on="unit_id", how="left")
        .join(wage, on="unit_id", how="left")
        .with_columns(fam_wage=pl.col("wage").sum().over("family"))
    )
    same(frame(session, "people"), people)
    panel = (
        plain_panel(WAGE.select("unit_id").unique())
        .join(MOTHER.rename({"value": "mother"}), on="unit_id", how="left")
        .join(
            at(WAGE, "2020-12-31", "mothers_wage").rename({"unit_id": "mother"}),
            on="mother",
            how="left",
        )
    )
    assert panel["mothers_wage"].count() > 500
    same(frame(session, "panel"), panel, "date@panel")


# ---- reshapes


WIDE = """
create-dataset wide
import db/BEFOLKNING_KJOENN as sex
import db/INNTEKT_WLONN 2019-12-31 as wage2019
import db/INNTEKT_WLONN 2021-12-31 as wage2021
import db/BEFOLKNING_KOMMNR_FORMELL 2019-01-01 as home2019
import db/BEFOLKNING_KOMMNR_FORMELL 2020-01-01 as home2020
generate half2020 = wage2021 / 2
generate half2021 = wage2019
clone-dataset wide kept
"""


def test_wide_to_long(session: Session) -> None:
    carried_out(session, f"{WIDE}reshape-to-panel home wage half\nkeep if wage > 1000 | half > 9")
    wage = {year: at(WAGE, f"{year}-12-31", "wage") for year in (2019, 2021)}
    later = wage[2021].select("unit_id", half=pl.col("wage") / 2)
    halves = {2020: later, 2021: wage[2019].select("unit_id", half=pl.col("wage").cast(pl.Float64))}
    parts = []
    for year in (2019, 2020, 2021):
        part = SEX.rename({"value": "sex"}).with_columns(pl.lit(year, pl.Int64).alias("date@panel"))
        home = at(HOME, f"{year}-01-01", "home").filter(year != 2021)
        empty_wage = wage[2019].clear()
        part = part.join(home, on="unit_id", how="left")
        part = part.join(wage.get(year, empty_wage), on="unit_id", how="left")
        part = part.join(halves.get(year, later.clear()), on="unit_id", how="left")
        parts.append(part)
    wanted = pl.concat(parts).filter((pl.col("wage") > 1000) | (pl.col("half") > 9))
    same(frame(session, "wide"), wanted, "date@panel")


def test_there_and_back(session: Session) -> None:
    carried_out(
        session,
        f"{WIDE}reshape-to-panel wage home half\nreshape-from-panel\n"
        "drop wage2020 home2021 half2019 sex2019 sex2021\nrename sex2020 sex",
    )
    back, kept = frame(session, "wide"), frame(session, "kept")
    assert_frame_equal(back.select(kept.columns), kept, check_dtypes=False)


def test_long_to_wide_leaves_gaps(session: Session) -> None:
    carried_out(
        session,
        f"create-dataset panel\n{IMPORT_PANEL}keep if INNTEKT_WLONN > 500000\n"
        "drop BEFOLKNING_KOMMNR_FORMELL BEFOLKNING_KJOENN\nrename INNTEKT_WLONN w\n"
        "reshape-from-panel\nimport db/BEFOLKNING_KJOENN as sex",
    )
    rich = WAGE.filter(pl.col("value") > 500_000)
    wanted = rich.select("unit_id").unique()
    for year in made_lives.YEARS:
        day = epoch_day(f"{year}-01-01")
        wanted = wanted.join(at(rich, f"{year}-01-01", f"w{day}"), on="unit_id", how="left")
    wanted = wanted.join(SEX.rename({"value": "sex"}), on="unit_id", how="left")
    same(frame(session, "panel"), wanted)


def test_an_outer_join_survives_narrowing(session: Session) -> None:
    """The values of the old units are looked up for the rows that are left."""
    carried_out(
        session,
        "create-dataset a\nimport db/INNTEKT_WLONN 2020-12-31 as wage\n"
        "import db/BEFOLKNING_KJOENN as sex, outer_join\nkeep if sex == '2'",
    )
    wanted = (
        SEX
        .filter(pl.col("value") == "2")
        .rename({"value": "sex"})
        .join(at(WAGE, "2020-12-31", "wage"), on="unit_id", how="left")
    )
    same(frame(session, "a"), wanted)


# ---- anything that checks runs, and gives what checking foresaw

BEGINNINGS = (
    "create-dataset a\nimport db/INNTEKT_WLONN 2019-12-31 as wage19\n"
    "import db/INNTEKT_WLONN 2020-12-31 as wage20\nimport db/BEFOLKNING_KJOENN as sex\n"
    "import db/BEFOLKNING_REGSTAT_FAMNR 2021-01-01 as family",
    "create-dataset b\nimport db/BEFOLKNING_KJOENN as sex\nclone-units b a\nuse a\n"
    "import-event db/SIVSTANDFDT_SIVSTAND 2010-01-01 to 2012-12-31 as civil",
    "create-dataset a\nimport-panel db/INNTEKT_WLONN db/BEFOLKNING_KJOENN 2019-12-31 2020-12-31",
    "create-dataset b\nimport db/BEFOLKNING_KJOENN as sex\ncreate-dataset a\nimport-panel "
    "db/ARBLONN_ARB_STILLINGSPST db/ARBEIDSFORHOLD_PERSON 2021-01-16 2021-05-16",
)
STATEMENTS = (
    "create-dataset b",
    "clone-units a b",
    "clone-dataset a c",
    "use a",
    "use b",
    "import db/BEFOLKNING_KJOENN as sex",
    "import db/INNTEKT_WLONN 2019-12-31 as wage19",
    "import db/INNTEKT_WLONN 2020-12-31 as wage20",
    "import db/BEFOLKNING_KOMMNR_FORMELL 2020-01-01 as home20, outer_join",
    "import db/BEFOLKNING_REGSTAT_FAMNR 2021-01-01 as family",
    "import-event db/SIVSTANDFDT_SIVSTAND 2010-01-01 to 2012-12-31 as civil",
    "import-panel db/INNTEKT_WLONN db/BEFOLKNING_KJOENN 2019-12-31 2020-12-31",
    "import-panel db/ARBLONN_ARB_STILLINGSPST db/ARBEIDSFORHOLD_PERSON 2021-01-16 2021-05-16",
    "reshape-to-panel wage home",
    "reshape-to-panel wage",
    "reshape-to-panel n",
    "reshape-from-panel",
    "keep if wage19 > 300000",
    "keep if INNTEKT_WLONN > 300000",
    "keep if date@panel > 19 & date@panel != 18627",
    "drop if civil == '1'",
    "drop if date@panel > 0",
    "drop if START@civil > 0",
    "drop date@panel",
    "drop START@civil",
    "rename INNTEKT_WLONN wage",
    "rename date@panel n19",
    "generate n20 = 2",
    "generate n = STOP@civil - START@civil",
    "replace date@panel = year(date@panel)",
    "aggregate (mean) wage -> m1 (count) sex -> m2, by(PERSONID_1)",
    "aggregate (max) wage19 -> n19, by(family)",
    "collapse (sum) wage19 (count) sex, by(family)",
    "collapse (min) START@civil (count) civil -> n, by(PERSONID_1)",
    "collapse (mean) wage -> wage20, by(date@panel)",
    "collapse (max) ARBLONN_ARB_STILLINGSPST -> n, by(ARBEIDSFORHOLD_PERSON)",
    "merge sex into b",
    "merge wage19 into b on family",
    "merge n into a",
    "sample 0.5 3",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(STATEMENTS), max_size=20))
@example(
    BEGINNINGS[2],
    [
        "rename INNTEKT_WLONN wage",
        "collapse (mean) wage -> wage20, by(date@panel)",
        "reshape-to-panel wage",
    ],
)
def test_what_checking_foresees_is_what_running_gives(
    root: Path, beginning: str, statements: list[str]
) -> None:
    session = new_session(Catalogue([(None, root)]), "open")
    carried_out(session, CONNECT + beginning)
    for statement in statements:
        for event in session.run(statement):
            if isinstance(event, Told):
                assert event.diagnostic.severity in ("error", "notice"), event.diagnostic
    assert set(session.datasets) == set(session.scope.datasets)
    for name in session.datasets:
        assert_as_foreseen(session, name)
