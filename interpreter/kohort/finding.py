"""Lists the register variables that fit a word, for `kohort search`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kohort import exit_code
from kohort.catalogue import Catalogue, CatalogueError, Hit, search
from kohort.output import write
from kohort.trouble import Trouble


def show_variables(words: Sequence[str], catalogue: Catalogue, language: str) -> int:
    """Write name and title of what fits, best first. Gives the exit code; raises `Trouble`."""
    try:
        hits = search(" ".join(words), catalogue.databanks())
    except CatalogueError as error:
        raise Trouble(error.diagnostic.message) from None
    if not hits:
        raise Trouble(f"no variable fits '{' '.join(words)}'", exit_code.WRONG)
    width = max(len(hit.variable.name) for hit in hits)
    for hit in hits:
        write(sys.stdout, f"{hit.variable.name:{width}}  {_gloss(hit, language)}\n")
    return exit_code.DONE


def _gloss(hit: Hit, language: str) -> str:
    variable = hit.variable
    title = variable.title if language == "nb" else variable.title_en or variable.title
    return title if hit.label is None else f"{title} ({hit.label})"
