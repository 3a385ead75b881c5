"""Incomes and benefits of the synthetic country add up, and go to those who are due them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from made_norway import Bank, day

YEARS = (2015, 2020)


@pytest.fixture(scope="module")
def bank(country_root: Path) -> Bank:
    return Bank(country_root)


def amounts(bank: Bank, year: int, *names: str) -> pl.DataFrame:
    """Everybody with any of the incomes; 0 where there is no row."""
    frame = bank.year(f"INNTEKT_{names[0]}", year, names[0])
    for name in names[1:]:
        more = bank.year(f"INNTEKT_{name}", year, name)
        frame = frame.join(more, on="unit_id", how="full", coalesce=True)
    return frame.fill_null(0)


@pytest.mark.parametrize("year", YEARS)
def test_transfers_and_totals(bank: Bank, year: int) -> None:
    money = amounts(
        bank, year, "WSAMINNT", "WYRKINNT", "WOVERFOR", "OVERFOR", "YRKINNT", "SOSIAL", "ARBLED",
        "BARNETRYGD", "STUDIESTIPEND", "KODE218", "SUM_ARBAVKL", "BOSTOTTE", "GRUNN_HJELP",
        "KONTANTSTOTTE",
    )  # fmt: skip
    assert (money["OVERFOR"] == money["WOVERFOR"]).all()
    assert (money["YRKINNT"] == money["WYRKINNT"]).all()
    capital = money["WSAMINNT"] - money["WYRKINNT"] - money["WOVERFOR"]
    assert (capital >= 0).all()
    paid = money.select(pl.sum_horizontal(money.columns[6:])).to_series()
    assert (money["WOVERFOR"] >= paid).all()
    pensioners = (money["WOVERFOR"] - paid) > 100_000
    ages = money.select("unit_id").join(bank.ages(year + 1), on="unit_id", how="left")["age"]
    assert (ages.filter(pensioners) >= 61).all()


def test_older_series_have_no_zeros_and_younger_ones_have(bank: Bank) -> None:
    for name in ("WOVERFOR", "OVERFOR", "YRKINNT", "PGIVINNT"):
        assert (bank.year(f"INNTEKT_{name}", 2020)["value"] != 0).all()
    adults = set(bank.year("INNTEKT_SOSIAL", 2020)["unit_id"])
    for name in ("KODE218", "SUM_ARBAVKL", "BOSTOTTE", "SYKEPENGER", "FORELDREPENGER"):
        values = bank.year(f"INNTEKT_{name}", 2020)
        assert set(values["unit_id"]) == adults
        assert 0.3 < (values["value"] == 0).mean() < 1  # type: ignore[operator]


@pytest.mark.parametrize("year", YEARS)
def test_benefits_exclude_high_wages(bank: Bank, year: int) -> None:
    money = amounts(bank, year, "WLONN", "SUM_ARBAVKL", "SOSIAL", "BOSTOTTE", "KODE218")
    for name, most in (("SUM_ARBAVKL", 150_000), ("SOSIAL", 150_000), ("BOSTOTTE", 150_000)):
        paid = money.filter(pl.col(name) > 0)
        assert paid.height > 20
        assert paid["WLONN"].mean() < most  # type: ignore[operator]
        assert (paid["WLONN"] > 600_000).mean() < 0.01  # type: ignore[operator]
    full = money.filter(pl.col("KODE218") > 200_000 * (0.89 if year < 2018 else 1))
    assert full["WLONN"].median() < 50_000  # type: ignore[operator]


def test_disability_benefit_goes_with_a_degree(bank: Bank) -> None:
    year = 2020
    paid = bank.year("INNTEKT_KODE218", year).filter(pl.col("value") > 0)
    spells = bank.spells("UFOERP2011FDT_GRAD").filter(
        pl.col("start") <= day(f"{year}-12-31"),
        pl.col("stop").is_null() | (pl.col("stop") >= day(f"{year}-01-01")),
    )
    assert paid.join(spells, on="unit_id", how="anti").is_empty()
    # Who turns 67 in the year has an old-age pension for it.
    ages = spells.join(bank.ages(year + 1), on="unit_id").filter(pl.col("age") < 66)
    resident = bank.year("BEFOLKNING_STATUSKODE", year + 1).filter(pl.col("value") == "1")
    due = ages.join(resident, on="unit_id")
    assert due.join(paid, on="unit_id", how="anti").height < 0.02 * due.height


def test_assessment_allowance_goes_with_a_spell_of_reduced_capacity(bank: Bank) -> None:
    year = 2020
    paid = bank.year("INNTEKT_SUM_ARBAVKL", year).filter(pl.col("value") > 0)
    reduced = bank.spells("ARBSOEK2001FDT_HOVED").filter(
        pl.col("value").is_in(["12", "13", "14", "15"]),
        pl.col("start") <= day(f"{year}-12-31"),
        pl.col("stop").is_null() | (pl.col("stop") >= day(f"{year}-01-01")),
    )
    assert paid.join(reduced, on="unit_id", how="anti").is_empty()
    adults = bank.year("INNTEKT_SUM_ARBAVKL", year, "paid")
    without = reduced.join(adults.filter(pl.col("paid") == 0), on="unit_id").unique("unit_id")
    wages = without.join(bank.year("INNTEKT_WLONN", year, "wage"), on="unit_id", how="left")
    assert (wages["wage"].fill_null(0) > 400_000).all()
    assert 20 < paid.height > 5 * without.height


def test_sickness_and_parental_benefits_are_part_of_the_wages(bank: Bank) -> None:
    money = amounts(bank, 2020, "WLONN", "SYKEPENGER", "FORELDREPENGER")
    assert (money["WLONN"] >= money["SYKEPENGER"] + money["FORELDREPENGER"]).all()
    parents = money.filter(pl.col("FORELDREPENGER") > 0)
    births = pl.concat([
        bank.fixed(f"BEFOLKNING_{who}_FNR", "parent").join(bank.born(), on="unit_id")
        for who in ("MOR", "FAR")
    ]).filter((pl.col("born") // 100).is_in([2019, 2020]))
    assert parents.join(births, left_on="unit_id", right_on="parent", how="anti").is_empty()
    assert parents.height > 100


def test_care_at_home_is_paid_for_small_children(bank: Bank) -> None:
    paid = bank.year("INNTEKT_KONTANTSTOTTE", 2020).filter(pl.col("value") > 0)
    born = bank.born().filter((pl.col("born") // 100).is_in([2018, 2019]))
    family = bank.year("BEFOLKNING_REGSTAT_FAMNR", 2020, "family")
    small = set(born.join(family, on="unit_id")["family"])
    theirs = paid.join(family, on="unit_id")
    assert theirs["family"].is_in(list(small)).all()
    assert paid.height > 20


def test_income_for_each_consumption_unit(bank: Bank) -> None:
    whole = bank.year("INNTEKT_HUSH_IES", 2020, "whole").join(
        bank.year("INNTEKT_HUSH_IES_EU", 2020, "each"), on="unit_id", how="full", coalesce=True
    )
    assert whole.null_count().sum_horizontal().item() == 0
    homes = whole.join(bank.year("INNTEKT_HUSHNR", 2020, "household"), on="unit_id").join(
        bank.ages(2021), on="unit_id"
    )
    assert homes.height == whole.height
    grown, young = (pl.col("age") >= 14).sum(), (pl.col("age") < 14).sum()
    units = homes.group_by("household").agg(
        pl.col("whole").first(),
        pl.col("each").first(),
        (1 + 0.5 * (grown - 1) + 0.3 * young).alias("units"),
        grown.alias("grown"),
    )
    units = units.filter(pl.col("grown") > 0)
    assert (units["whole"] / units["units"] - units["each"]).abs().max() < 0.51  # type: ignore[operator]


def test_tax_office_and_registers_agree(bank: Bank) -> None:
    gross = bank.year("SKATT_BRUTTOINNTEKT", 2020, "gross")
    net = bank.year("SKATT_ALMINNELIG_INNTEKT", 2020, "net")
    both = gross.join(net, on="unit_id")
    assert (both["net"] <= both["gross"]).all()
    assert both.height > 0.99 * gross.height
    rights = bank.year("INNTEKT_PGIVINNT", 2020, "rights").join(gross, on="unit_id", how="left")
    assert (rights["rights"] <= rights["gross"]).all()
    wages = bank.year("INNTEKT_WLONN", 2020, "wages").join(rights, on="unit_id", how="left")
    assert (wages["wages"] <= wages["rights"]).all()
