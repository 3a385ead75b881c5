"""Released results on the wire: what goes out comes back the same, and nothing else is let in."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import HOME
from kohort.disclosure import released as module
from kohort.disclosure.released import (
    STATES,
    Cell,
    Content,
    Context,
    Figure,
    Key,
    Lines,
    Listing,
    Model,
    Note,
    Paragraph,
    Released,
    Role,
    Several,
    Status,
    Table,
    Text,
    WireError,
    from_wire,
    to_wire,
)
from kohort.disclosure.released_figure import COLUMNS, Drawing

SEAL: Any = vars(module)["_SEAL"]

words = st.text(max_size=8)
numbers = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
cells = st.one_of(
    st.builds(Cell, numbers),
    st.builds(Cell, st.none(), st.sampled_from(sorted(STATES - {"shown"}))),
    st.just(Cell(0, "zero")),
)
keys = st.builds(
    Key,
    st.sampled_from(["code", "variable", "statistic", "total", "missing", "term", "reference"]),
    st.none() | words | numbers,
    st.none() | words,
)
notes = st.builds(Note, words, st.dictionaries(words, words | numbers, max_size=2))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Draw a table whose grid fits its headings."""
    deep, wide = draw(st.integers(0, 2)), draw(st.integers(0, 2))

    def row_of(strategy: st.SearchStrategy[Any], count: int) -> st.SearchStrategy[Any]:
        return st.lists(strategy, min_size=count, max_size=count).map(tuple)

    rows = draw(st.lists(row_of(keys, deep), max_size=3).map(tuple))
    columns = draw(st.lists(row_of(keys, wide), max_size=3).map(tuple))
    return Table(
        draw(words),
        draw(row_of(keys, deep)),
        rows,
        columns,
        draw(row_of(row_of(cells, len(columns)), len(rows))),
        draw(st.lists(notes, max_size=2).map(tuple)),
        draw(st.booleans()),
        draw(row_of(keys, wide)),
    )


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """Draw a table of words."""
    headings = draw(st.lists(words, max_size=3).map(tuple))
    row = st.lists(words, min_size=len(headings), max_size=len(headings)).map(tuple)
    return Listing(headings, draw(st.lists(row, max_size=3).map(tuple)), draw(words))


models = st.builds(
    Model,
    words,
    st.lists(st.tuples(words, words | cells), max_size=4).map(tuple),
    tables(),
    st.lists(notes, max_size=2).map(tuple),
)


@st.composite
def figures(draw: st.DrawFn) -> Figure:
    """Draw a figure whose marks have the numbers of their kind."""
    kind = draw(st.sampled_from(sorted(COLUMNS)))
    deep, height = draw(st.integers(0, 2)), draw(st.integers(0, 3))
    stub = draw(st.lists(keys, min_size=deep, max_size=deep).map(tuple))
    row = st.lists(keys, min_size=deep, max_size=deep).map(tuple)
    line = st.lists(cells, min_size=COLUMNS[kind], max_size=COLUMNS[kind]).map(tuple)
    table = Table(
        "",
        stub,
        draw(st.lists(row, min_size=height, max_size=height).map(tuple)),
        tuple((draw(keys),) for _ in range(COLUMNS[kind])),
        draw(st.lists(line, min_size=height, max_size=height).map(tuple)),
        draw(st.lists(notes, max_size=2).map(tuple)),
    )
    roles = draw(st.lists(st.sampled_from(get_args(Role)), min_size=deep, max_size=deep))
    further = draw(st.lists(tables(), max_size=1).map(tuple))
    drawn = draw(st.lists(st.sampled_from(get_args(Drawing)), max_size=2).map(tuple))
    return Figure(kind, draw(words), table, tuple(roles), stub, stub, further, drawn)  # type: ignore[arg-type]


statuses = st.builds(
    Status,
    words,
    st.dictionaries(words, words, max_size=3),
    st.dictionaries(words, cells, max_size=2),
)
blocks = (
    st.builds(Paragraph, words)
    | listings()
    | st.builds(Lines, st.lists(words, max_size=3).map(tuple))
)
texts = st.builds(Text, st.lists(blocks, max_size=3).map(tuple))
several = st.builds(
    Several, st.lists(tables() | models | figures(), min_size=1, max_size=3).map(tuple)
)
contents = tables() | models | figures() | statuses | texts | several
contexts = st.builds(
    Context,
    words,
    words,
    st.lists(words, max_size=2).map(tuple),
    words,
    words,
    st.lists(notes, max_size=2).map(tuple),
    st.sampled_from(["0", "<5", "<10"]),
    st.lists(st.tuples(words, st.lists(words, max_size=2).map(tuple)), max_size=2).map(tuple),
    words,
    st.lists(notes, max_size=2).map(tuple),
)

SAMPLES: dict[str, Content] = {
    "table": Table(
        "tabulate a",
        (Key("variable", "a", "A"),),
        ((Key("code", 1, "one"),), (Key("total"),)),
        ((Key("statistic", "freq"),), (Key("statistic", "cellpct"),)),
        ((Cell(12), Cell(None, "hidden")), (Cell(None, "zero"), Cell(0.5))),
        (Note("folded_rows", {"rows": 3, "limit": 5, "name": "x"}),),
        heads=(Key("variable", "b"),),
    ),
    "status": Status("kept", {"dataset": "d"}, {"units": Cell(98412)}),
    "text": Text((Paragraph("p"), Listing(("name",), (("n",),), "t"), Lines(("l",)))),
}
SAMPLES["model"] = Model(
    "regress y x",
    (("outcome", "y"), ("nobs", Cell(9812))),
    SAMPLES["table"],  # type: ignore[arg-type]
    (Note("winsorised"),),
)
SAMPLES["figure"] = Figure(
    "bar",
    "barchart (count) a",
    Table(
        "",
        (Key("variable", "a", "A"),),
        ((Key("code", 1, "one"),), (Key("code", 2),)),
        ((Key("statistic", "freq"),),),
        ((Cell(12),), (Cell(None, "hidden"),)),
    ),
    ("category",),
    (Key("variable", "a", "A"),),
    (Key("statistic", "freq"),),
    drawn=("horizontal",),
)
SAMPLES["several"] = Several(
    (SAMPLES["model"], SAMPLES["table"])  # type: ignore[arg-type]
)


def wire_of(content: Content) -> dict[str, Any]:
    """Give the message of a content as it comes out of JSON."""
    message: dict[str, Any] = json.loads(json.dumps(to_wire(Released(SEAL, content, Context()))))
    return message


@given(contents, contexts)
def test_what_goes_out_comes_back(content: Content, context: Context) -> None:
    """Through JSON text and back, content and context are equal, down to int and float."""
    sent = to_wire(Released(SEAL, content, context))
    received = from_wire(json.loads(json.dumps(sent)))
    assert received.content == content
    assert received.context == context
    assert json.dumps(to_wire(received)) == json.dumps(sent)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every value inside a message."""
    yield path
    members: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        members = enumerate(value)
    for name, member in members:
        yield from nodes(member, (*path, name))


def changed(message: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Give a copy with another value at the path."""
    if not path:
        return new
    made = copy.deepcopy(message)
    inner = made
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = new
    return made


FREE = {"words", "numbers"}
"""Objects whose keys are names, not fields."""


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_foreign_value_anywhere_is_refused(kind: str) -> None:
    """No field takes an object, a list, or a number of another kind than it was written for."""
    message = wire_of(SAMPLES[kind])
    tried = 0
    for path in nodes(message):
        for foreign in ({"raw": 1}, [[1]], float("nan"), float("inf")):
            if path[-1:] == ("words",) and isinstance(foreign, dict):
                continue
            with pytest.raises(WireError):
                from_wire(changed(message, path, foreign))
            tried += 1
    assert tried > 40


@pytest.mark.parametrize("kind", SAMPLES)
def test_objects_have_exactly_their_keys(kind: str) -> None:
    """An unknown key is refused in every object; so is a missing one that has no default."""
    message = wire_of(SAMPLES[kind])
    for path in nodes(message):
        inner = message
        for name in path:
            inner = inner[name]
        if not isinstance(inner, dict) or (path and path[-1] in FREE):
            continue
        with pytest.raises(WireError):
            from_wire(changed(message, path, {**inner, "extra": 1}))
        with pytest.raises(WireError):
            from_wire(changed(message, path, {**inner, 7: "key that is no text"}))
    for missing in ("kind", "content", "context"):
        with pytest.raises(WireError):
            from_wire({name: part for name, part in message.items() if name != missing})


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("kind",), "chart"),
        (("kind",), "status"),
        (("content", "cells", 0, 0, "state"), "secret"),
        (("content", "cells", 0, 0, "state"), "hidden"),
        (("content", "cells", 0, 0, "v"), True),
        (("content", "cells", 0, 0, "v"), "12"),
        (("content", "cells", 0, 0, "v"), None),
        (("content", "cells", 0, 0, "v"), 10**400),
        (("content", "cells", 0, 1, "v"), 3),
        (("content", "cells", 1, 0, "v"), 2),
        (("content", "cells", 0), [{"v": 1, "state": "shown"}]),
        (("content", "cells"), []),
        (("content", "rows", 0), []),
        (("content", "columns", 0), []),
        (("content", "rows", 0, 0, "kind"), "raw"),
        (("content", "rows", 0, 0, "code"), False),
        (("content", "flatten"), 1),
        (("content", "title"), None),
        (("content", "notes", 0, "words", "rows"), None),
        (("context", "zero_display"), "7"),
        (("context", "zero_display"), "<"),
        (("context", "databanks"), ["a", 1]),
    ],
)
def test_what_the_schema_forbids_is_refused(path: tuple[Any, ...], new: Any) -> None:
    """Unknown kinds, states and types, grids that do not fit, numbers in withheld cells."""
    message = wire_of(SAMPLES["table"])
    from_wire(message)
    with pytest.raises(WireError):
        from_wire(changed(message, path, new))


def test_blocks_of_a_text_are_told_apart() -> None:
    """A block needs its tag, and the keys that belong to it."""
    message = wire_of(SAMPLES["text"])
    for path, new in (
        (("content", "blocks", 0, "block"), "listing"),
        (("content", "blocks", 0, "block"), "html"),
        (("content", "blocks", 0, "block"), ["paragraph"]),
        (("content", "blocks", 0), {"text": "p"}),
        (("content", "blocks", 0), "p"),
        (("content", "blocks", 1, "rows"), [["n", "m"]]),
    ):
        with pytest.raises(WireError):
            from_wire(changed(message, path, new))


json_values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "content", "v", "state", "x"]), inner)
    ),
    max_leaves=10,
)


@given(json_values, st.sampled_from(["table", "model", "status", "text", "other"]))
def test_any_message_is_read_or_refused(value: Any, kind: str) -> None:
    """No message raises anything but `WireError`."""
    for message in (value, {"kind": kind, "content": value, "context": {}}):
        try:
            from_wire(message)
        except WireError:
            continue


@given(words)
def test_refusals_quote_no_value(secret: str) -> None:
    """The message of a refusal names places of the schema, not what stood there."""
    marked = f"canary-{secret}"
    message = wire_of(SAMPLES["table"])
    for path in (("kind",), ("content", "cells", 0, 0, "state"), ("content", "cells", 0, 0, "v")):
        with pytest.raises(WireError) as caught:
            from_wire(changed(message, path, marked))
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("state", sorted(STATES - {"shown"}))
def test_a_withheld_cell_holds_no_number(state: Any) -> None:
    """A number cannot travel in a cell that does not show it."""
    with pytest.raises(ValueError, match="no number"):
        Cell(3, state)
    Cell(None, state)


@pytest.mark.parametrize("v", [True, "3", numpy.float64(3), numpy.int64(3)])
def test_a_cell_holds_a_plain_number(v: Any) -> None:
    """Numbers of numpy cannot cross the process boundary; words and truth values are none."""
    with pytest.raises(ValueError, match="plain number"):
        Cell(v)


@pytest.mark.parametrize("v", [None, float("nan"), float("inf")])
def test_a_shown_cell_holds_a_finite_number(v: float | None) -> None:
    """Shown means that there is something to show."""
    with pytest.raises(ValueError, match="finite"):
        Cell(v)


def test_only_the_seal_makes_a_result() -> None:
    """A wrong seal, a subclass, a change, a copy: none makes another result."""
    made = Released(SEAL, SAMPLES["status"], Context())
    with pytest.raises(TypeError):
        Released(object(), SAMPLES["status"], Context())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Released(SEAL, Paragraph("raw"), Context())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        type("Free", (Released,), {})
    with pytest.raises(AttributeError):
        setattr(made, "_content", SAMPLES["table"])  # noqa: B010
    with pytest.raises(AttributeError):
        copy.copy(made)
    with pytest.raises(AttributeError):
        pickle.loads(pickle.dumps(made))


def test_the_seal_is_used_where_results_are_released() -> None:
    """Outside its module only the release module names the seal."""
    allowed = {"disclosure/released.py", "disclosure/release.py"}
    root = HOME / "interpreter" / "kohort"
    users = {
        path.relative_to(root).as_posix()
        for folder in (root, HOME / "stdlib")
        for path in Path(folder).rglob("*.py")
        if re.search(r"\b_SEAL\b", path.read_text(encoding="utf-8"))
    }
    assert "disclosure/released.py" in users
    assert users <= allowed
