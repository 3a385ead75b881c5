"""The sentence of a command as help shows it, read from the grammar."""

from __future__ import annotations

import re
from functools import lru_cache

from kohort import HOME

_PHRASES = {
    "expression": "EXPRESSION",
    "condition": "if CONDITION",
    "options": ", OPTION ...",
    "date": "DATE",
    "variable_list": "VARIABLE ...",
    "plain_variable_list": "VARIABLE ...",
    "rules": "(OLD ... = NEW ['LABEL']) ...",
    "renames": "VARIABLE [-> NEW] ...",
    "aggregates": "(STATISTIC) VARIABLE [-> NEW] ...",
    "statistic": "(STATISTIC)",
    "number": "NUMBER",
    "label_pairs": "CODE LABEL ...",
    "levels": "NAME in VALUES [; ...]",
    "paths": "ALIAS/NAME ...",
    "dates": "DATE ...",
    "stems": "PREFIX ...",
    "terms": "TERM ...",
    "words": "WORD ...",
    "PATH": "ALIAS/NAME",
    "BANK": "BANK:VERSION",
    "TOPIC": "NAME",
    "new_binding": "NAME",
    "RENAMED": "VARIABLE",
    "LABELLED": "VARIABLE",
    "file": "FILE",
    "settings": "SETTING ...",
    "code_lists": "CODE_LIST ...",
    "sentence": "MODEL VARIABLE TERM ... [if CONDITION] [, OPTION ...]",
}
_RULE = re.compile(r"^(\w+): (.*?)(?:\s*->\s*(\w+))?$")
_TOKEN = re.compile(r'"([^"]+)"|(\w+)(?:\{(\w+)\})?|([\[\]()|])')


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    found = {}
    text = (HOME / "grammar" / "commands.lark").read_text(encoding="utf-8")
    for line in text.splitlines():
        rule = _RULE.match(line)
        # A rule that begins with no word of its own is a part of a sentence.
        if rule is not None and rule[2].startswith('"'):
            words = _spoken(rule[2])
            found[words.split()[0]] = words
    return found


def _spoken(body: str) -> str:
    parts = []
    for literal, phrase, kind, bracket in _TOKEN.findall(body):
        if literal or bracket:
            parts.append(literal or bracket)
        else:
            parts.append(_word(phrase, kind))
    text = " ".join(parts)
    return re.sub(r"([\[(]) | ([\])])", r"\1\2", text)


def _word(phrase: str, kind: str) -> str:
    word = kind or phrase
    return "NAME" if word.startswith("NEW_") else _PHRASES.get(phrase) or _PHRASES.get(word, word)


def sentence(command: str) -> str:
    """Give how a command is written: `rename VARIABLE NAME`."""
    return _sentences().get(command, command)
