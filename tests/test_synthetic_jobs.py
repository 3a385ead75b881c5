"""Jobs, wages and job seekers of the synthetic country agree with each other, month by month."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_norway import MONTHS, PERSONS, Bank, day

JOB_MONTH = ["unit_id", "month"]
PERSON_MONTH = ["person", "month"]


@pytest.fixture(scope="module")
def bank(country_root: Path) -> Bank:
    return Bank(country_root)


@pytest.fixture(scope="module")
def jobs(bank: Bank) -> dict[int, pl.DataFrame]:
    """Every job and month of a year, with its holder, hours and what else a test asks for."""
    holder = bank.fixed("ARBEIDSFORHOLD_PERSON", "person")
    found = {}
    for year in MONTHS:
        frame = bank.monthly("ARBLONN_ARB_ARBEIDSTID", year, "hours").join(holder, on="unit_id")
        for name, column in (
            ("ARB_HOVEDARBEID", "main"),
            ("ARB_STILLINGSPST", "share"),
            ("ARB_H3LDELTID", "full"),
            ("ARB_START", "began"),
            ("ARB_YRKE_STYRK08", "occupation"),
            ("LONN_FAST", "fixed"),
            ("LONN_TIME", "hourly"),
            ("LONN_KONTANT_IMP", "cash"),
            ("LONN_EKV_FMLONN", "agreed"),
            ("LONN_EKV_IALT", "all_pay"),
            ("LONN_FAST_INNRAPP", "fixed_reported"),
            ("LONN_TIME_INNRAPP", "hourly_reported"),
        ):
            more = bank.monthly(f"ARBLONN_{name}", year, column)
            frame = frame.join(more, on=JOB_MONTH, how="full", coalesce=True)
        found[year] = frame
    return found


# ---- relation 5


def test_every_job_has_one_holder(bank: Bank, jobs: dict[int, pl.DataFrame]) -> None:
    holder = bank.fixed("ARBEIDSFORHOLD_PERSON", "person")
    assert holder["unit_id"].is_unique().all()
    assert holder["person"].is_between(1, PERSONS).all()
    for year in MONTHS:
        assert jobs[year].null_count().sum_horizontal().item() == 0
        assert jobs[year].height > PERSONS * 3
    assert 1.02 < jobs[2021].group_by(PERSON_MONTH).len()["len"].mean() < 1.2  # type: ignore[operator]


@pytest.mark.parametrize("year", MONTHS)
def test_one_job_of_a_person_and_month_is_the_main_one(
    jobs: dict[int, pl.DataFrame], year: int
) -> None:
    by_person = (
        jobs[year]
        .group_by(PERSON_MONTH)
        .agg(
            (pl.col("main") == "1").sum().alias("mains"),
            pl.col("hours").filter(pl.col("main") == "1").first().alias("main_hours"),
            pl.col("hours").max().alias("most"),
        )
    )
    assert (by_person["mains"] == 1).all()
    assert (by_person["main_hours"] == by_person["most"]).all()


@pytest.mark.parametrize("year", MONTHS)
def test_hours_add_up_over_the_jobs_of_a_person(
    bank: Bank, jobs: dict[int, pl.DataFrame], year: int
) -> None:
    sums = jobs[year].group_by(PERSON_MONTH).agg(pl.col("hours").sum())
    told = bank.monthly("ARBLONN_PERS_SUM_ARBEIDSTID", year, "sum")
    both = sums.join(told, left_on=PERSON_MONTH, right_on=JOB_MONTH, how="full", coalesce=True)
    assert both.null_count().sum_horizontal().item() == 0
    assert (both["hours"] - both["sum"]).abs().max() < 0.06  # type: ignore[operator]


def test_shares_follow_from_hours(jobs: dict[int, pl.DataFrame]) -> None:
    frame = jobs[2021]
    assert frame["share"].is_between(1, 100).all()
    assert ((frame["share"] >= 100) == (frame["full"] == "1")).all()
    # Full time is 35.5 to 40 hours.
    part = frame.filter(pl.col("share") < 99.9)
    full_week = part["hours"] / part["share"] * 100
    assert full_week.is_between(33, 43).mean() > 0.99  # type: ignore[operator]
    assert 0.5 < (frame["full"] == "1").mean() < 0.8  # type: ignore[operator]


@pytest.mark.parametrize("year", MONTHS)
def test_jobs_have_begun(bank: Bank, jobs: dict[int, pl.DataFrame], year: int) -> None:
    month = pl.date(year, pl.col("month"), 16).cast(pl.Int32).alias("at")
    assert jobs[year].select((pl.col("began") <= month).all()).item()
    assert jobs[year].group_by("unit_id").agg(pl.col("began").n_unique())["began"].max() == 1
    born = jobs[year].join(bank.born(), left_on="person", right_on="unit_id")
    age = (born["began"] // 365.25 + 1970) - born["born"] // 100
    assert age.min() >= 14  # type: ignore[operator]


def test_pay_of_a_month(jobs: dict[int, pl.DataFrame]) -> None:
    frame = jobs[2021]
    assert (frame["all_pay"] >= frame["agreed"]).all()
    assert ((frame["fixed"] == 0) | (frame["hourly"] == 0)).all()
    assert (frame["cash"] >= frame["fixed"] + frame["hourly"]).all()
    for name in ("fixed", "hourly"):
        close = (frame[f"{name}_reported"] - frame[name]).abs() <= 0.04 * frame[name] + 1
        assert close.all()
        assert 0.9 < (frame[f"{name}_reported"] == frame[name]).mean() < 1  # type: ignore[operator]
    assert 30_000 < frame["agreed"].median() < 60_000  # type: ignore[operator]


def test_monthly_pay_sums_to_the_wages_of_the_year(
    bank: Bank, jobs: dict[int, pl.DataFrame]
) -> None:
    for year in (2018, 2021):
        cash = jobs[year].group_by("person").agg(pl.col("cash").sum())
        wages = bank.year("INNTEKT_WLONN", year, "wage")
        both = cash.join(wages, left_on="person", right_on="unit_id", how="full", coalesce=True)
        # Nobody is paid without wages; wages without a job in the register are short stays.
        assert both["wage"].null_count() == 0
        assert both["cash"].null_count() < 0.01 * both.height
        ratio = both["cash"] / both["wage"]
        assert ratio.median() == pytest.approx(1, abs=0.01)
        assert ratio.is_between(0.85, 1.15).mean() > 0.95  # type: ignore[operator]


def test_persons_in_the_wage_register_agree_with_the_population(bank: Bank) -> None:
    sex = bank.monthly("ARBLONN_PERS_KJOENN", 2021, "there").join(
        bank.fixed("BEFOLKNING_KJOENN", "here"), on="unit_id"
    )
    assert (sex["there"] == sex["here"]).all()
    born = bank.monthly("ARBLONN_PERS_ALDER", 2021, "age").join(bank.born(), on="unit_id")
    months = (
        2021 * 12 + born["month"].cast(pl.Int64) - (born["born"] // 100 * 12 + born["born"] % 100)
    )
    # In the month of the birthday the day decides.
    assert ((born["age"] == months // 12) | (months % 12 == 0)).all()
    assert (born["age"] >= months // 12 - 1).all()
    home = bank.monthly("ARBLONN_PERS_KOMMNR", 2021, "there").filter(pl.col("month") == 7)
    lived = home.join(bank.at("BOSATTEFDT_BOSTED", "2021-07-31", "here"), on="unit_id", how="left")
    assert (lived["there"] == lived["here"]).drop_nulls().all()
    assert lived["here"].null_count() < 5


# ---- relation 13


@pytest.mark.parametrize("year", [2018, 2021, 2023])
def test_the_register_of_november_names_the_main_job(
    bank: Bank, jobs: dict[int, pl.DataFrame], year: int
) -> None:
    main = jobs[year].filter(pl.col("month") == 11, pl.col("main") == "1")
    status = bank.year("REGSYS_ARB_ARBMARK_STATUS", year, "status")
    employees = status.filter(pl.col("status") == "1")
    assert employees.join(main, left_on="unit_id", right_on="person", how="anti").is_empty()
    both = main.join(employees, left_on="person", right_on="unit_id")
    for name, column in (("ARBEIDSTID", "hours"), ("YRKE_STYRK08", "occupation")):
        told = bank.year(f"REGSYS_ARB_{name}", year, "told")
        same = both.join(told, left_on="person", right_on="unit_id")
        assert (same[column] == same["told"]).all()
    jobless = status.filter(pl.col("status") == "3")
    assert jobless.join(main, left_on="unit_id", right_on="person").is_empty()


def test_industries_end_in_2019(bank: Bank) -> None:
    folder = bank.root / "data" / "REGSYS_VIRK_NACE1_SN07" / "REGSYS_VIRK_NACE1_SN07__1_0"
    assert sorted(part.name[-4:] for part in folder.iterdir()) == [
        "2015", "2016", "2017", "2018", "2019",
    ]  # fmt: skip
    industry = bank.year("REGSYS_VIRK_NACE1_SN07", 2019, "industry")
    assert industry["industry"].str.contains(r"^\d\d\.\d\d\d$").all()
    occupation = bank.year("REGSYS_ARB_YRKE_STYRK08", 2019, "occupation")
    assert set(industry["unit_id"]) == set(occupation["unit_id"])
    nurses = industry.join(occupation, on="unit_id").filter(pl.col("occupation") == "2223")
    assert nurses["industry"].str.slice(0, 2).is_in(["86", "87"]).all()


# ---- jobs over time


def test_people_keep_jobs_and_change_them(jobs: dict[int, pl.DataFrame]) -> None:
    main = [
        jobs[year]
        .filter(pl.col("month") == 11, pl.col("main") == "1")
        .select("person", pl.col("unit_id").alias("job"))
        for year in (2021, 2022)
    ]
    both = main[0].join(main[1], on="person")
    kept = (both["job"] == both["job_right"]).mean()
    assert 0.75 < kept < 0.95  # type: ignore[operator]
    begun = jobs[2022].filter(pl.col("began") >= day("2022-01-01")).unique("unit_id")
    months = set(pl.Series(begun["began"]).cast(pl.Int32).cast(pl.Date).dt.month())
    assert len(months) == 12


# ---- relation 17, monthly


def test_seekers_of_a_month_are_those_of_the_spells(bank: Bank) -> None:
    for year, month, last in ((2018, 3, 31), (2022, 11, 30)):
        told = bank.monthly("ARBEIDSSOKER_TILTAK", year, "state")
        told = told.filter(pl.col("month") == month)
        group = bank.at("ARBSOEK2001FDT_HOVED", f"{year}-{month:02}-{last}", "group")
        groups = {"0": ["1"], "1": ["3"], "6": ["10", "11", "12", "13", "15"], "7": ["14"]}
        for code, those in groups.items():
            here = set(told.filter(pl.col("state") == code)["unit_id"])
            assert here == set(group.filter(pl.col("group").is_in(those))["unit_id"])
        assert told.height > 50
