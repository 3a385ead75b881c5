"""Rules of `recode` and the parsing of `destring` as calculations."""

from __future__ import annotations

from kohort.engine.texts import whole as exactly
from kohort.engine.vector import Vector
from kohort.phrases import Group, Interval, Number, Rule, Rules, Text
from kohort.scope import Type


def recoded(old: Vector, rules: Rules, condition: Vector | None) -> Vector:
    """Give the value of the first rule that the old value fits; without one it stays."""
    fits = [_fits(old, rule) for rule in rules]
    new = old
    # From the last rule to the first, so that the first one that fits has the last word.
    for rule, fit in reversed(list(zip(rules, fits, strict=True))):
        new = fit.choose(rule.value.value, new)
    return new if condition is None else condition.choose(new, old)


def type_of(old: Type, rules: Rules) -> Type:
    """Give the type of a recoded variable: a decimal among the new values makes it decimal."""
    decimal = any(isinstance(rule.value.value, float) for rule in rules)
    return Type.DECIMAL if decimal and old is Type.INTEGER else old


def _fits(old: Vector, rule: Rule) -> Vector:
    fit: Vector | None = None
    for item in rule.left:
        found = _fits_item(old, item)
        fit = found if fit is None else fit | found
    assert fit is not None
    return fit


def _fits_item(old: Vector, item: Number | Text | Interval | Group) -> Vector:
    match item:
        case Number(value=value) | Text(value=value):
            return old.equals(value)
        case Interval(low=low, high=high):
            inside = ~old.is_missing()
            if low is not None:
                inside = inside & (old >= low.value)
            return inside if high is None else inside & (old <= high.value)
        case Group(kind="missing"):
            return old.is_missing()
        case Group(kind="nonmissing"):
            return ~old.is_missing()
        case _:
            return old.is_missing() | ~old.is_missing()


def unparsable(texts: Vector, ignore: str, comma: bool, most: int) -> list[str]:
    """Give the first different texts that are not numbers: values of the data."""
    empty = texts.without(ignore).stripped().equals("")
    wrong = ~texts.is_missing() & ~empty & parsed(texts, ignore, comma).is_missing()
    return texts.where(wrong).spread().drop_nulls().unique().sort().head(most).to_list()


def parsed(texts: Vector, ignore: str, comma: bool, whole: bool = False) -> Vector:
    """Give the numbers that texts say, without some characters; missing where they say none.

    `whole`: integers, so that other numbers are missing too.
    """
    bare = texts.without(ignore) if ignore else texts
    bare = bare.with_point() if comma else bare
    return Vector(exactly(bare.series), bare.codes) if whole else bare.number()
