"""How large a script and its parts may be, so that a hostile one cannot exhaust the machine."""

from typing import Final

SCRIPT: Final = 1_000_000
"""Characters in a script."""

STATEMENTS: Final = 20_000
"""Statements in a script as written."""

STEPS: Final = 20_000
"""Statements of a script once its loops are unrolled."""

ROUNDS: Final = 20_000
"""Rounds of one loop."""

NESTING: Final = 200
"""Blocks inside blocks, and levels of an expression's tree."""

NODES: Final = 500
"""Nodes of one expression."""

LIST: Final = 100
"""Constants in one `inlist`."""

TEXT: Final = 10_000
"""Characters of a text made with `++` or `rowconcat`."""
