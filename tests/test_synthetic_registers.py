"""School, courses, dwellings, vehicles and meters of the synthetic country: their relations."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from made_norway import MONTHS, PERSONS, Bank, day, months

from kohort.databank.synthetic import places

FULL = "NUDB_AAR_FORSTE_FULLF_"


@pytest.fixture(scope="module")
def bank(country_root: Path) -> Bank:
    return Bank(country_root)


def mean(series: pl.Series) -> float:
    found = series.cast(pl.Float64).mean()
    assert isinstance(found, float)
    return found


# ---- relation 2


@pytest.mark.parametrize("name", ["FARFAR", "FARMOR", "MORFAR", "MORMOR"])
def test_grandparents_are_the_parents_of_parents(bank: Bank, name: str) -> None:
    parent, older = re.findall("FAR|MOR", name)
    known = bank.fixed(f"BEFOLKNING_{parent}_FNR", "parent").join(
        bank.fixed(f"BEFOLKNING_{older}_FNR", "grandparent"), left_on="parent", right_on="unit_id"
    )
    told = bank.fixed(f"BEFOLKNING_{name}_FNR", "told")
    both = known.join(told, on="unit_id", how="full")
    assert both.height > PERSONS / 20
    assert (both["grandparent"] == both["told"]).all()
    assert both.null_count().sum_horizontal().item() == 0


# ---- relation 16


def test_arrival_is_told_of_immigrants_alone(bank: Bank) -> None:
    category = bank.fixed("BEFOLKNING_INVKAT", "category")
    immigrants = set(category.filter(pl.col("category") == "B")["unit_id"])
    told = bank.fixed("BEFOLKNING_FORSTDATO", "date").join(
        bank.fixed("BEFOLKNING_INNALDER", "age"), on="unit_id", how="full", coalesce=True
    )
    assert told.null_count().sum_horizontal().item() == 0
    assert set(told["unit_id"]) <= immigrants
    assert len(told) > 0.99 * len(immigrants)
    both = told.join(bank.born(), on="unit_id")
    years = both["date"] // 10_000 - both["born"] // 100
    assert ((years == both["age"]) | (years == both["age"] + 1)).all()
    reasons = bank.fixed("BEFOLKNING_INNGRUNN1", "reason").join(told, on="unit_id", how="left")
    assert (reasons["date"] >= 19_900_101).all()
    assert set(reasons["reason"]) == {"ARB", "FAM", "FLU", "UTD", "ANN", "UKJ"}
    fled = reasons.filter(pl.col("reason") == "FLU")
    origin = fled.join(bank.fixed("BEFOLKNING_FODELAND", "country"), on="unit_id")["country"]
    assert origin.is_in(["101", "105", "106"]).sum() == 0
    assert fled.filter(pl.col("age") < 18).height > 30


def test_residence_begins_with_the_arrival(bank: Bank) -> None:
    first = bank.spells("BOSATTEFDT_BOSTED").group_by("unit_id").agg(pl.col("start").min())
    told = bank.fixed("BEFOLKNING_FORSTDATO", "date").filter(pl.col("date") > 19_900_102)
    date = pl.col("date").cast(pl.String).str.to_date("%Y%m%d").cast(pl.Int32)
    both = told.join(first, on="unit_id").select((date == pl.col("start")).all())
    assert both.item()


# ---- relation 15


def test_first_completions_come_in_order(bank: Bank) -> None:
    steps = {name: bank.fixed(f"{FULL}{name}", name) for name in ("VS", "BACH", "HOV", "DOK")}
    for earlier, later in pairwise(steps):
        both = steps[earlier].join(steps[later], on="unit_id")
        assert (both[earlier] < both[later]).all()
        assert both.height > 10
    school = bank.fixed(f"{FULL}GS", "GS").join(steps["VS"], on="unit_id")
    assert (school["GS"] <= school["VS"] // 100).all()
    born = bank.fixed(f"{FULL}GS", "year").join(bank.born(), on="unit_id")
    assert ((born["year"] - born["born"] // 100) >= 15).all()


def test_a_completion_is_also_in_the_history(bank: Bank) -> None:
    history = bank.spells("NUDB_BU").with_columns(
        pl.from_epoch("start", time_unit="d").dt.strftime("%Y%m").cast(pl.Int64).alias("month")
    )
    for name, level in (("VS", "4"), ("BACH", "6"), ("HOV", "7"), ("DOK", "8")):
        told = bank.fixed(f"{FULL}{name}", "month")
        there = history.filter(pl.col("value").str.starts_with(level))
        assert told.join(there, on=["unit_id", "month"], how="anti").is_empty()


def test_degrees_have_the_names_of_their_time(bank: Bank) -> None:
    assert bank.fixed(f"{FULL}CMG")["value"].max() < 200_301  # type: ignore[operator]
    assert bank.fixed(f"{FULL}BACH")["value"].min() >= 200_301  # type: ignore[operator]
    either = [set(bank.fixed(f"{FULL}{name}")["unit_id"]) for name in ("HOY", "CMG", "BACH")]
    assert sum(map(len, either)) == len(set().union(*either))


def test_upper_secondary_by_right(bank: Bank) -> None:
    whole = bank.fixed(f"{FULL}VS", "whole")
    right = bank.fixed(f"{FULL}VS_LOV", "right")
    general, craft = (bank.fixed(f"{FULL}{kind}_LOV", "part") for kind in ("VSA", "VSY"))
    assert right.join(
        whole, left_on=["unit_id", "right"], right_on=["unit_id", "whole"]
    ).height == (right.height)
    assert set(general["unit_id"]) | set(craft["unit_id"]) == set(right["unit_id"])
    assert not set(general["unit_id"]) & set(craft["unit_id"])
    assert right.join(bank.born(), on="unit_id")["born"].min() >= 197_801  # type: ignore[operator]
    begun = bank.fixed("NUDB_AAR_NY_I_VID_UTD", "begun")
    for kind, days in (("VS", whole.rename({"whole": "done"})), ("VS_LOV", right)):
        done = days.rename({days.columns[1]: "done"})
        semesters = bank.fixed(f"NUDB_SEMESTER_FFF_{kind}", "number")
        both = semesters.join(begun, on="unit_id").join(done, on="unit_id")
        assert both.height == semesters.height
        length = both.select(months("done") - months("begun")).to_series()
        assert ((both["number"] - length / 6).abs() <= 1).all()
    assert 4 <= mean(bank.fixed("NUDB_SEMESTER_FFF_VS_LOV")["value"]) <= 8


def test_grades_and_points(bank: Bank) -> None:
    names = ("NUDB_GS_STP_NOH", "NUDB_GS_STP_NOM", "NUDB_GS_STP_ENS", "NUDB_GS_STP_MAT")
    marks = bank.fixed("NUDB_KURS_GRPOENG", "points")
    assert marks["points"].is_between(0, 60).all()
    for name in names:
        marks = marks.join(bank.fixed(name, name), on="unit_id").with_columns(
            pl.col(name).cast(pl.Int64)
        )
    assert marks.height > 1000
    ten_times = marks.select(10 * pl.mean_horizontal(names)).to_series()
    frame = marks.select("points", ten_times.alias("mean"))
    assert frame.select(pl.corr("points", "mean")).item() > 0.85
    assert abs(mean(frame["points"]) - mean(frame["mean"])) < 1
    background = bank.fixed("NUDB_SOSBAK", "background").join(marks, on="unit_id")
    by = dict(background.group_by("background").agg(pl.col("points").mean()).iter_rows())
    assert by["1"] > by["2"] > by["3"] > by["4"]


def test_national_tests_are_scaled_to_50_and_10(bank: Bank) -> None:
    tests = ["NPENG05", "NPLES05", "NPREG05", "NPENG08", "NPLES08", "NPREG08", "NPLES09", "NPREG09"]
    scores = [bank.fixed(f"NUDB_NP_SKALAPOENG_{test}", test) for test in tests]
    for test, score in zip(tests, scores, strict=True):
        assert 48.5 < mean(score[test]) < 51.5
        assert 9 < score[test].std() < 11  # type: ignore[operator]
        age = score.join(bank.born(), on="unit_id")["born"] // 100 + 5 + int(test[-2:])
        assert age.max() <= 2024  # type: ignore[operator]
    # Fifth grade and eighth are the same pupils: talent shows in both.
    both = scores[2].join(scores[5], on="unit_id")
    assert 0.4 < both.select(pl.corr("NPREG05", "NPREG08")).item() < 0.75
    social = both.join(bank.fixed("NUDB_SOSBAK", "background"), on="unit_id", how="inner")
    high = mean(social.filter(pl.col("background") == "1")["NPREG05"])
    assert high > mean(social.filter(pl.col("background") == "4")["NPREG05"]) + 2


def test_a_course_comes_before_what_it_leads_to(bank: Bank) -> None:
    holder = bank.fixed("NUDB_KURS_FNR", "person")
    courses = bank.spells("NUDB_KURS_NUS").join(holder, on="unit_id")
    done = (
        bank
        .spells("NUDB_BU")
        .filter(pl.col("start") >= day("1995-01-01"), pl.col("value").str.slice(0, 1) > "2")
        .filter(pl.col("value") < "900000")
    )
    here = bank.at("BOSATTEFDT_BOSTED", "1990-01-01").select("unit_id")
    # Whoever lives here since 1990 has studied here; the others may have done so before.
    done = done.join(here, on="unit_id")
    with_course = done.join(
        courses, left_on=["unit_id", "value"], right_on=["person", "value"], suffix="_course"
    ).filter(pl.col("stop_course") < pl.col("start"), pl.col("stop_course") > pl.col("start") - 40)
    assert with_course["unit_id"].len() == done.height
    assert done.height > 1000


# ---- relation 6


def test_variables_of_a_course_share_its_spell(bank: Bank) -> None:
    holder = bank.fixed("NUDB_KURS_FNR", "person")
    courses = bank.spells("NUDB_KURS_NUS")
    assert sorted(courses["unit_id"]) == sorted(holder["unit_id"])
    assert holder["person"].is_between(1, PERSONS).all()
    for name in ("EIERF", "KOMP", "ORGANISERING", "UHGRUPPE"):
        more = bank.spells(f"NUDB_KURS_{name}")
        both = more.join(courses, on="unit_id", suffix="_course")
        assert both.height == more.height > 500
        assert (both["start"] == both["start_course"]).all()
        assert both["stop"].eq_missing(both["stop_course"]).all()
    higher = bank.spells("NUDB_KURS_UHGRUPPE").join(courses, on="unit_id")["value_right"]
    assert (higher >= "500000").all()
    now = bank.at("NUDB_KURS_NUS", "2023-09-01")["value"]
    assert {"4", "6", "7", "8"} <= set(now.str.slice(0, 1))
    places_of_study = set(bank.at("NUDB_KURS_ORGANISERING", "2023-09-01")["value"])
    assert {"3", "4", "5"} <= places_of_study


# ---- relations 9 and 10


def test_place_at_16_has_the_code_of_that_time(bank: Bank) -> None:
    told = bank.fixed("NUDB_KOMM_16", "place").join(bank.born(), on="unit_id")
    old = told["born"] < 195_801
    assert ((told["place"] == "9999") == old).all()
    codes = places.load()
    for year in (1995, 2005, 2019, 2021, 2024):
        known = set(codes.codes_on(day(f"{year}-01-01"))) | set(
            codes.codes_on(day(f"{year}-12-31"))
        )
        at_16 = told.filter(pl.col("born") // 100 == year - 16)
        assert at_16.height > 50
        assert at_16["place"].is_in(list(known)).all()
    young = told.filter(pl.col("born") == 200_506)
    there = bank.at("BOSATTEFDT_BOSTED", "2021-06-15", "here")
    same = young.join(there, on="unit_id")
    assert (same["place"] == same["here"]).mean() > 0.95  # type: ignore[operator]


@pytest.mark.parametrize("year", [2018, 2021, 2024])
def test_codes_of_every_place_are_those_of_the_day(bank: Bank, year: int) -> None:
    codes = set(places.load().codes_on(day(f"{year}-01-01")))
    assert set(bank.year("BEFOLKNING_KOMMNR_FORMELL", year)["value"]) <= codes
    if year in MONTHS:
        later = set(places.load().codes_on(day(f"{year}-07-31")))
        at_home = bank.monthly("ARBLONN_PERS_KOMMNR", year).filter(pl.col("month") == 7)
        assert set(at_home["value"]) <= later
    reformed = {2018: ("1201", "5001"), 2021: ("4601", "5401"), 2024: ("4601", "5501")}[year]
    assert set(reformed) <= codes


# ---- relation 7


def test_a_vehicle_has_one_owner_for_ever(bank: Bank) -> None:
    owners = pl.concat([
        bank.year("KJORETOY_KJORETOYID_FNR", year, "owner").with_columns(pl.lit(year).alias("year"))
        for year in range(2010, 2025)
    ])
    assert owners["owner"].is_between(1, PERSONS).all()
    assert owners.group_by("unit_id").agg(pl.col("owner").n_unique())["owner"].max() == 1
    spells = owners.group_by("unit_id").agg(
        pl.col("year").min().alias("a"), pl.col("year").max(), pl.len()
    )
    assert (spells["year"] - spells["a"] + 1 == spells["len"]).all()
    for year in (2012, 2023):
        resident = bank.year("BEFOLKNING_STATUSKODE", year + 1).filter(pl.col("value") == "1")
        now = owners.filter(pl.col("year") == year)
        assert now.join(resident, left_on="owner", right_on="unit_id", how="anti").is_empty()
        ages = now.join(bank.ages(year), left_on="owner", right_on="unit_id")["age"]
        assert ages.min() >= 17  # type: ignore[operator]


def test_what_a_vehicle_is_does_not_change(bank: Bank) -> None:
    frames = []
    for year in (2021, 2022, 2023):
        frame = bank.year("KJORETOY_KJORETOYID_FNR", year, "owner")
        for name in ("KJT_GRUP", "DRIVSTOFF_OMK", "BRUKTIMP", "EG_VEKT", "FREG_AR", "KJ_ART"):
            frame = frame.join(
                bank.year(f"KJORETOY_{name}", year, name), on="unit_id", how="full", coalesce=True
            )
        assert frame.null_count().sum_horizontal().item() == 0
        assert frame["FREG_AR"].max() <= year  # type: ignore[operator]
        frames.append(frame)
    assert pl.concat(frames).unique().height == pl.concat(frames).unique("unit_id").height
    cars = frames[-1]
    assert {"101", "316", "340", "350", "401", "630"} <= set(cars["KJT_GRUP"])
    assert {"01", "02", "05", "07", "08"} == set(cars["DRIVSTOFF_OMK"])
    emission = bank.year("KJORETOY_TEKN_CO2_UTSLIPP", 2023, "co2").join(cars, on="unit_id")
    electric = emission["DRIVSTOFF_OMK"] == "05"
    assert ((emission["co2"] == 0) == electric).all()
    use = bank.year("KJORETOY_TEKN_DRIVSTOFF_FORBRUK", 2023, "use").join(emission, on="unit_id")
    assert (use["use"] > 0).all()
    assert (use["DRIVSTOFF_OMK"] != "05").all()


# ---- relation 8


def test_metering_points(bank: Bank) -> None:
    year = 2023
    holder = bank.monthly("ELHUB_PERS_MALEPUNKTID_FNR", year, "person").unique(["unit_id", "month"])
    place = bank.monthly("ELHUB_PERS_MALEPUNKT_ADR_KOMMUNE", year, "place").unique([
        "unit_id",
        "month",
    ])
    both = holder.join(place, on=["unit_id", "month"])
    assert both.height == holder.height == place.height
    home = bank.year("BEFOLKNING_KOMMNR_FORMELL", year, "home")
    january = both.filter(pl.col("month") == 1).join(home, left_on="person", right_on="unit_id")
    assert (january["place"] == january["home"]).all()
    later = both.filter(pl.col("month") == 12).join(
        bank.at("BOSATTEFDT_BOSTED", "2023-12-01", "home"), left_on="person", right_on="unit_id"
    )
    assert (later["place"] == later["home"]).mean() > 0.9  # type: ignore[operator]
    area = bank.monthly("ELHUB_PERS_PRISOMRADE", year, "area").unique("unit_id")
    assert set(area["area"]) == {"NO1", "NO2", "NO3", "NO4", "NO5"}
    oslo = january.filter(pl.col("place") == "0301").join(area, on="unit_id")
    assert (oslo["area"] == "NO1").all()


def test_use_of_power_in_winter_is_about_twice_that_of_summer(bank: Bank) -> None:
    use = bank.monthly("ELHUB_PERS_STROMFORBRUK", 2023)
    by = dict(use.group_by("month").agg(pl.col("value").mean()).iter_rows())
    assert 1.7 < (by[1] + by[12]) / (by[6] + by[7]) < 2.4
    assert use.group_by("unit_id").len()["len"].unique().to_list() == [12]
    made = bank.monthly("ELHUB_PERS_KRAFTPRODUKSJON", 2023)
    assert (made["value"] > 0).all()
    assert 0 < made["unit_id"].n_unique() < 0.1 * use["unit_id"].n_unique()


# ---- dwellings


def test_a_household_shares_its_dwelling(bank: Bank) -> None:
    household = bank.year("BEFOLKNING_HUSHNR", 2023, "household")
    names = ("BRUKSAREAL", "ANTALL_ROM", "BYGGEAAR", "BYGNINGSTYPE", "BRUKSENHETSTYPE", "HUSHTYPE")
    homes = household
    for name in (*names, "TRANGBODD"):
        homes = homes.join(
            bank.year(f"BOFORHOLD_{name}", 2023, name), on="unit_id", how="full", coalesce=True
        )
    assert homes.null_count().sum_horizontal().item() == 0
    assert homes.group_by("household").agg(pl.struct(names).n_unique().alias("n"))["n"].max() == 1
    assert homes["BYGNINGSTYPE"].str.contains(r"^\d{3}$").all()
    crowd = homes.with_columns(pl.len().over("household").alias("members"))
    crowded = crowd.filter(pl.col("TRANGBODD") == "1")
    assert 0.02 < crowded.height / crowd.height < 0.2
    assert (crowded["BRUKSAREAL"] / crowded["members"] < 25).all()
    assert (homes["HUSHTYPE"] == "P").mean() > 0.97  # type: ignore[operator]
    assert homes["BYGGEAAR"].max() < 2023  # type: ignore[operator]


def test_household_numbers_follow_the_children_counted_in_them(bank: Bank) -> None:
    for year in (2017, 2021):
        ages = bank.year("BEFOLKNING_HUSHNR", year, "household").join(bank.ages(year), on="unit_id")
        count = (pl.col("age") < 18).sum().over("household").alias("counted")
        told = ages.with_columns(count).join(
            bank.year("BEFOLKNING_BARN_I_HUSH", year), on="unit_id"
        )
        assert told.height == ages.height
        assert (told["counted"] == told["value"]).all()
