"""The context of results: what led to the units, which data, and how much protection can change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import banks
import numpy as np
import pytest
from written import expression

from kohort import HOME, history
from kohort.assembly import new_session
from kohort.disclosure import effects
from kohort.disclosure.counts import published_counts, reach
from kohort.disclosure.jitter import blended, cut_normal, farthest
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import load, names
from kohort.disclosure.released import Context, Released
from kohort.event import Result, Told
from kohort.history import Step, quoted, told
from kohort.messages import find, texts
from kohort.render import Look, render
from kohort.render.context import context_lines, effect_texts, steps
from kohort.session import Session

START = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_STATUSKODE 2021-01-01 as status
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
import db/INNTEKT_WLONN 2020-12-31 as wage
generate age = 2020 - int(born / 100)
"""
KEY = Secret(bytes(range(32)))


@pytest.fixture(scope="module")
def session(small_root: Path) -> Session:
    made = new_session(banks.catalogue(small_root), "open")
    shown(made, START)
    return made


def shown(session: Session, script: str) -> list[Released]:
    """Give the results of a script; it must hold no mistake."""
    events = list(session.run(script, batch=True))
    assert not [
        e.diagnostic for e in events if isinstance(e, Told) and e.diagnostic.severity != "notice"
    ]
    return [event.released for event in events if isinstance(event, Result)]


def last(session: Session, script: str) -> Context:
    return shown(session, script)[-1].context


# ---- what led to the units


def test_a_result_tells_its_population_in_the_words_of_the_script(session: Session) -> None:
    """First import, filters in order, and the condition of the statement itself."""
    context = last(
        session,
        "clone-dataset people some\nuse some\nkeep if age > 20\n"
        "drop if sex == '2' & !(age > 70)\ntabulate sex if wage >= 300000 | age < 30",
    )
    assert steps(context, Look()) == [
        "persons with BEFOLKNING_STATUSKODE on 2021-01-01",
        "kept where age > 20",
        "dropped where sex == '2' & !(age > 70)",
        "only where wage >= 300000 | age < 30",
    ]
    assert steps(context, Look("nb"))[:2] == [
        "personer med BEFOLKNING_STATUSKODE per 2021-01-01", "beholdt der age > 20",
    ]  # fmt: skip
    assert context.dataset == "some"
    assert context.unit_type == "PERSON"


def test_bindings_are_told_as_what_they_stand_for(session: Session) -> None:
    context = last(session, "let low = 40\nuse people\ntabulate sex if age > $low")
    assert steps(context, Look())[-1] == "only where age > 40"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("clone-units people u\nuse u\nimport db/BEFOLKNING_KJOENN as s\ntabulate s",
         ["the units of people"]),
        ("create-dataset e\nimport-event db/SIVSTANDFDT_SIVSTAND 2015-01-01 to 2019-12-31 as c\n"
         "tabulate c", ["persons with spells of SIVSTANDFDT_SIVSTAND, 2015-01-01 to 2019-12-31"]),
        ("create-dataset w\nimport-panel db/INNTEKT_WLONN 2020-12-31 2021-12-31\n"
         "summarize INNTEKT_WLONN",
         ["persons with INNTEKT_WLONN", "one row for each of the dates 2020-12-31, 2021-12-31"]),
        ("create-dataset o\nimport db/INNTEKT_WLONN 2020-12-31 as w\n"
         "import db/BEFOLKNING_KJOENN as s, outer_join\ntabulate s",
         ["persons with INNTEKT_WLONN on 2020-12-31", "and others with BEFOLKNING_KJOENN"]),
        ("clone-dataset people c\nuse c\ncollapse (mean) wage, by(sex)\nsummarize wage",
         ["one row for each sex"]),
    ],
)  # fmt: skip
def test_each_way_to_other_units_is_told(
    session: Session, script: str, expected: Sequence[str]
) -> None:
    assert steps(last(session, script), Look())[-len(expected) :] == expected


def test_a_sample_is_told(norway_root: Path) -> None:
    session = new_session(banks.catalogue(norway_root), "default")
    context = last(session, "require no.ssb.fdb:1 as db\ncreate-dataset p\n"
                   "import db/BEFOLKNING_KJOENN as sex\nsample 0.5 17\ntabulate sex")  # fmt: skip
    assert steps(context, Look())[-1] == "random sample of 0.5, seed 17"


def test_results_without_units_have_no_line(session: Session) -> None:
    """Status lines, help and lists name databank and profile only."""
    for result in shown(session, "use people\ngenerate x = 1\nhelp tabulate\ndatasets\nlet a = 1"):
        assert result.context.dataset == ""
        assert result.context.databanks == ("no.test.small:1.0.0.0",)
        assert result.context.protection == ()
        assert "left out" not in render(result, Look(context=True))


def test_long_histories_and_conditions_are_cut_in_the_middle_and_at_the_end() -> None:
    steps_ = tuple(Step("kept", {"condition": str(number)}) for number in range(100))
    kept = told(steps_)
    assert len(kept) == history.MOST + 1 - 1
    assert kept[0] == steps_[0]
    assert kept[1] == Step("further", {"n": str(100 - history.MOST + 1)})
    assert kept[2:] == steps_[-(history.MOST - 2) :]
    assert told(steps_[: history.MOST]) == steps_[: history.MOST]
    long = quoted(expression(" + ".join(["a"] * 200) + " > 1"))
    assert len(long) == history.LONGEST
    assert long.endswith("…")


# ---- which data


def test_variables_are_traced_to_their_registers(session: Session) -> None:
    """Those that the result holds, each with date; derived ones with all that they are made of."""
    context = last(session, "use people\ngenerate rich = wage > 500000 & age > 40\n"
                   "regress wage age i.sex")  # fmt: skip
    assert dict(context.sources) == {
        "wage": ("INNTEKT_WLONN 2020-12-31",),
        "age": ("BEFOLKNING_FOEDSELS_AAR_MND",),
        "sex": ("BEFOLKNING_KJOENN",),
    }
    context = last(session, "tabulate rich, summarize(wage)")
    assert dict(context.sources) == {
        "rich": ("INNTEKT_WLONN 2020-12-31", "BEFOLKNING_FOEDSELS_AAR_MND"),
        "wage": ("INNTEKT_WLONN 2020-12-31",),
    }
    context = last(session, "summarize wage age")
    assert [name for name, _ in context.sources] == ["wage", "age"]


def test_missing_values_are_left_out_or_shown(session: Session) -> None:
    assert last(session, "use people\ntabulate wage").missing == "left_out"
    assert last(session, "tabulate wage, missing").missing == "shown"
    assert last(session, "summarize wage").missing == "left_out"


# ---- what protection did


@pytest.mark.parametrize("name", ["default", "strict", "microdata-no"])
def test_no_count_differs_by_more_than_is_said(name: str) -> None:
    """Of many draws for every small n, and for large ones, none is further away; some are."""
    limits = load(name).counts
    furthest, zero = reach(limits)
    rng = np.random.default_rng(5)
    worst, fewest = 0, 0
    for n in [*range(1, 30), 123_457]:
        keys = rng.integers(0, 2**63, 1000, dtype=np.uint64)
        words = [f"wording {place}" for place in range(len(keys))]
        true = np.full(len(keys), n, dtype=np.int64)
        drawn = published_counts(KEY, limits, keys, true, words)
        positive = drawn[drawn > 0]
        worst = max(worst, int(np.abs(positive - n).max(initial=0)))
        fewest = max(fewest, n if (drawn == 0).any() else 0)
    assert worst <= furthest
    assert fewest <= zero
    # The bound is no idle one: draws come near it.
    assert worst >= 0.6 * furthest
    assert fewest >= 0.5 * zero


def test_the_bound_is_the_profiles() -> None:
    """Worked by hand: D = 10 with js = 4; rounding to 5 adds 2; the maxent table reaches 5."""
    assert reach(load("default").counts)[0] == 10
    assert reach(load("strict").counts)[0] == 18
    assert reach(load("microdata-no").counts) == (5, 5)
    assert reach(load("open").counts) == (0, 0)
    # exp((n - 5.2) / 0.75) < 9999 holds up to n = 12.1 (probabilities below 1/10 000 are cut off).
    assert reach(load("default").counts)[1] == 12


def test_a_percentile_moves_no_further_than_is_said() -> None:
    for share in (0.0, 0.3, 0.5):
        ends = np.array([1e-300, 1.0 - 1e-16])
        widest = np.abs(blended(cut_normal(ends), cut_normal(ends) if share else None, share))
        assert widest.max() <= farthest(share) + 1e-9
        assert widest.max() >= 0.99 * farthest(share)


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("models", ["clipped", "estimates", "estimate_digits"]),
        ("magnitudes", ["winsorised", "moments"]),
        ("survival", ["counts", "zeros", "curves"]),
        ("counts", []),
    ],
)
def test_statistics_without_a_name_are_told_by_their_rule(rule: str, keys: list[str]) -> None:
    """Correlations, tests and survival curves: what a profile does to results of their kind."""
    assert [note.key for note in effects.effects(load("default"), ["r"], rule)] == keys
    assert [note.key for note in effects.effects(load("open"), ["r"], rule)] == ["no_protection"]


@pytest.mark.parametrize(
    ("statistics", "keys"),
    [
        (["freq"], ["counts", "zeros"]),
        (["freq", "rowpct"], ["counts", "zeros", "shares"]),
        (["mean"], ["winsorised", "means", "digits"]),
        (["sum"], ["winsorised", "means", "sums", "digits"]),
        (["p50"], ["percentiles_moved"]),
        (["iqr"], ["percentiles_moved"]),
        (["coef", "se"], ["clipped", "estimates", "estimate_digits"]),
        (["nobs", "coef"], ["counts", "zeros", "clipped", "estimates", "estimate_digits"]),
        ([], []),
    ],
)  # fmt: skip
def test_only_what_touched_the_statistics_is_told(statistics: list[str], keys: list[str]) -> None:
    notes = effects.effects(load("default"), statistics)
    assert [note.key for note in notes] == keys
    assert [n.key for n in effects.effects(load("open"), statistics)] == ["no_protection"]


def test_how_far_a_percentile_may_lie_is_told() -> None:
    """Two halves cut at 4, times 2.5 ranks: 4 * sqrt(2) * 2.5 = 14.1; times 0.25 of the window."""
    (moved,) = effects.effects(load("default"), ["p50"])
    assert moved.words == {"ranks": 11, "places": 15, "times": "1.5", "digits": 3}


def test_what_a_person_must_release_says_so() -> None:
    """Where an owner has a gatekeeper, every result of units tells it, whatever it shows."""
    for statistics in ([], ["freq"], ["coef"]):
        keys = [note.key for note in effects.effects(load("danish-5"), statistics)]
        assert keys[-1] == "gatekeeper"
        assert "gatekeeper" not in {n.key for n in effects.effects(load("strict"), statistics)}


def test_every_effect_has_its_words_in_both_languages() -> None:
    """No key without a text, no placeholder without a word, whatever the profile."""
    everything = ["freq", "rowpct", "mean", "sum", "p50", "coef"]
    for name in names():
        for language in ("en", "nb"):
            context = Context(protection=(
                *effects.effects(load(name), everything, "survival"),
                *effects.effects(load(name), ["r"], "magnitudes"),
            ))  # fmt: skip
            told_ = effect_texts(context, Look(language))
            assert len(told_) == len(context.protection)
            assert not [text for text in told_ if "?" in text or not text.endswith(".")]
    source = Path(str(effects.__file__)).read_text("utf-8")
    used = set(re.findall(r'Effect\(\s*"(\w+)"', source))
    assert used <= texts("en")["protection"].keys()
    assert (
        set(texts("en")["briefly"]) - {"where", "left_out", "shown"}
        <= texts("en")["protection"].keys()
    )


def test_every_step_of_a_history_has_a_text() -> None:
    used: set[str] = set()
    for path in (HOME / "stdlib" / "commands").glob("*.py"):
        used |= set(re.findall(r'\.after\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert {"kept", "dropped", "found", "sampled"} <= used
    assert all(find("history", key) for key in used)


def test_published_rows_are_not_blurred_again(norway_root: Path) -> None:
    """A dataset of municipalities holds published numbers: nothing more is done, and none said."""
    session = new_session(banks.catalogue(norway_root), "default")
    context = last(session, "require no.ssb.fdb:1 as db\ncreate-dataset p\n"
                   "import db/BEFOLKNING_KOMMNR_FORMELL 2020-01-01 as home\n"
                   "import db/INNTEKT_WLONN 2020-12-31 as wage\n"
                   "collapse (mean) wage, by(home)\nsummarize wage")  # fmt: skip
    assert [note.key for note in context.protection] == ["published_rows"]


# ---- how it is shown


def test_the_line_under_a_result(norway_root: Path) -> None:
    """Units, filters, missing values, protection; notes that it says as well are not repeated."""
    session = new_session(banks.catalogue(norway_root), "default")
    (result,) = shown(session, "require no.ssb.fdb:1 as db\ncreate-dataset p\n"
                      "import db/BEFOLKNING_KJOENN as sex\nkeep if sex != '9'\n"
                      "tabulate sex if sex != '8'")[-1:]  # fmt: skip
    line = (
        "persons where sex != '9', sex != '8'; missing left out; counts ± 10, parts need not add up"
    )
    assert render(result, Look(context=True)).splitlines()[-1] == line
    assert "parts may not add up" not in render(result, Look(context=True))
    assert render(result).splitlines()[-1] == "parts may not add up to totals"
    assert context_lines(result.context, Look(width=len(line))) == [line]
    assert context_lines(result.context, Look(width=60)) == [
        "persons where sex != '9', sex != '8'; missing left out",
        "counts ± 10, parts need not add up",
    ]
    assert context_lines(result.context, Look(width=30))[0] == "persons where sex != '9', sex…"


def test_the_line_is_silenced_from_the_command_line(
    small_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    from kohort.__main__ import main

    for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
        monkeypatch.setenv(name, str(tmp_path / name))
    script = tmp_path / "a.mdscript"
    script.write_text(f"{START}tabulate sex\n", encoding="utf-8")
    # That it is there without being silenced, the README shows.
    assert main(["run", str(script), "--databank", str(small_root), "--no-notes"]) == 0
    printed = capsys.readouterr().out
    assert "Kvinne" in printed
    assert "missing left out" not in printed
