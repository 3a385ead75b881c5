"""Tells what lies in a databank: versions, protection, registers with their dates and sizes."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from kohort import exit_code
from kohort.bank import Databank
from kohort.catalogue import CatalogueError, Installation
from kohort.messages import sentence
from kohort.metadata import places
from kohort.output import write
from kohort.register import RegisterVariable
from kohort.trouble import Trouble

_MEGABYTE: Final = 1_000_000
_COLUMNS: Final = ("variable", "unit", "temporality", "coverage", "rows", "size_on_disk", "since")
_NUMBERS: Final = ("rows", "size_on_disk")


def show_databank(root: Path, language: str) -> int:
    """Write what is inside a databank. Gives the exit code; raises `Trouble`.

    Rows are counted in synthetic banks only: of a real one the number of its units is data, which
    only the disclosure filter may publish. Sizes of its files are rounded up to whole megabytes.
    """
    if not root.is_dir():
        raise Trouble(f"there is no folder {root}")
    try:
        installation = Installation(None, root)
        bank = installation.open(installation.releases.versions[0])
        entries = [bank.variables[name] for name in sorted(bank.variables)]
        since = _releases(installation)
    except CatalogueError as error:
        raise Trouble(error.diagnostic.message) from None
    sizes = [_bytes(entry.path) for entry in entries]
    for line in _head(bank, installation.releases.label, entries, sum(sizes), language):
        write(sys.stdout, f"{line}\n")
    rows = [
        _row(bank, entry, size, since.get(entry.path.name, ""))
        for entry, size in zip(entries, sizes, strict=True)
    ]
    columns = [name for name in _COLUMNS if bank.synthetic or name != "rows"]
    heads = {name: sentence("headings", name, {}, language) for name in columns}
    write(sys.stdout, "\n")
    for line in _table(columns, [heads, *rows]):
        write(sys.stdout, f"{line}\n")
    return exit_code.DONE


def _releases(installation: Installation) -> dict[str, str]:
    """Give the oldest release that has each file: the version since which a register is so."""
    found: dict[str, str] = {}
    seen: set[tuple[int, int]] = set()
    for version in reversed(installation.releases.versions):
        # Releases that differ in the last number alone share their files.
        if version[:2] not in seen:
            seen.add(version[:2])
            for place in places(installation.root, version).values():
                found.setdefault(place, ".".join(map(str, version)))
    return found


def _head(
    bank: Databank, label: str, entries: Sequence[RegisterVariable], size: int, language: str
) -> Iterator[str]:
    def say(key: str, **words: str) -> str:
        return sentence("databank", key, words, language)

    manifest = bank.manifest
    yield f"{bank.name}: {label}" if label not in {"", bank.name} else bank.name
    if bank.synthetic:
        yield say("synthetic", seed=str(manifest.seed))
    else:
        yield say("real")
    yield say("lies", root=str(bank.root))
    yield say("versions", versions=", ".join(map(_short, bank.versions)))
    if manifest.answers_to:
        yield say("answers", names=", ".join(manifest.answers_to))
    others = [name for name in manifest.profiles if name != manifest.profile]
    yield say("profiles", profile=manifest.profile, others=", ".join(others))
    yield say("registers", n=str(len(entries)), size=_size(size, bank.synthetic))
    units = Counter(entry.unit_type for entry in entries)
    counted = ", ".join(f"{unit} {count}" for unit, count in units.most_common())
    yield say("units", units=counted)


def _row(bank: Databank, entry: RegisterVariable, size: int, since: str) -> dict[str, str]:
    return {
        "variable": entry.name,
        "unit": entry.unit_type,
        "temporality": entry.temporality,
        "coverage": entry.coverage if entry.temporality != "FIXED" else "",
        "rows": _thousands(_count(entry.path)) if bank.synthetic else "",
        "size_on_disk": _size(size, bank.synthetic),
        "since": since,
    }


def _count(path: Path) -> int:
    # polars: only where rows are counted
    from kohort.databank import counting

    return counting.rows(_files(path))


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.parquet"))


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path))


def _size(size: int, exact: bool) -> str:
    if exact and size < _MEGABYTE:
        return f"{size / 1000:.1f} kB"
    if exact:
        return f"{size / _MEGABYTE:.1f} MB"
    return f"{max(-(-size // _MEGABYTE), 1)} MB"


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _short(version: str) -> str:
    return version.rsplit(".", 1)[0]


def _table(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> Iterator[str]:
    lines = list(rows)
    width = {name: max(len(line[name]) for line in lines) for name in columns}
    for line in lines:
        cells = [
            line[name].rjust(width[name]) if name in _NUMBERS else line[name].ljust(width[name])
            for name in columns
        ]
        yield "  ".join(cells).rstrip()
