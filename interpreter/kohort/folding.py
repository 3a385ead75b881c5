"""Words as searching sees them: without case, accents, or the ways of writing æ, ø and å."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from kohort import HOME

_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ð": "d", "ß": "ss", "đ": "d"})
# Register names are ASCII (KJOENN, AAR) and users type kjønn, kjonn or kjoenn: all become one.
_DIGRAPHS = re.compile("ae|oe|aa")
_PLAIN = {"ae": "a", "oe": "o", "aa": "a"}


def fold(text: str) -> str:
    """Give the text in the form in which words are compared."""
    lowered = text.casefold()
    if not lowered.isascii():
        apart = unicodedata.normalize("NFC", lowered).translate(_LETTERS)
        apart = unicodedata.normalize("NFKD", apart)
        lowered = "".join(c for c in apart if not unicodedata.combining(c))
    return _DIGRAPHS.sub(lambda found: _PLAIN[found[0]], lowered)


def words(text: str) -> list[str]:
    """Give the folded words of a text; `_` parts words as blanks do."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, frozenset[str]]:
    """Give, by folded word, the folded words that mean the same (stdlib/registers/words.toml)."""
    path = HOME / "stdlib" / "registers" / "words.toml"
    groups: list[list[str]] = tomllib.loads(path.read_text(encoding="utf-8"))["same"]
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        folded = frozenset(fold(word) for word in group)
        for word in folded:
            found[word] = found.get(word, frozenset()) | folded - {word}
    return found


def pairs_of_letters(word: str) -> Iterator[str]:
    """Give the letter pairs of a word with its ends marked, for likeness at a glance."""
    marked = f"^{word}$"
    return (marked[i : i + 2] for i in range(len(marked) - 1))
