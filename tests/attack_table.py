"""The table of attacks: family, file, bound, how often each is right with and without the defence.

`KOHORT_RATES=notes pytest tests/attacks` notes rates; `python attack_table.py notes` keeps them in
`attacks/rates.json` and writes `attacks/README.md`.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "attacks"
HEAD = """# Attacks

Each family of attacks of the threat model runs real scripts through the real interpreter. A test
states how often the attacker may be right (the bound of the disclosure reference) and a second one
shows that the attack succeeds with the defence switched off. Rates were noted by the tests, most at
the large sizes of `make attacks`; behind them stands the standard error, which tells how large, and
where a test asks several things the worst for us is shown. *Never*: the replies must not differ at
all. `make attacks` writes this page; `tests/test_attack_table.py` holds it to the tests.

| family | attack | file | bound | with the defence | without |
|---|---|---|---|---|---|
"""


def attacks() -> list[dict[str, str]]:
    """Give the attacks in the order of the table."""
    return list(tomllib.loads((FOLDER / "families.toml").read_text("utf-8"))["attack"])


def rates() -> dict[str, list[dict[str, Any]]]:
    """Give what was noted by test, `file::function`."""
    kept: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "rates.json").read_text("utf-8"))
    return kept


def kept(notes: Path) -> dict[str, list[dict[str, Any]]]:
    """Give what a run noted, by test: with the defence on and off; the last of several notes."""
    found: dict[str, dict[str, Any]] = {}
    for line in notes.read_text("utf-8").splitlines():
        note = json.loads(line)
        found[f"{note['test']} {note['what']} {note['defence']}"] = note
    by_test: dict[str, list[dict[str, Any]]] = {}
    for note in found.values():
        named = note.pop("test").partition("[")[0].replace(".py", "")
        by_test.setdefault(named, []).append(note)
    return {test: [_worst(some, "on"), _worst(some, "off")] for test, some in by_test.items()}


def _worst(notes: list[dict[str, Any]], defence: str) -> dict[str, Any]:
    """Give the note that is worst for us: nearest to its bound, or least where nothing defends."""
    some = [note for note in notes if note["defence"] == defence]
    if not some:
        return {}
    if defence == "off":
        return min(some, key=lambda note: note["rate"])
    return max(some, key=lambda note: note["rate"] - note["bound"])


def table() -> str:
    """Give the page."""
    known = rates()
    return HEAD + "".join(f"| {' | '.join(_row(attack, known))} |\n" for attack in attacks())


def _row(attack: dict[str, str], known: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    on = known.get(function_of(attack, "on"), [{}, {}])[0]
    off = known.get(function_of(attack, "off"), [{}, {}])[1]
    yield attack["family"]
    yield attack["attack"]
    yield f"`{attack['file']}.py`"
    if on:
        rate, trials = on["rate"], on["trials"]
        error = math.sqrt(max(rate * (1 - rate), 1 / trials) / trials)
        yield _percent(on["bound"])
        yield f"{_percent(rate)} ± {100 * error:.1f}"
    else:
        yield attack.get("said", "never")
        yield "held" if "said" in attack else "never"
    yield _percent(off["rate"]) if off else "succeeds"


def function_of(attack: dict[str, str], defence: str) -> str:
    """Give the test of an attack with the defence on or off, `file::function`."""
    named = attack[defence]
    return named if "::" in named else f"{attack['file']}::{named}"


def _percent(rate: float) -> str:
    return f"{100 * rate:.0f} %" if rate >= 0.1 or rate == 0 else f"{100 * rate:.1f} %"


if __name__ == "__main__":
    made = kept(Path(sys.argv[1]))
    text = json.dumps(dict(sorted(made.items())), indent=1) + "\n"
    (FOLDER / "rates.json").write_text(text, "utf-8")
    (FOLDER / "README.md").write_text(table(), "utf-8")
