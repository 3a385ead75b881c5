"""Where a result comes from and what protection did to it, in notes made from script and profile.

Nothing here is worked out from data: the steps of the population and the origins of variables
follow from the checked program, the effects from the profile, and which of them concern a result
from the statistics that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from kohort import history
from kohort.disclosure.effects import effects
from kohort.disclosure.profile import Profile
from kohort.disclosure.released import Content, Context, Key, Model, Status, Table, Text
from kohort.disclosure.released import Note as Told
from kohort.meaning import Meaning
from kohort.results import Document, Done, Inventory, Raw, Size
from kohort.scope import Scope, Shape, Variable
from kohort.wording import Population

_LONGEST_DEFINITION = 20_000
"""Parts of a definition that are looked through for register variables."""

_SCALARS = (str, int, float)

_WITHOUT_UNITS = (Document, Done, Inventory, Size)


def context(raw: Raw, content: Content, profile: Profile, scope: Scope) -> Context:
    """Give the context of a result; databanks, profile and how a zero prints for every kind."""
    shape = None if isinstance(raw, _WITHOUT_UNITS) else found_shape(raw)
    plain = Context(
        profile=profile.name,
        profile_hash=profile.hash,
        databanks=tuple(f"{bank.name}:{bank.version}" for bank in scope.banks.values()),
        zero_display=profile.counts.zero_display,
        formats=profile.release.formats,
    )
    if shape is None:
        return plain
    rule = profile.outputs.get(type(raw).__name__, "")
    shown = () if shape.public else statistics(content)
    protection = (Told("published_rows"),) if shape.public else effects(profile, shown, rule)
    return Context(
        profile=plain.profile,
        profile_hash=plain.profile_hash,
        databanks=plain.databanks,
        dataset=shape.name,
        unit_type=shape.unit_type or "",
        population=tuple(Told(s.key, s.words) for s in history.told(shape.history)),
        zero_display=plain.zero_display,
        sources=tuple((v.name, origins(v)) for v in asked(raw, content, shape)),
        missing="shown" if _missing_shown(raw) else "left_out",
        protection=protection,
        formats=plain.formats,
    )


# ---- the question


def found_shape(raw: Raw) -> Shape | None:
    """Give the dataset that a raw result was asked of: the first that it or its parts hold."""
    return next((part for part in _parts(raw) if isinstance(part, Shape)), None)


def asked(raw: Raw, content: Content, shape: Shape) -> tuple[Variable, ...]:
    """Give the variables of a result, each once: those that the raw one holds, or a heading names.

    (Columns that are made anew whenever somebody asks for them are not looked at.)
    """
    found = {part.name: part for part in _parts(raw) if isinstance(part, Variable)}
    headings = (part.code for part in _shown(content) if isinstance(part, Key))
    named = (shape.find(code) for code in headings if isinstance(code, str))
    return tuple({**found, **{v.name: v for v in named if v is not None}}.values())


def _missing_shown(raw: Raw) -> bool:
    return any(isinstance(p, Raw) and getattr(p, "missing", False) is True for p in _parts(raw))


def _parts(value: object) -> Iterator[object]:
    """Give a value and what it holds; what a dataset or variable holds is not part of the answer.

    The datasets that statistics take their limits from stand in `base` and are not asked about.
    """
    yield value
    # Definitions share parts, many times over: they are no place to look for variables.
    if isinstance(value, Shape | Variable | Meaning | Population):
        return
    members: Iterable[object] = ()
    if is_dataclass(value):
        members = (getattr(value, f.name) for f in fields(value) if f.name not in {"base", "known"})
    elif isinstance(value, Mapping):
        members = value.values()
    elif isinstance(value, list | tuple) and not isinstance(next(iter(value), None), _SCALARS):
        members = value
    for member in members:
        yield from _parts(member)


def origins(variable: Variable) -> tuple[str, ...]:
    """Give the register variables, with their dates, that a variable is made of, in words."""
    if variable.source is not None:
        return (variable.source,)
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [variable.meaning]
    while waiting and len(seen) < _LONGEST_DEFINITION:
        meaning = waiting.pop(0)
        if meaning.digest in seen:
            continue
        seen.add(meaning.digest)
        name = _register_variable(meaning)
        if name:
            found[name] = None
        waiting.extend(meaning.parts)
    return tuple(found)


def _register_variable(meaning: Meaning) -> str:
    """Give what a definition fetches from a databank (`kohort.wording`), or nothing."""
    parts = meaning.text.split("\x1e")
    match meaning.kind:
        case "source":
            _, name, date = parts
            return f"{name} {date}".strip()
        case "spell" | "panel":
            return parts[1]
        case _:
            return ""


# ---- the answer


def statistics(content: Content) -> tuple[str, ...]:
    """Give the statistics that a result shows, each once."""
    found: dict[str, None] = {}
    for part in _shown(content):
        match part:
            case Key(kind="statistic", code=str(code)):
                found[code] = None
            case Table() if not any(_named(keys) for keys in (*part.rows, *part.columns)):
                found["freq"] = None
            case Model():
                found["coef"] = None
                found.update(dict.fromkeys(name for name, _ in part.header))
            case _:
                pass
    return tuple(found)


def _named(keys: tuple[Key, ...]) -> bool:
    return any(key.kind == "statistic" and key.code for key in keys)


def _shown(value: object) -> Iterator[object]:
    """Give the parts of a released content that head or name its numbers."""
    if isinstance(value, Status | Text):
        return
    yield value
    if isinstance(value, tuple):
        for member in value:
            yield from _shown(member)
    elif is_dataclass(value) and not isinstance(value, Key):
        for field in fields(value):
            if field.name not in {"cells", "notes"}:
                yield from _shown(getattr(value, field.name))
