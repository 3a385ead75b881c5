"""Functions of labels: they say the same as comparisons with codes, and unknown labels are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from registers import values
from written import expression

from kohort import expression as tree
from kohort import limits, program
from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.diagnostic import ScriptError
from kohort.event import Told
from kohort.expression_types import typed
from kohort.rewriting import plain
from kohort.scope import Kind, Labels, Scope, Shape, Type, Variable
from kohort.vocabulary import names
from kohort.wording import source

START = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_KOMMNR_FORMELL 2021-01-01 as home
import db/INNTEKT_WLONN 2020-12-31 as wage
"""


def made(root: Path, script: str, name: str) -> list[Any]:
    """Give the values of a variable of the twenty persons after a script."""
    session = new_session(Catalogue([(None, root)]), "open")
    told = [event for event in session.run(START + script) if isinstance(event, Told)]
    assert not told, [event.diagnostic.message for event in told]
    dataset: Any = session.datasets["people"]
    return values(dataset, name)


def test_labels_of_the_register(small_root: Path) -> None:
    """Odd persons are men; the first ten live in Oslo, eight in Bergen, two nowhere."""
    men = [person % 2 for person in range(1, 21)]
    assert made(small_root, "generate a = inlabels(sex, 'Mann')", "a") == men
    assert made(small_root, "generate a = inlabels(sex, 'Mann', 'Kvinne')", "a") == [1] * 20
    assert made(small_root, "generate a = labelcontains(sex, 'vin')", "a") == [1 - m for m in men]
    assert made(small_root, "generate a = labelcontains(sex, 'Vin')", "a") == [0] * 20
    assert made(small_root, "generate a = label_to_code(sex, 'Mann')", "a") == ["1"] * 20
    oslo = [int(person <= 10) for person in range(1, 21)]
    assert made(small_root, "generate a = inlabels(home, 'Oslo')", "a") == oslo


def test_missing_values_have_no_label(small_root: Path) -> None:
    """Persons 19 and 20 live nowhere: 0, and 1 for the opposite."""
    anywhere = [1] * 18 + [0] * 2
    assert made(small_root, "generate a = labelcontains(home, '')", "a") == anywhere
    opposite = [1 - flag for flag in anywhere]
    assert made(small_root, "generate a = !labelcontains(home, '')", "a") == opposite


def test_own_labels_of_numbers_and_where_they_stand(small_root: Path) -> None:
    """In an `if` clause, in `replace`, in a loop; the label of a binding; person i has i wages."""
    script = """generate level = int(wage / 500000)
define-labels levels 0 low 1 middle 2 high 3 high
assign-labels level levels
generate a = 0
let wanted = 'middle'
replace a = label_to_code(level, 'middle') + 10 if inlabels(level, $wanted)
for word in 'low' 'high'
  replace a = 5 if inlabels(level, $word) & a == 0
end
"""
    wanted = [5] * 4 + [11] * 5 + [5] * 6 + [0] * 5
    assert made(small_root, script, "a") == wanted


def labelled(type_: Type, *pairs: tuple[int | float | str, str]) -> Scope:
    """Give a scope with one variable `v` that has these labels."""
    scope = Scope(Catalogue([]))
    variable = Variable("v", type_, source("bank", "V", None), labels=Labels(pairs))
    scope.datasets["d"] = Shape("d", Kind.CROSS_SECTION, "PERSON", None, {"v": variable})
    scope.active = "d"
    return scope


def rewritten(text: str, scope: Scope) -> tree.Expression:
    """Give what an expression becomes in `generate`."""
    (command,) = program.unroll(program.read(f"generate x = {text}").nodes, scope)
    found: tree.Expression = vars(command)["expression"]
    return found


def test_codes_have_the_type_of_the_variable() -> None:
    for type_, code in ((Type.INTEGER, 1), (Type.DECIMAL, 1.0), (Type.TEXT, "1")):
        scope = labelled(type_, ("1" if type_ is Type.TEXT else 1, "one"))
        found = rewritten("label_to_code(v, 'one')", scope)
        assert isinstance(found, tree.Literal)
        assert (type(found.value), found.value) == (type(code), code)
        assert typed(found, scope).type is type_


def test_more_codes_than_a_list_takes() -> None:
    """A part of many labels becomes several lists, each as long as a list may be."""
    count = limits.LIST * 2 + 1
    scope = labelled(Type.INTEGER, *((k, f"label {k}") for k in range(count)))
    found = rewritten("labelcontains(v, 'label')", scope)
    assert typed(found, scope).binary
    codes, waiting = [], [found]
    while waiting:
        match waiting.pop():
            case tree.Binary(operator="|", left=left, right=right):
                waiting += [left, right]
            case tree.Call(function="inlist", arguments=(tree.Name("v"), *items)):
                codes += [item.value for item in items if isinstance(item, tree.Literal)]
            case other:
                pytest.fail(repr(other))
    assert sorted(codes) == list(range(count))


def test_nothing_else_changes() -> None:
    """A command without such functions is the same object."""
    scope = labelled(Type.INTEGER, (1, "one"))
    (command,) = program.unroll(program.read("generate x = v + 1 if v == 1").nodes, scope)
    assert not isinstance(command, type(None))
    assert plain(command, scope) is command  # type: ignore[arg-type]
    assert names(rewritten("v + inlabels(v, 'one')", scope)) == {"v"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("inlabels(v, 'two')", "unknown-label"),
        ("inlabels(v, '1')", "unknown-label"),
        ("inlabels(v, '')", "unknown-label"),
        ("label_to_code(v, 'One')", "unknown-label"),
        ("label_to_code(v, 'twice')", "ambiguous-label"),
        ("inlabels(v + 1, 'one')", "not-a-variable"),
        ("inlabels('one', 'one')", "not-a-variable"),
        ("inlabels(v, v)", "not-a-constant"),
        ("inlabels(v, .)", "not-a-constant"),
        ("inlabels(v, 1)", "argument-type"),
        ("inlabels(w, 'one')", "unknown-variable"),
        ("labelcontains(v, 'o', 'n')", "argument-count"),
        ("to_symbol(v, 'b')", "argument-count"),
        ("bind()", "argument-count"),
    ],
)
def test_mistakes(text: str, code: str) -> None:
    scope = labelled(Type.INTEGER, (1, "one"), (2, "twice"), (3, "twice"))
    with pytest.raises(ScriptError) as error:
        typed(expression(text), scope)
    assert error.value.diagnostic.code == code


def test_one_mistake_is_one_error() -> None:
    """What would have been made is known further down."""
    scope = labelled(Type.INTEGER, (1, "one"))
    script = "generate a = inlabels(v, 'two')\ngenerate b = a + 1\nkeep if labelcontains(a, 'x')"
    report = program.check(program.read(script), scope)
    assert [found.code for found in report.diagnostics] == ["unknown-label"]
