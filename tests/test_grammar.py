"""The grammar: sentences against classes, whole words, keywords as names, any text at all."""

from __future__ import annotations

import dataclasses
import importlib.util

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import limits
from kohort import phrases as p
from kohort.command import commands
from kohort.diagnostic import Diagnostic
from kohort.parser import accepted, automaton, build, grammar, keywords, language, parser, sentences
from kohort.syntax import Statement, parse


def statement(text: str) -> Statement:
    """Give the one statement of a text that has nothing wrong in its form."""
    (found,) = parse(text)
    assert isinstance(found, Statement), found
    return found


def mistake(text: str) -> Diagnostic:
    """Give the one diagnostic of a text."""
    (found,) = parse(text)
    assert isinstance(found, Diagnostic), found
    return found


# ---- sentences and classes

EXAMPLES = {
    "require": "require no.ssb.fdb:45 as db",
    "create-dataset": "create-dataset a",
    "use": "use a",
    "clone-dataset": "clone-dataset a b",
    "clone-units": "clone-units a b",
    "reshape-to-panel": "reshape-to-panel a b",
    "reshape-from-panel": "reshape-from-panel",
    "import-event": "import-event db/X 2020-01-01 to 2020-12-31 as x",
    "import-panel": "import-panel db/X db/Y 2020-01-01 2021-01-01",
    "aggregate": "aggregate (mean) a -> b, by(c)",
    "delete-dataset": "delete-dataset a",
    "rename-dataset": "rename-dataset a b",
    "import": "import db/X 2020-01-01 as x, outer_join",
    "generate": "generate x = 1 if y",
    "replace": "replace x = 1 if y",
    "keep": "keep a b",
    "drop": "drop if a",
    "rename": "rename a b",
    "clone-variables": "clone-variables a -> b, prefix(c)",
    "recode": "recode a (1 = 2) if b, prefix(c)",
    "destring": "destring a, force",
    "define-labels": "define-labels a 1 b",
    "assign-labels": "assign-labels a b",
    "collapse": "collapse (mean) a -> b, by(c)",
    "merge": "merge a b into c on d",
    "sample": "sample 0.1 4711",
    "let": "let a = 1",
    "for": "for i in 1 : 3",
    "end": "end",
    "textblock": "textblock\nwords\nendblock",
    "variables": "variables db/X",
    "help": "help import-event",
    "history": "history",
    "datasets": "datasets",
    "quota": "quota",
    "describe": "describe a",
    "search": "search income 'two words'",
    "run": "run 'my file.mdscript'",
    "save": "save file.mdscript, edit",
    "drop-labels": "drop-labels a b",
    "list-labels": "list-labels db/X 2020-01-01",
    "help-function": "help-function substr",
    "configure": "configure alpha nocache",
    "clear": "clear",
    "load": "load 'my file.mdscript'",
    "edit": "edit",
    "tabulate": "tabulate a b if c, missing",
    "tabulate-panel": "tabulate-panel a b if c, missing",
    "transitions-panel": "transitions-panel a b if c",
    "summarize": "summarize a if b, gini",
    "summarize-panel": "summarize-panel a if b, gini",
    "correlate": "correlate a b if c, pairwise",
    "ci": "ci a if b, level(90)",
    "normaltest": "normaltest a if b",
    "anova": "anova y a c.b#d if e, posthoc",
    "barchart": "barchart(mean) a b if c, over(d) by(e)",
    "histogram": "histogram a if b, bin(10) by(c)",
    "boxplot": "boxplot a b if c, over(d)",
    "hexbin": "hexbin a b if c, gridsize(10)",
    "piechart": "piechart a if b",
    "sankey": "sankey a b if c",
    "regress": "regress y a i.b##c.d if e, robust",
    "ivregress": "ivregress y a i.b (c i.d = e i.f) g if h, liml robust",
    "ivregress-predict": "ivregress-predict y a (b = c d) e if f, residuals(r)",
    "regress-panel": "regress-panel y a i.b if c, re robust",
    "regress-panel-predict": "regress-panel-predict y a i.b if c, effects(u)",
    "regress-panel-diff": "regress-panel-diff y treated after a i.b if c, robust",
    "hausman": "hausman y a i.b if c, sigmamore",
    "regress-mml": "regress-mml y a i.b by school pupil if c, level(90)",
    "regress-mml-predict": "regress-mml-predict y a by school if c, residuals(r)",
    "rdd": "rdd y running a i.b if c, cutoff(10) fuzzy(t)",
    "oaxaca": "oaxaca y a i.b by sex if c, pool",
    "regress-predict": "regress-predict y a i.b if c, residuals(e) noconstant",
    "logit": "logit y a i.b if c, robust or",
    "logit-predict": "logit-predict y a i.b if c, predicted(p)",
    "probit": "probit y a i.b if c, margins()",
    "probit-predict": "probit-predict y a i.b if c, predicted(p)",
    "mlogit": "mlogit y a i.b if c, mfx(dydx)",
    "mlogit-predict": "mlogit-predict y a i.b if c, predicted(p)",
    "poisson": "poisson y a i.b if c, irr exposure(v)",
    "poisson-predict": "poisson-predict y a i.b if c, predicted(p)",
    "negative-binomial": "negative-binomial y a i.b if c, cluster(g)",
    "negative-binomial-predict": "negative-binomial-predict y a i.b if c, predicted(p)",
    "cox": "cox died years a i.b if c, hazard level(90)",
    "kaplan-meier": "kaplan-meier died years if c, by(a)",
    "weibull": "weibull died years if c, by(a)",
    "coefplot": "coefplot regress y a i.b if c, level(90)",
}


@pytest.mark.parametrize("command", sorted(sentences()))
def test_each_sentence_fills_its_class(command: str) -> None:
    found = statement(EXAMPLES[command])
    assert found.command == command
    made = commands()[command]
    fields = [field.name for field in dataclasses.fields(made)][1:]
    assert len(found.phrases) == len(fields)
    assert ("options" in fields) == sentences()[command]
    assert not fields or "options" not in fields or fields[-1] == "options"


def test_every_class_has_a_sentence_and_every_sentence_a_class() -> None:
    assert set(commands()) == set(sentences())


def test_the_language_has_82_commands() -> None:
    assert len(language()) == 82


def test_absent_phrases() -> None:
    found = statement("import db/X").phrases
    assert found[1:3] == (None, None)
    assert isinstance(found[3], p.Options)
    assert found[3].calls == ()
    assert statement("sample 5000").phrases[1] is None
    assert statement("keep if a").phrases[0] is None
    assert statement("merge a into b").phrases[2] is None


# ---- phrases


def test_path_and_date() -> None:
    path, date, name, options = statement("import db/INNTEKT 2020-03-01 as x, outer_join").phrases
    assert (path.alias.text, path.name.text) == ("db", "INNTEKT")
    assert (date.text, date.days) == ("2020-03-01", 18322)
    assert name.text == "x"
    assert "outer_join" in options


def test_numbers_drop_leading_zeros() -> None:
    rules = statement("recode a (0101 -2/0 = -3.5)").phrases[1]
    (rule,) = rules
    assert rule.left[0].value == 101
    assert (rule.left[1].low.value, rule.left[1].high.value) == (-2, 0)
    assert rule.value.value == -3.5


def test_rules() -> None:
    text = "recode a(1 2=3 'x' missing)(min/5 6/max=7)('5' . missing = '4')(nonmissing=1)(*=9)"
    first, second, third, fourth, fifth = statement(text).phrases[1]
    assert (first.label, first.flagged_missing) == ("x", True)
    assert second.left[0].low is None
    assert second.left[1].high is None
    assert [type(item).__name__ for item in third.left] == ["Text", "Group", "Group"]
    assert third.left[1].kind == "missing"
    assert fourth.left[0].kind == "nonmissing"
    assert fifth.left[0].kind == "*"


def test_aggregates_are_flattened() -> None:
    items = list(statement("collapse(sum) a b -> c (count) d , by( k )").phrases[0])
    told = [(i.statistic.text, i.variable.text, i.new and i.new.text) for i in items]
    assert told == [("sum", "a", None), ("sum", "b", "c"), ("count", "d", None)]


def test_terms() -> None:
    _, terms, _, options = statement("regress y a i.b c.d#i.e f##g, control(i.h, i.j)").phrases
    told = [(t.operator, [(f.prefix, f.name.text) for f in t.factors]) for t in terms]
    assert told == [
        ("", [("", "a")]),
        ("", [("i", "b")]),
        ("#", [("c", "d"), ("i", "e")]),
        ("##", [("", "f"), ("", "g")]),
    ]
    assert [t.factors[0].name.text for t in options.terms("control")] == ["h", "j"]


def test_options() -> None:
    text = "tabulate a, missing top(5), rowsort() summarize(x y) by('q', -1.5)"
    options = statement(text).phrases[2]
    assert [call.name.text for call in options] == ["missing", "top", "rowsort", "summarize", "by"]
    assert options.call("missing").arguments is None
    assert options.call("rowsort").arguments == ()
    assert options.number("top", 0) == 5
    assert [word.text for word in options.words("summarize")] == ["x", "y"]
    assert options.codes("by") == ("q", -1.5)


def test_levels() -> None:
    (levels,) = statement("for i, j in 1:3, a 'b' -2; k in x, y z").phrases
    first, second = levels
    assert [word.text for word in first.iterators] == ["i", "j"]
    (span,) = first.lists[0]
    assert (span.low.value, span.high.value) == (1, 3)
    assert [type(item).__name__ for item in first.lists[1]] == ["Word", "Text", "Number"]
    assert len(second.lists) == 1
    assert [item.text for item in second.lists[0]] == ["x", "y", "z"]


def test_text_block() -> None:
    assert statement(" textblock\n # a\n b\nendblock").phrases == (" # a\n b",)


def test_system_names() -> None:
    assert [w.text for w in statement("keep START@x date@panel").phrases[0]] == [
        "START@x",
        "date@panel",
    ]


def test_composed_letters() -> None:
    assert statement("use a\u030ar").phrases[0].text == "år"


def test_spans_are_places_in_the_script() -> None:
    text = "use a\ntabulate sex \\\n  age if x == 'y', top(5)"
    _, found = parse(text)
    assert isinstance(found, Statement)
    words, condition, options = found.phrases
    assert [text[w.span.start : w.span.end] for w in words] == ["sex", "age"]
    assert text[condition.span.start : condition.span.end] == "if x == 'y'"
    assert (
        text[condition.expression.right.span.start : condition.expression.right.span.end] == "'y'"
    )
    assert text[options.span.start : options.span.end] == ", top(5)"
    assert text[found.span.start : found.span.end] == text[6:]


# ---- words

WORDS = sorted({word for word in keywords().values() if word[0].isalpha() and "-" not in word})
FREE = ["use {}", "generate {} = 1", "create-dataset {}", "rename {} b", "let {} = {}",
        "generate x = {} + 1", "keep if {} == 1", "replace {} = 2", "clone-dataset {} b",
        "for {} in 1 : 2", "collapse ({}) a, by(k)", "drop {}", "tabulate {}",
        "assign-labels {} b"]  # fmt: skip


@pytest.mark.parametrize("word", [*WORDS, "min", "max", "nonmissing"])
@pytest.mark.parametrize("sentence", FREE)
def test_keywords_are_names_where_only_a_name_can_stand(sentence: str, word: str) -> None:
    if word == "if" and sentence in ("drop {}",):
        pytest.skip("here 'if' begins the condition")
    statement(sentence.format(word, word))


@pytest.mark.parametrize(
    "text",
    ["tabulatexx", "import db/X asdf", "tabulate x ifx == 1 y", "merge a intob", "keepif x",
     "import-x db/X", "recode a (missing-x = 1)", "for i inn 1 : 2"],
)  # fmt: skip
def test_keywords_are_whole_words(text: str) -> None:
    mistake(text)


@pytest.mark.skipif(importlib.util.find_spec("interegular") is None, reason="needs interegular")
def test_no_two_terminals_fit_the_same_word_in_one_place() -> None:
    build(grammar(), strict=True)


# ---- any text

PIECES = st.sampled_from(
    [*keywords().values(), *sentences(), "a", "db/X", "2020-01-01", "'t'", '"', "'", "$y", "5",
     "-1.5", ".", "i.x", "c.", "\\", "//", "\n", "#", "{", "}", "é", "@", "12abc", "&&", "**",
     "1e999"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.sampled_from(["", " "]))
def test_any_sequence_of_words_gives_statements_or_diagnostics(words: list[str], gap: str) -> None:
    text = gap.join(words)
    for found in parse(text):
        assert isinstance(found, (Statement, Diagnostic))
        assert 0 <= found.span.start <= found.span.end <= len(text) + 1


@given(st.sampled_from(sorted(sentences())), st.text(max_size=60))
def test_any_text_after_a_command_gives_statements_or_diagnostics(word: str, rest: str) -> None:
    for found in parse(f"{word} {rest}"):
        if isinstance(found, Diagnostic):
            assert (
                found.message[0] == "'" or found.message[0].islower() or found.code == "unexpected"
            )
            assert "Token" not in found.message
            assert "__ANON" not in f"{found.message} {found.hint}"


@given(st.text(max_size=200))
def test_any_text_gives_statements_or_diagnostics(text: str) -> None:
    parse(text)


@given(st.lists(PIECES, max_size=8))
def test_what_is_accepted_is_what_lark_accepts(words: list[str]) -> None:
    before = " ".join(words)
    try:
        state = parser().parse_interactive(before)
        state.exhaust_lexer()
    except lark.UnexpectedInput:
        assert accepted(before) == frozenset()
    else:
        assert accepted(before) == state.accepts()  # type: ignore[no-untyped-call]


@given(st.lists(PIECES, max_size=8))
def test_the_fast_way_gives_the_trees_of_lark(words: list[str]) -> None:
    text = " ".join(words)
    try:
        expected = parser().parse(text)
    except lark.UnexpectedInput:
        assert automaton().tree(text) is None
    else:
        found = automaton().tree(text)
        assert found == expected
        assert _places(found) == _places(expected)


def test_the_fast_way_on_every_sentence() -> None:
    for text in EXAMPLES.values():
        line = text.partition("\n")[0]
        assert automaton().tree(line) == parser().parse(line)


def _places(tree: lark.Tree[lark.Token] | None) -> list[tuple[str, int | None]]:
    assert tree is not None
    return [(token.type, token.start_pos) for token in tree.scan_values(bool)]


# ---- hostile scripts


@pytest.mark.parametrize(
    "text",
    [
        "generate x = " + "!" * 5_000 + "1",
        "generate x = " + "- " * 5_000 + "1",
        "generate x = " + "2^" * 5_000 + "1",
        "generate x = " + "1+" * 5_000 + "1",
        "generate x = " + "abs(" * 300 + "1" + ")" * 300,
        "generate x = inlist(a" + ", 1" * 1_500 + ")",
        "generate a" + " ++ b" * 3_000 + " = 1",
        "generate x = " + "9" * 10_000,
        "generate x = 1e999",
        "keep if " + "a == 1 | " * 400 + "b",
    ],
)
def test_hostile_expressions(text: str) -> None:
    assert mistake(text).code in {"expression-too-large", "number-too-large"}


def test_parentheses_leave_no_trace() -> None:
    deep = statement("generate x = " + "(" * 20_000 + "1" + ")" * 20_000)
    assert deep.phrases[1].value == 1


def test_long_lists_are_no_expressions() -> None:
    found = statement("keep " + " ".join(f"v{i}" for i in range(5_000)))
    assert len(found.phrases[0]) == 5_000


def test_long_scripts() -> None:
    assert mistake("x" * (limits.SCRIPT + 1)).code == "script-too-long"
    found = parse("end\n" * (limits.STATEMENTS + 5))
    assert len(found) == limits.STATEMENTS + 1
    assert isinstance(found[-1], Diagnostic)
