"""Profiles: the shipped files, errors that name the key, and merges that only tighten."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.disclosure import limits, profile
from kohort.disclosure.profile import ProfileError, load, names, strictest

SHIPPED = names()


def written(folder: Path, name: str, text: str, extends: str = "default") -> Path:
    meta = f'[meta]\nname = "{name}"\nversion = 1\nextends = "{extends}"\n'
    (folder / f"{name}.toml").write_text(meta + text, encoding="utf-8")
    return folder


def test_the_shipped_profiles() -> None:
    assert SHIPPED == ("danish-5", "default", "microdata-no", "open", "strict")
    assert [name for name in SHIPPED if load(name).synthetic_only] == ["open"]
    assert len({load(name).hash for name in SHIPPED}) == len(SHIPPED)


def test_values_of_the_reference() -> None:
    default, strict = load("default"), load("strict")
    assert (default.counts.js, default.counts.variance, default.counts.max_noise) == (4, 5.0, 10)
    assert (default.population.min_units, default.population.margin) == (1000, 10)
    assert default.magnitudes.winsor == (0.01, 0.99)
    assert default.quantiles.allowed == (1, 5, 10, 25, 50, 75, 90, 95, 99)
    assert default.audit.partitions_per_set == limits.PartitionLimits(3, 12, 40)
    assert (strict.counts.js, strict.counts.mid, strict.counts.round_base) == (9, 10.5, 5)
    assert strict.models.max_r2 == 0.995
    microdata = load("microdata-no")
    assert (microdata.counts.table, microdata.population.edit_floor) == ("maxent", 10)
    assert load("danish-5").counts.zero_display == "<5"
    assert load("danish-5").population.min_units == 0


def test_every_key_has_a_direction() -> None:
    def check(table: type[Any]) -> None:
        for field in fields(table):
            if is_dataclass(field.type) and isinstance(field.type, type):
                check(field.type)
            else:
                assert "direction" in field.metadata, f"{table.__name__}.{field.name}"

    for field in fields(profile.Profile):
        if isinstance(field.type, str) and field.type.endswith("Limits"):
            check(getattr(limits, field.type))


def test_the_hash_is_that_of_the_content(tmp_path: Path) -> None:
    base = load("default")
    assert load("default").hash == base.hash
    copy = (profile.FOLDER / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "default.toml").write_text("# a comment\n" + copy, encoding="utf-8")
    assert load("default", tmp_path).hash == base.hash
    changed = copy.replace("sig = 3", "sig = 2")
    assert changed != copy
    (tmp_path / "default.toml").write_text(changed, encoding="utf-8")
    assert load("default", tmp_path).hash != base.hash


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[counts]\nvariace = 5.0\n", r"\[counts\] has no key 'variace'; did you mean 'variance'"),
        ("[cuonts]\n", r"no table \[cuonts\]; did you mean 'counts'"),
        ("[counts]\njs = 4.5\n", r"\[counts\] js must be a whole number"),
        ("[counts]\njs = true\n", r"\[counts\] js must be a whole number"),
        ("[counts]\nperturb = 1\n", r"\[counts\] perturb must be true or false"),
        ('[counts]\nvariance = "5"\n', r"\[counts\] variance must be a number"),
        ("[counts]\nvariance = nan\n", r"\[counts\] variance must be at least 0"),
        ("[counts]\nwording_share = 0.6\n", r"wording_share must be at most 0.5"),
        ('[counts]\ntable = "smoth"\n', r"table must be 'none' or 'maxent' or 'smooth'"),
        ("[counts]\njs = -1\n", r"js must be at least 0"),
        ("[quantiles]\nallowed = [50, 25]\n", r"allowed must ascend"),
        ("[quantiles]\nallowed = 50\n", r"allowed must be a list"),
        ("[magnitudes]\nwinsor = [0.01]\n", r"winsor must be a list of 2"),
        ("[magnitudes]\nwinsor = [0.6, 0.99]\n", r"winsor must lie"),
        ("[magnitudes]\ndigits = 7\n", r"content_bits is too small"),
        ("[audit]\npartitions_per_set = { mni = 3 }\n", r"no key 'mni'; did you mean 'min'"),
        ("[outputs]\nSize = 'cuonts'\n", r"names no rule; did you mean 'counts'"),
        ('[counts]\ntable = "none"\n', r"synthetic_only"),
        ("[counts]\nperturb = false\n", r"synthetic_only"),
        ('[counts]\ntable = "maxent"\n', r"wording_share must be 0"),
        ("[models]\nshow_vcov = true\n", r"show_vcov must be false: kohort knows no other way"),
        ("[release]\nscripts_scanned_for_literals = false\n", r"literals must be true: kohort"),
        ("[counts]\nmax_noise = 3\n", r"max_noise must be at least js"),
        ("counts = 3\n", r"\[meta\] has no key 'counts'"),
        ("[counts\n", r"owner"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message) as caught:
        load("owner", written(tmp_path, "owner", text))
    assert "owner" in str(caught.value)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    text = (profile.FOLDER / "default.toml").read_text(encoding="utf-8")
    (tmp_path / "default.toml").write_text(text.replace("hard_floor = 5\n", ""), encoding="utf-8")
    with pytest.raises(ProfileError, match=r"\[magnitudes\] lacks 'hard_floor'"):
        load("default", tmp_path)
    whole = text[: text.index("[survival]")] + text[text.index("[graphics]") :]
    (tmp_path / "default.toml").write_text(whole, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"\[survival\] is missing"):
        load("default", tmp_path)


def test_a_number_in_place_of_a_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "owner.toml").write_text('counts = 3\n[meta]\nname = "owner"\n', encoding="utf-8")
    with pytest.raises(ProfileError, match="counts must be a table"):
        load("owner", tmp_path)


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    with pytest.raises(ProfileError, match="did you mean 'strict'"):
        load("strikt")
    with pytest.raises(ProfileError, match="no profile"):
        load("../profiles/default")


def test_profiles_that_extend_each_other(tmp_path: Path) -> None:
    written(tmp_path, "a", "", extends="b")
    written(tmp_path, "b", "", extends="a")
    with pytest.raises(ProfileError, match="extends itself"):
        load("a", tmp_path)


def test_a_profile_extends_one_of_the_library(tmp_path: Path) -> None:
    found = load("owner", written(tmp_path, "owner", "[counts]\njs = 6\n", extends="strict"))
    assert found.counts.js == 6
    assert found.counts.variance == load("strict").counts.variance
    assert found.name == "owner"


def test_a_kind_of_result_without_a_rule_stops() -> None:
    load("default").require(["Size", "Frequencies"])
    with pytest.raises(ProfileError, match="no entry for 'Rumour'"):
        load("default").require(["Size", "Rumour"])


def test_the_strictest_value_wins() -> None:
    merged = strictest(load("microdata-no"), load("strict"), load("danish-5"))
    assert merged.name == "danish-5+microdata-no+strict"
    assert merged.population.min_units == 1000
    assert merged.population.edit_floor == 10
    assert merged.counts.table == "smooth"
    assert merged.counts.js == 9
    assert merged.counts.zero_display == "<5"
    assert merged.counts.sparse_share == 0.3
    assert merged.magnitudes.digits == 3
    assert merged.magnitudes.kwj_eta == 0.5
    assert merged.quantiles.allowed == (10, 25, 50, 75, 90)
    assert merged.quantiles.extremes == "none"
    assert merged.release.human_gatekeeper
    assert merged.release.formats == ("csv", "pdf", "png")
    assert merged.audit.partitions_per_set == limits.PartitionLimits(2, 20, 20)
    assert merged.messages.dataset_size == "none"
    assert not merged.synthetic_only


def test_no_protection_loosens_nothing() -> None:
    for name in SHIPPED:
        other = load(name)
        merged = strictest(other, load("open"))
        for field in fields(profile.Profile):
            if field.name not in {"name", "version", "synthetic_only"}:
                assert getattr(merged, field.name) == getattr(other, field.name), name


@given(st.lists(st.sampled_from(SHIPPED), min_size=1, max_size=4), st.randoms())
def test_merging_is_the_same_in_any_order(chosen: list[str], random: Any) -> None:
    loaded = [load(name) for name in chosen]
    merged = strictest(*loaded)
    random.shuffle(loaded)
    again = strictest(*loaded)
    assert again == merged
    assert again.hash == merged.hash
    assert strictest(merged, merged) == merged


def test_two_rules_for_one_kind_refuse_it(tmp_path: Path) -> None:
    other = load(
        "owner", written(tmp_path, "owner", '[outputs]\nSummary = "counts"\nOwn = "words"')
    )
    merged = strictest(load("default"), other)
    assert merged.outputs["Summary"] == profile.REFUSED
    assert "Own" not in merged.outputs
    assert merged.outputs["Size"] == "counts"
