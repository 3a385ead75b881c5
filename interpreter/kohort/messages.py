"""Texts shown with results, by key and language, read from stdlib/messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from kohort import HOME

FALLBACK: Final = "en"
"""Texts that a language lacks are taken from this one."""

_FIELD: Final = re.compile(r"\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}")
_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")


def languages() -> tuple[str, ...]:
    """Give the codes of the languages that have texts, ascending."""
    return tuple(sorted(path.stem for path in (HOME / "stdlib" / "messages").glob("*.toml")))


@cache
def wordings(language: str) -> Mapping[str, Mapping[str, str]]:
    """Give a language's texts of diagnostics, hints and the phrases in them.

    They have a file of their own, which is read for a language other than English only. Raises
    `LookupError` for a language that has no texts.
    """
    import tomllib

    if language not in languages():
        raise LookupError(f"there are no texts in the language {language!r}")
    path = HOME / "stdlib" / "messages" / "diagnostics" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def texts(language: str) -> Mapping[str, Mapping[str, str]]:
    """Give a language's texts by section and key.

    Raises `LookupError` for a language that has no texts.
    """
    import tomllib

    # looked up among the files that are there: a language's name never becomes part of a path
    if language not in languages():
        raise LookupError(f"there are no texts in the language {language!r}")
    path = HOME / "stdlib" / "messages" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def find(section: str, key: str, language: str = FALLBACK) -> str | None:
    """Give the text with its placeholders, or None where there is none in any language."""
    own = texts(language).get(section, {}).get(key)
    return own if own is not None else texts(FALLBACK).get(section, {}).get(key)


def placeholders(text: str) -> frozenset[str]:
    """Give the names of the words that a text takes."""
    return frozenset(name for name, _, _ in _FIELD.findall(text))


def fill(text: str, words: Mapping[str, str]) -> str:
    """Put words into a text.

    `{name}` becomes the word; `{name:one|many}` the word followed by `one` where the word is `1`,
    else by `many`; `[...]` is dropped where one of its words is missing or empty, and where it
    would only repeat words said before it. A missing word outside brackets shows as `?`.
    """

    def one(found: re.Match[str]) -> str:
        word = words.get(found[1]) or "?"
        if found[2] is None:
            return word
        return f"{word} {found[2] if word == '1' else found[3]}"

    def part(found: re.Match[str]) -> str:
        own = {words.get(name, "") for name in placeholders(found[1])}
        said = {words.get(name, "") for name in placeholders(text[: found.start()])}
        return "" if "" in own or (own and own <= said) else found[1]

    return _FIELD.sub(one, _OPTIONAL.sub(part, text))


def sentence(section: str, key: str, words: Mapping[str, str], language: str = FALLBACK) -> str:
    """Give the text filled with words.

    A key without a text gives the key and its words, so that nothing is lost.
    """
    text = find(section, key, language)
    if text is None:
        told = ", ".join(f"{name} {word}" for name, word in words.items())
        return f"{key}: {told}" if told else key
    return fill(text, words)


def translated(section: str, key: str | None, told: str, language: str) -> str:
    """Give an English sentence in another language, by its texts in both.

    The words are read out of the sentence with the English text of `key`, or of a further text
    `key/...` (any text of the section where `key` is None), and put into the other language's text
    of the same name; words called `phrase` are translated themselves. A sentence that no text fits
    stays as it is.
    """
    if language == FALLBACK:
        return told
    own = wordings(language).get(section, {})
    for name, text in wordings(FALLBACK).get(section, {}).items():
        if name in own and key in {None, name.partition("/")[0]}:
            found = _pattern(text).fullmatch(told)
            if found:
                return fill(own[name], _rendered(found.groupdict(), language))
    return told


def _rendered(words: Mapping[str, str], language: str) -> dict[str, str]:
    """Give the words of a sentence, lists of phrases among them in the language."""
    return {
        name: _phrases(word, language) if name.startswith("phrase") else word
        for name, word in words.items()
    }


def _phrases(listed: str, language: str) -> str:
    """Give phrases such as `a code, 'if' or the end of the line` in a language."""
    own = wordings(language)["phrases"]
    known = {text: own[key] for key, text in wordings(FALLBACK)["phrases"].items() if key in own}
    return "".join(known.get(part, part) for part in re.split(r"(, | or | and )", listed))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Give the pattern of the sentences that a text without optional parts can become."""
    parts = _FIELD.split(text)
    fixed, names = parts[::4], parts[1::4]
    pattern = re.escape(fixed[0])
    for name, after in zip(names, fixed[1:], strict=True):
        known = f"(?P<{name}>" in pattern
        pattern += f"(?P={name})" if known else f"(?P<{name}>.+?)"
        pattern += re.escape(after)
    return re.compile(pattern)
