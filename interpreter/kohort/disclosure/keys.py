"""Keys: the master secret, its subkeys, and the record and wording keys drawn from them.

The formulas are those of the disclosure reference, 4.1 and 4.10. Only the engine's worker opens a
real master key; numpy is imported where arrays are made, so that reading this module stays cheap.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import stat
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODULUS = 1 << 64
MASK = MODULUS - 1
SHORTEST_KEY = 32
_INTEGER = re.compile(r"[+-]?[0-9]+")
# The keys of published worked examples, by SHA-256: they open nothing real.
_EXAMPLE_KEYS = frozenset({
    "a0f2c4b3",
})
