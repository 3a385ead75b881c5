"""What a study says of itself: title, authors, licence ..., from the script's first text block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kohort.diagnostic import nearest
from kohort.syntax import Statement, parse, raw_blocks
from kohort.trouble import Trouble

FENCE: Final = "---"
KEYS: Final = (
    "title", "author", "licence", "abstract", "keywords", "funding", "publisher", "version", "date",
    "language",
)  # fmt: skip
_SEVERAL: Final = frozenset({"author", "funding"})
_OTHER_SPELLINGS: Final = {"license": "licence", "authors": "author", "keyword": "keywords"}
_ORCID: Final = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?")
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Author:
    """A person: the name as written, the parts of it, ORCID (`0000-0002-1825-0097`) or None."""

    name: str
    family: str
    given: str
    orcid: str | None = None
    affiliation: str | None = None


@dataclass(frozen=True)
class Description:
    """What is known of a study; empty where nobody said it. `licence` is an SPDX name or a URL."""

    title: str = ""
    authors: tuple[Author, ...] = ()
    licence: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    publisher: str = ""
    version: str = ""
    date: str = ""
    language: str = ""
    texts: tuple[str, ...] = field(default=(), repr=False)


def described(script: str, flags: Sequence[tuple[str, str]] = ()) -> Description:
    """Give the description in a script's first text block; `flags` (key, text) replace its keys.

    Raises `Trouble` for unknown keys, malformed lines, an ORCID whose check digit is wrong.
    """
    pairs = _front_matter(script)
    replaced = {key for key, _ in flags}
    return _description([*(pair for pair in pairs if pair[0] not in replaced), *flags])


def without_front_matter(text: str) -> str:
    """Give the prose of a text block without the front matter that opens it."""
    lines = text.strip("\n").split("\n")
    if lines[0].strip() != FENCE:
        return text
    closing = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    return text if closing is None else "\n".join(lines[closing + 1 :]).strip("\n")


def _front_matter(script: str) -> list[tuple[str, str]]:
    first = next((s for s in parse(script) if isinstance(s, Statement)), None)
    if first is None or first.command not in raw_blocks():
        return []
    lines = [line.rstrip() for line in str(first.phrases[-1]).strip("\n").split("\n")]
    if not lines or lines[0].strip() != FENCE:
        return []
    closing = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if closing is None:
        raise Trouble(f"the front matter is never closed; write {FENCE} below it")
    return _pairs(lines[1:closing])


def _pairs(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Give key and text of each entry; an indented line goes on with the one above."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        if not line.strip():
            continue
        if line[0].isspace() and pairs:
            key, text = pairs[-1]
            pairs[-1] = (key, f"{text} {line.strip()}".strip())
            continue
        key, colon, text = line.partition(":")
        if not colon:
            raise Trouble(f"front matter: '{line.strip()}' is not written 'key: text'")
        pairs.append((key_of(key.strip().lower()), text.strip()))
    return pairs


def key_of(word: str) -> str:
    """Give the key that a word names. Raises `Trouble` with the nearest one."""
    key = _OTHER_SPELLINGS.get(word, word)
    if key not in KEYS:
        near = nearest(key, KEYS)
        hint = f"did you mean '{near}'?" if near else f"there are: {', '.join(KEYS)}"
        raise Trouble(f"front matter: there is no key '{word}'; {hint}")
    return key


def _description(pairs: Sequence[tuple[str, str]]) -> Description:
    made = Description(texts=tuple(text for _, text in pairs))
    seen: set[str] = set()
    for key, text in pairs:
        if key in seen and key not in _SEVERAL:
            raise Trouble(f"front matter: '{key}' is said twice")
        seen.add(key)
        made = _with(made, key, text)
    return made


def _with(made: Description, key: str, text: str) -> Description:
    match key:
        case "author":
            return replace(made, authors=(*made.authors, author(text)))
        case "funding":
            return replace(made, funding=(*made.funding, text))
        case "keywords":
            return replace(made, keywords=tuple(w.strip() for w in text.split(",") if w.strip()))
        case "date" if not _DATE.fullmatch(text):
            raise Trouble(f"front matter: '{text}' is not a date, written 2026-11-22")
        case _:
            said: Any = {key: text}
            return replace(made, **said)


def author(text: str) -> Author:
    """Read `Kari Nordmann <https://orcid.org/0000-0002-1825-0097>, Universitetet i Oslo`.

    ORCID and affiliation may be left out; `Nordmann, Kari` needs the angle brackets of an ORCID
    before an affiliation, or a semicolon. Raises `Trouble` for a wrong ORCID.
    """
    name, orcid, affiliation = text, None, None
    bracket = re.search(r"<([^<>]*)>", text)
    if bracket:
        orcid = _orcid(bracket[1].strip())
        name, affiliation = text[: bracket.start()], text[bracket.end() :]
    elif ";" in text:
        name, _, affiliation = text.partition(";")
    name = name.strip(" ,;")
    if not name:
        raise Trouble("front matter: an author has no name")
    affiliation = (affiliation or "").strip(" ,;") or None
    if "," in name:
        family, _, given = (part.strip() for part in name.partition(","))
        name = f"{given} {family}".strip()
    else:
        given, _, family = (part.strip() for part in name.rpartition(" "))
    return Author(name, family, given, orcid, affiliation)


def _orcid(text: str) -> str:
    found = _ORCID.fullmatch(text)
    if not found or not _checked(found[1]):
        raise Trouble(f"front matter: '{text}' is not an ORCID, or has a slip in it")
    return found[1]


def _checked(orcid: str) -> bool:
    """Whether the last character is the check digit of the others (ISO 7064 MOD 11-2)."""
    plain = orcid.replace("-", "")
    digits, last = plain[:-1], plain[-1]
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    return last == "0123456789X"[(12 - total % 11) % 11]
