"""The sets that the audit knows: sketches, boxes, close sets, how soon limits show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kohort.audit import excess, sealed
from kohort.audit.box import Box
from kohort.audit.comparison import Compared, Comparison
from kohort.audit.evidence import Evidence, PartsOfSet
from kohort.audit.excess import Use
from kohort.audit.sets import Question, Sets
from kohort.audit.sketch import distances, sketch, sketches
from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import load

SECRET = Secret(bytes(range(32)))
LIMITS = load("default").audit
PARTS = LIMITS.sketch_cells
Keys = NDArray[np.uint64]
RNG = np.random.default_rng(20)


def people(number: int) -> Keys:
    return RNG.integers(0, 2**64, number, dtype=np.uint64)


# ---- sketches


def test_the_distance_of_sets_is_what_differs() -> None:
    """Standard errors: Whang and others 1990, sqrt(k (exp(d/k) - d/k - 1)) for k parts."""
    for apart in (1, 3, 10, 20):
        found = []
        for _ in range(400):
            one = people(200 + apart)
            cut = apart // 2
            found.append(
                float(distances(sketch(one[cut:], PARTS), sketch(one[: 200 + cut], PARTS)[None])[0])
            )
        load_ = apart / PARTS
        error = np.sqrt(PARTS * (np.exp(load_) - load_ - 1))
        # The logarithm is curved: the estimate is too high by half a squared error over the parts.
        bias = (np.exp(load_) - load_ - 1) / 2
        assert abs(np.mean(found) - apart - bias) < 4 * error / 20 + 0.1, apart
        assert np.std(found) < 1.3 * error + 0.05, apart


def test_equal_sets_have_no_distance_and_others_an_endless_one() -> None:
    one, other = people(3000), people(3000)
    found = distances(
        sketch(one, PARTS), np.array([sketch(one[::-1], PARTS), sketch(other, PARTS)])
    )
    assert found.tolist() == [0.0, np.inf]


def test_many_sketches_at_once_are_those_of_each() -> None:
    keys = people(600_000)
    place = RNG.integers(0, 5, len(keys))
    found = sketches(keys, place, 5, PARTS)
    for number in range(5):
        assert found[number].tolist() == sketch(keys[place == number], PARTS).tolist()
    assert sketch(keys, PARTS).tolist() == found.sum(axis=0, dtype=np.uint8).tolist()


# ---- boxes


def box() -> Box:
    return Box(
        names=people(3),
        published=np.array([7, 0, 900], dtype=np.uint32),
        sketched=np.array([True, False, True]),
        sketches=RNG.integers(0, 256, (2, PARTS)).astype(np.uint8),
        persons=np.array([4, 0], dtype=np.uint32),
        near=people(4).reshape(2, 2),
    )


def test_a_box_comes_out_as_it_went_in() -> None:
    made = box()
    again = Box.of(made.raw())
    for name in ("names", "published", "sketched", "sketches", "persons", "near"):
        assert getattr(again, name).tolist() == getattr(made, name).tolist()
    assert repr(made) == "<box>"
    for raw in (b"", made.raw()[:-1], made.raw() + b"x"):
        with pytest.raises(ValueError, match="box"):
            Box.of(raw)


def test_a_sealed_box_opens_with_the_key_only() -> None:
    raw = box().raw()
    text = sealed.sealed(SECRET, "name", raw)
    assert sealed.opened(SECRET, "name", text) == raw
    for secret, name in ((Secret(bytes(range(1, 33))), "name"), (SECRET, "other")):
        other = np.frombuffer(sealed.opened(secret, name, text), dtype=np.uint8)
        assert np.mean(other == np.frombuffer(raw, dtype=np.uint8)) < 0.1


# ---- what is compared


def part(
    groups: list[Keys], partition: str, asked: tuple[str, ...] = ("freq",), wording: str = ""
) -> PartsOfSet:
    """Give sets by their members."""

    def members(wanted: NDArray[np.bool_]) -> tuple[Keys, NDArray[np.int64]]:
        chosen = [group for group, is_wanted in zip(groups, wanted, strict=True) if is_wanted]
        sizes = [len(group) for group in chosen]
        return np.concatenate(chosen), np.repeat(np.arange(len(chosen)), sizes)

    return PartsOfSet(
        np.array([len(group) for group in groups]),
        np.array([group.sum(dtype=np.uint64) for group in groups], dtype=np.uint64),
        wording, partition, asked, members,
    )  # fmt: skip


def told(sets: Sets, *parts: PartsOfSet) -> Compared:
    """Compare an output's sets with those that are known, and get to know them."""
    found = Evidence("Frequencies", parts[0], "", (), parts[1:], 1, None)
    compared = Comparison(SECRET, LIMITS, sets, lambda n, sums, wording: n).of(found)
    for told_box in compared.boxes:
        raw = sealed.opened(SECRET, told_box["nonce"], told_box["box"])
        contents = frozenset(told_box["contents"])
        words = (told_box["partition"], contents, told_box["wording"], told_box["table"])
        sets.add(Question(*words), Box.of(raw))
    return compared


def most_ways(compared: Compared) -> int:
    return max(division.ways for division in compared.divisions)


def test_divisions_of_close_cells_count_together() -> None:
    """Blocks of fifty, from which another person is taken each time, are divided 20 times."""
    sets, blocks = Sets(), [people(50) for _ in range(30)]
    last = Compared()
    for turn in range(20):
        moved = [np.delete(block, turn) for block in blocks]
        last = told(sets, part([people(1500)], "a|b"), part(moved, f"division {turn}"))
    ways = [division.ways for division in last.divisions if division.published == 49]
    # The margin of what is close is random: a pair is missed with probability exp(-8/3)/2.
    assert len(ways) == 30
    assert min(ways) >= 15
    assert np.mean(ways) > 18


def test_divisions_of_far_cells_do_not() -> None:
    sets, everybody = Sets(), people(3000)
    last = Compared()
    for turn in range(10):
        cells = np.array_split(RNG.permutation(everybody), 60)
        last = told(sets, part([everybody], f"x{turn}"), part(cells, f"division {turn}"))
    ways = [division.ways for division in last.divisions]
    assert ways[0] == 10
    assert set(ways[1:]) == {1}


def test_wordings_of_a_category_count_whatever_else_there_is() -> None:
    """The same fifty in populations of other people each time, which are close to no other."""
    sets, block = Sets(), people(50)
    last = Compared()
    for turn in range(9):
        whole = part([people(2000)], "year", wording=f"words {turn}")
        last = told(sets, whole, part([block], "", wording=f"words {turn} year"))
        assert max(division.wordings for division in last.divisions) == turn + 1
    assert max(division.ways for division in last.divisions) == 1
    assert told(sets, part([block], "", wording="words 3 year")).divisions == []
    sets.grant()
    again = told(sets, part([block], "", wording="words 99 year"))
    assert max(division.wordings for division in again.divisions) == 1


def test_groups_that_are_cut_anew_are_seen_by_who_is_in_them() -> None:
    """Half a block is close to no other half, but the block's first person is in one each time."""
    sets, blocks = Sets(), [people(50) for _ in range(30)]
    last, halves = Compared(), blocks
    for turn in range(12):
        halves = [half for block in blocks for half in np.array_split(RNG.permutation(block), 2)]
        last = told(sets, part([people(1500)], f"cut {turn}|secret"), part(halves, "secret"))
        assert last.tables == turn + 1
        # By chance two halves differ in few people, or a random margin is wide.
        assert last.near < 6
    again = told(sets, part([people(1500)], "cut 3|secret"), part(halves, "secret"))
    assert again.tables == 0
    others = np.array_split(people(1500), 60)
    assert told(sets, part([people(1500)], "other|secret"), part(others, "secret")).tables == 1
    sets.grant()
    moved = [half[1:] for half in halves]
    assert told(sets, part([people(1500)], "cut 99|secret"), part(moved, "secret")).tables == 1


def test_a_division_that_was_told_costs_nothing() -> None:
    sets, block = Sets(), part([people(50)], "by sex")
    assert most_ways(told(sets, block)) == 1
    assert told(sets, block).divisions == []
    assert told(sets, block).boxes == []


def test_what_the_owner_let_pass_counts_no_more() -> None:
    sets, block = Sets(), people(50)
    for turn in range(5):
        last = most_ways(told(sets, part([np.delete(block, turn)], f"division {turn}")))
        assert last <= turn + 1
    sets.grant()
    assert most_ways(told(sets, part([np.delete(block, 7)], "another division"))) == 1


def test_tiny_groups_of_other_people_are_not_close() -> None:
    """Two groups of four differ in eight units, less than ten; but in all that they have."""
    sets = Sets()
    found = [told(sets, part([people(4) for _ in range(50)], "d")).near for _ in range(4)]
    assert sum(found) <= 2


def test_large_groups_of_tables_are_not_sketched_but_counted() -> None:
    sets, large = Sets(), people(LIMITS.near_dup_units + 50)
    last = Compared()
    for turn in range(3):
        last = told(sets, part([people(2000)], "w"), part([large], f"division {turn}"))
    assert most_ways(last) == 3
    assert last.near == 0
    assert told(sets, part([people(2000)], "w"), part([large[1:]], "division 4")).near == 0


def test_thirty_statistics_of_a_close_pair_are_thirty() -> None:
    one, statistics = people(400), tuple(f"statistic {n}" for n in range(30))
    sets = Sets()
    told(sets, part([one], "by year", statistics))
    assert told(sets, part([one[1:]], "by year", statistics[:1])).close == 1
    assert told(sets, part([one[1:]], "by year", statistics)).close == 29
    assert told(sets, part([one[1:]], "by year", statistics)).close == 0
    assert told(sets, part([one[1:]], "by age", statistics)).close == 0


# ---- how soon a limit shows


def test_the_delay_is_tied_to_the_limit() -> None:
    for limit, mean in ((3, 1.9), (16, 6.0), (40, 13.6)):
        use = Use("partitions_per_set", limit + 1, limit)
        drawn = np.array([excess.delay(SECRET, use, n) for n in range(4000)])
        assert drawn.min() == 1
        assert drawn.max() <= limit + 1
        assert abs(drawn.mean() - mean) < 0.6, limit
        assert 0.03 < np.mean(drawn == 1) < 0.6
    again = [excess.delay(SECRET, Use("x", 9, 8), "a", 3) for _ in range(3)]
    assert len(set(again)) == 1
