"""Profiles on the command line: shown with the words of each key, compared, checked."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kohort import HOME, exit_code
from kohort.diagnostic import nearest
from kohort.disclosure.profile import Profile, ProfileError, load, names, strictest
from kohort.output import write
from kohort.trouble import Trouble

CONSTANTS: Final = HOME / "stdlib" / "constants.toml"


@dataclass(frozen=True)
class Words:
    """What a key is, what it buys and what it costs, in a data owner's words."""

    what: str
    buys: str
    costs: str


@cache
def constants() -> Mapping[tuple[str, str], Words]:
    """Give the words of every key, by table and name."""
    tables = tomllib.loads(CONSTANTS.read_text("utf-8"))
    return {(t, key): Words(*words) for t, keys in tables.items() for key, words in keys.items()}


def keys(profile: Profile) -> Iterator[tuple[str, str, Any]]:
    """Give table, name and value of every key of a profile."""
    for table in fields(profile):
        limits = getattr(profile, table.name)
        if is_dataclass(limits) and not isinstance(limits, type):
            for key, value in asdict(limits).items():
                yield table.name, key, value


def show_names() -> int:
    """Write the names of all profiles. Gives the exit code."""
    write(sys.stdout, "".join(f"{name}\n" for name in names()))
    return exit_code.DONE


def show_profile(name: str, form: str = "text") -> int:
    """Write a profile with all that it inherits, as TOML. Gives the exit code; raises `Trouble`."""
    profile = found(name)
    if form == "json":
        write(sys.stdout, json.dumps(_plain(profile), ensure_ascii=False, indent=1) + "\n")
        return exit_code.DONE
    lines = [f"# {profile.name}, SHA-256 {profile.hash}"]
    shown = ""
    for table, key, value in keys(profile):
        if table != shown:
            lines += ["", f"[{table}]"]
            shown = table
        lines.append(f"{key} = {written(value)}  # {constants()[table, key].what}")
    lines += ["", "[outputs]", *(f"{k} = {written(v)}" for k, v in profile.outputs.items())]
    write(sys.stdout, "\n".join(lines) + "\n")
    return exit_code.DONE


def show_difference(first: str, second: str, form: str = "text") -> int:
    """Write in which keys two profiles differ, and which is stricter. Gives the exit code."""
    a, b = found(first), found(second)
    rows = list(differences(a, b))
    if form == "json":
        plain = [dict(zip(("key", a.name, b.name, "stricter"), row, strict=True)) for row in rows]
        write(sys.stdout, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
        return exit_code.DONE
    if not rows:
        write(sys.stdout, "the profiles are alike\n")
        return exit_code.DONE
    heads = ("", a.name, b.name, "stricter")
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(4)]
    for row in (heads, *rows):
        texts = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        write(sys.stdout, "  ".join(texts).rstrip() + "\n")
    return exit_code.DONE


def differences(a: Profile, b: Profile) -> Iterator[tuple[str, str, str, str]]:
    """Give each key in which two profiles differ, both values, and the name of the stricter one."""
    merged = {(t, key): value for t, key, value in keys(strictest(a, b))}
    for (table, key, one), (_, _, other) in zip(keys(a), keys(b), strict=True):
        if one == other:
            continue
        strict = merged[table, key]
        stricter = a.name if strict == one else b.name if strict == other else "neither"
        yield f"{table}.{key}", written(one), written(other), stricter


def check_profile(given: str) -> int:
    """Check a profile file as the start would. Gives the exit code, 1 for an unusable one."""
    from kohort.disclosure.policy import usable

    path = Path(given).expanduser()
    if not path.is_file():
        raise Trouble(f"there is no file {path}")
    try:
        profile = usable(path.stem, path.parent)
    except ProfileError as error:
        write(sys.stdout, f"{path}: {error}\n")
        return exit_code.WRONG
    looser = [
        f"  {key} = {value}: 'default' has {theirs}\n"
        for key, value, theirs, stricter in differences(profile, load("default"))
        if stricter != profile.name
    ]
    write(sys.stdout, f"{path}: complete, SHA-256 {profile.hash}\n")
    if looser:
        write(sys.stdout, f"looser than default in {len(looser)}:\n{''.join(looser)}")
    return exit_code.DONE


def found(name: str) -> Profile:
    """Give a profile of the library, or that of a file. Raises `Trouble`."""
    path = Path(name).expanduser()
    try:
        if path.suffix == ".toml" and path.is_file():
            return load(path.stem, path.parent)
        if name not in names():
            near = nearest(name, names())
            hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(names())}"
            raise Trouble(f"there is no profile '{name}'; {hint}")
        return load(name)
    except ProfileError as error:
        raise Trouble(str(error)) from None


def written(value: object) -> str:
    """Give a value as TOML writes it."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {written(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, set | frozenset):
        return json.dumps(sorted(value))
    return json.dumps(value, ensure_ascii=False)


def _plain(profile: Profile) -> dict[str, Any]:
    made: dict[str, Any] = {"name": profile.name, "hash": profile.hash}
    for table, key, value in keys(profile):
        made.setdefault(table, {})[key] = value
    made["outputs"] = dict(profile.outputs)
    return made
