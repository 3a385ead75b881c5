"""Makes a script ask for the very versions of databanks that it once ran on."""

from __future__ import annotations

from collections.abc import Sequence

from kohort.phrases import Bank
from kohort.provenance import BankSource
from kohort.syntax import Statement, parse


def pinned(script: str, banks: Sequence[BankSource]) -> str:
    """Give the script with the full version in each `require`, so that `:23` stays 23.0.4.

    A synthetic databank answers for any version; what asks for one is left as it is.
    """
    exact = {bank.name: bank.version for bank in banks if not bank.synthetic}
    asked = [
        phrase
        for statement in parse(script)
        if isinstance(statement, Statement)
        for phrase in statement.phrases
        if isinstance(phrase, Bank)
    ]
    for bank in sorted(asked, key=lambda found: found.span, reverse=True):
        version = exact.get(bank.name)
        if version is not None:
            named = f"{bank.name}:{version.removesuffix('.0')}"
            script = f"{script[: bank.span.start]}{named}{script[bank.span.end :]}"
    return script
