"""Runs the owner's commands of `kohort databank` and tells what came of them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kohort import exit_code
from kohort.trouble import Trouble

if TYPE_CHECKING:
    from kohort.databank.releases.owned import OwnedBank, Pending

_READING: Final = frozenset({"status", "versions", "export"})
_DOING: Final = {
    "ADD": "new", "CHANGE": "changed", "PATCH_METADATA": "words changed", "REMOVE": "removed",
}  # fmt: skip


def run(given: argparse.Namespace) -> int:
    """Do what the command line says. Gives the exit code; raises `Trouble`."""
    # polars: only these commands need it
    from kohort.databank.releases.owned import BankError, OwnedBank
    from kohort.databank.releases.releasing import mend

    if given.databank_command == "check":
        from kohort.owner_intake import check

        return check([_path(source) for source in given.sources])
    bank = OwnedBank(_path(given.directory))
    act = _ACTS[given.databank_command]
    try:
        if given.databank_command != "add" and not bank.there:
            raise BankError(f"{bank.root} holds no databank")
        if given.databank_command == "add":
            from kohort.owner_intake import check_request

            check_request(bank, given)
        if bank.there and bank.manifest().synthetic:
            if given.databank_command not in _READING:
                raise BankError(f"{bank.root} is a synthetic databank: it is made, not changed")
            return act(bank, given)
        with bank.locked():
            say(mend(bank, now()))
            return act(bank, given)
    except BankError as error:
        raise Trouble(str(error)) from None


def say(lines: Iterable[str]) -> None:
    """Write lines to the owner."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def now() -> int:
    """Give the time, seconds since 1970."""
    return int(time.time())


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _add(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.owner_intake import add

    return add(bank, given)


def told(item: Pending) -> str:
    """Give one line for a pending operation."""
    return f"{item.name}: {_DOING[item.operation]} ({item.note})"


def _status(bank: OwnedBank, given: argparse.Namespace) -> int:
    say(_status_lines(bank, given.names))
    return exit_code.DONE


def _status_lines(bank: OwnedBank, names: list[str]) -> list[str]:
    """Give what is released and what the next release would bring, with its approval code."""
    from kohort.databank.releases.owned import plain
    from kohort.databank.releases.releasing import approval, chosen, next_version

    newest = bank.newest()
    standing = "no version yet" if newest is None else f"version {plain(newest)}"
    lines = [f"{bank.about()['name']}: {standing}"]
    if not bank.pending() and not names:
        return [*lines, "nothing is pending"]
    items = chosen(bank, names)
    lines += [told(item) for item in items]
    version = plain(next_version(newest, items))
    return [*lines, f"the next version is {version}, approval code {approval(bank, items)}"]


def _release(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.databank.releases.owned import plain
    from kohort.databank.releases.releasing import chosen, release

    items = chosen(bank, given.names)
    version = release(bank, given.note, now(), given.names, given.approved)
    say([f"{bank.about()['name']} {plain(version)} is released", *map(told, items)])
    return exit_code.DONE


def _remove(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.databank.releases.drafts import remove

    say(map(told, remove(bank, given.names, given.note, now())))
    say(["older versions keep what is removed"])
    return exit_code.DONE


def _rollback(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.databank.releases.drafts import withdraw
    from kohort.databank.releases.releasing import chosen

    names = [item.name for item in chosen(bank, given.names)]
    say(f"{told(item)}: taken back" for item in withdraw(bank, names, now()))
    return exit_code.DONE


def _versions(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.databank.releases.owned import plain, version_of

    for release in bank.releases():
        day = datetime.fromtimestamp(release["releaseTime"], UTC).date().isoformat()
        version = plain(version_of(release["version"]))
        say([f"{version}  {day}  {release['description']}"])
        for update in release.get("dataStructureUpdates", []):
            doing = _DOING.get(update["operation"], update["operation"])
            say([f"  {update['name']}: {doing}"])
    if bank.newest() is None:
        say(["no version is released yet"])
    return exit_code.DONE


def _export(bank: OwnedBank, given: argparse.Namespace) -> int:
    from kohort.owner_export import export

    return export(bank, _path(given.to), given.released, given.base)


_ACTS: Final[dict[str, Callable[[OwnedBank, argparse.Namespace], int]]] = {
    "add": _add, "status": _status, "release": _release, "remove": _remove,
    "rollback": _rollback, "versions": _versions, "export": _export,
}  # fmt: skip
