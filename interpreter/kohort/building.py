"""Builds the synthetic databank: on demand, and by itself where no databank is configured."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kohort import exit_code
from kohort.messages import sentence
from kohort.progress import Progress
from kohort.script_file import reason
from kohort.trouble import Trouble

LEAST_PERSONS: Final = 1_000
MOST_PERSONS: Final = 12_000_000
_UNFINISHED: Final = ".building-"


@dataclass(frozen=True)
class Wanted:
    """What a synthetic databank is to hold: persons, seed, variables (None: all), months.

    `months` are the years of the monthly series (None: all); `everything` adds the variables of
    the catalogue of which only the shape is right.
    """

    persons: int
    seed: int
    variables: tuple[str, ...] | None = None
    months: tuple[int, ...] | None = None
    everything: bool = False


def years(text: str) -> tuple[int, ...]:
    """Read years and ranges of them: `2018,2021-2023`; `none` is none. Raises `Trouble`."""
    found: set[int] = set()
    for part in () if text == "none" else text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdigit() and (last.isdigit() or not dash)):
            raise Trouble(f"'{part.strip()}' is no year and no range such as 2021-2023")
        found.update(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


def make(root: Path, wanted: Wanted) -> None:
    """Build a synthetic databank with a bar on standard error. Raises `Trouble`.

    It is built beside its place and moved there when it is complete, so that a broken build is
    never taken for a databank.
    """
    # polars: only the process that builds needs it
    from kohort.databank import synthetic
    from kohort.databank.recordkeys import folder

    if not LEAST_PERSONS <= wanted.persons <= MOST_PERSONS:
        raise Trouble(f"the number of persons must lie between {LEAST_PERSONS} and {MOST_PERSONS}")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Trouble(f"{root} exists already and is not an empty folder")
    unfinished = root.with_name(f"{root.name}{_UNFINISHED}{os.getpid()}")
    progress = Progress(sys.stderr)
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        synthetic.make(
            unfinished, wanted.persons, wanted.seed, progress,
            variables=wanted.variables, months=wanted.months, everything=wanted.everything,
        )  # fmt: skip
        if (root / "datastore").exists():
            raise Trouble(f"{root} has been built by somebody else in the meantime")
        # The keys first: a root without keys would look complete.
        shutil.rmtree(folder(root), ignore_errors=True)
        folder(unfinished).rename(folder(root))
        with contextlib.suppress(FileNotFoundError):
            root.rmdir()
        unfinished.rename(root)
    except ValueError as error:
        raise Trouble(str(error)) from None
    except OSError as error:
        raise Trouble(f"{root} cannot be built: {reason(error)}") from None
    finally:
        progress.end()
        for left in (unfinished, folder(unfinished)):
            shutil.rmtree(left, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Remove what builds that were killed have left."""
    for left in root.parent.glob(f"{glob.escape(root.name)}{_UNFINISHED}*"):
        process = left.name.rpartition("-")[2].removesuffix("_keys")
        if process.isdigit() and not _alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def make_default(root: Path, persons: int, seed: int, language: str) -> None:
    """Build the databank that serves where none is configured, and say so. Raises `Trouble`.

    It is built by a process of its own, so that the front end does not import polars.
    """
    words = {"persons": str(persons), "root": str(root)}
    sys.stderr.write(sentence("prompt", "building", words, language) + "\n")
    sys.stderr.flush()
    command = [sys.executable, "-P", "-m", "kohort", "databank", "make"]
    command += ["--persons", str(persons), "--seed", str(seed), "--", str(root)]
    code = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    ).returncode
    if code == exit_code.INTERRUPTED:
        raise KeyboardInterrupt
    if code != exit_code.DONE and not (root / "datastore").is_dir():
        raise Trouble("the synthetic databank could not be built")
