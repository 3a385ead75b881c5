"""The exit codes of `kohort verify`, above those that running a script can end with."""

from __future__ import annotations

from typing import Final

IDENTICAL: Final = 0
EQUIVALENT: Final = 10
DATA: Final = 11
POLICY: Final = 12
ENGINE: Final = 13
DAMAGED: Final = 14

EXIT_CODES: Final = """exit codes: 0 all right (run again: identical), 10 equivalent within the
printed digits, 11 different because of the data, 12 because of the policy, 13 because of the
engine, 14 the study is damaged or its script no longer fits, 4 it could not be verified"""
