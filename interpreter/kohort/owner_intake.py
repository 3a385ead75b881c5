"""`kohort databank add` and `check`: an owner's files, their mistakes, what becomes drafts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kohort import exit_code
from kohort.owner_commands import now, say, told
from kohort.trouble import Trouble

if TYPE_CHECKING:
    from kohort.databank.intake.registers import Register
    from kohort.databank.intake.source import Source
    from kohort.databank.releases.numbers import NumberRegister
    from kohort.databank.releases.owned import OwnedBank
    from kohort.disclosure.keys import Secret


def check(places: list[Path]) -> int:
    """Validate files, and examine the databanks among the places. Gives the exit code."""
    from kohort.databank.releases.examining import examined
    from kohort.databank.releases.owned import OwnedBank

    code = exit_code.DONE
    files: list[Path] = []
    for place in places:
        bank = OwnedBank(place)
        if not bank.there:
            files.append(place)
            continue
        faults = examined(bank, _own_secret(bank))
        _complain(f"{place}: {fault}" for fault in faults)
        say([f"{place}: {len(faults)} faults" if faults else f"{place}: sound"])
        code = exit_code.WRONG if faults else code
    for source in _found(files) if files else ():
        register = _read(source, "")
        if register is None:
            code = exit_code.WRONG
        elif register.rows is not None:
            say([*register.notices, f"{source.name}: sound, {_size(register)}"])
    return code


def _own_secret(bank: OwnedBank) -> Secret | None:
    """Give the key of a databank where it is to be had; encrypted rows need it."""
    from kohort.databank.releases.founding import opened_key
    from kohort.databank.releases.owned import BankError

    try:
        key_id = bank.manifest().key_id
        place = None if key_id is None else _key_place(None, key_id)
        return None if place is None or not place.is_file() else opened_key(place)
    except BankError:
        return None


def check_request(bank: OwnedBank, given: argparse.Namespace) -> None:
    """Look at files and words before anything is written. Raises `Trouble`."""
    _sources(given)
    founding = (given.name, given.label, given.key_id, given.encrypt, given.profile != "default")
    if bank.there and any(founding):
        words = "--name, --label, --key-id, --profile and --encrypt"
        raise Trouble(f"{words} are for a new databank; {bank.root} has its kohort.toml")
    if not bank.there:
        _check_words(given.name or bank.root.name, given)


def _sources(given: argparse.Namespace) -> list[Source]:
    places = [Path(source).expanduser().absolute() for source in given.sources]
    return _found(places, not given.patch)


def add(bank: OwnedBank, given: argparse.Namespace) -> int:
    """Make drafts of what is sound in the files named. Gives the exit code.

    Raises `Trouble` and `BankError`.
    """
    from kohort.databank.releases.drafts import put

    sources = _sources(given)
    numbers = _founded(bank, given)
    code = exit_code.DONE
    for source in sources:
        register = _read(source, "not added, ")
        if register is None:
            code = exit_code.WRONG
            continue
        item = put(bank, register, numbers, now())
        size = "" if register.rows is None else f", {_size(register)}"
        say([*register.notices, f"{told(item)}, a draft{size}"])
    return code


def _found(places: list[Path], rows_needed: bool = True) -> list[Source]:
    from kohort.databank.intake.problems import IntakeError
    from kohort.databank.intake.source import found

    try:
        return found(places, rows_needed)
    except IntakeError as error:
        raise Trouble("\n".join(error.lines()), exit_code.WRONG) from None


def _read(source: Source, verdict: str) -> Register | None:
    """Read a register, or tell the owner what is wrong with it."""
    from kohort.databank.intake.problems import IntakeError
    from kohort.databank.intake.registers import read

    try:
        return read(source)
    except IntakeError as error:
        things = "1 mistake" if error.count == 1 else f"{error.count} mistakes"
        _complain([*error.lines(), f"{source.name}: {verdict}{things}"])
        return None


def _complain(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{line}\n")


def _size(register: Register) -> str:
    assert register.rows is not None
    units = register.rows["code"].n_unique()
    return f"{register.rows.height} rows of {units} units"


def _founded(bank: OwnedBank, given: argparse.Namespace) -> NumberRegister:
    """Open the key of a databank, which is founded where there is none."""
    from kohort.databank import stamp
    from kohort.databank.manifest import Manifest
    from kohort.databank.releases import founding
    from kohort.databank.releases.numbers import NumberRegister
    from kohort.databank.releases.owned import BankError

    if bank.there:
        key_id = bank.manifest().key_id
        if not key_id:
            raise BankError(f"{bank.root} has no key_id in its kohort.toml")
        if bank.newest() is not None and not stamp.folder(bank.root).is_dir():
            raise BankError(f"{bank.root} was made by another program: it numbers units otherwise")
        place = _key_place(given.key, key_id)
        if not place.is_file():
            raise BankError(f"the key '{key_id}' is not at {place}; name its file with --key")
        return NumberRegister(place, key_id, founding.opened_key(place))
    name = given.name or bank.root.name
    key_id = given.key_id or name
    place = _key_place(given.key, key_id)
    if not place.exists():
        founding.make_key(place)
        say([f"a key was made: {place}", "without it the databank cannot be used: keep a copy"])
        if given.key:
            say([f'name it in config.toml: [keys] "{key_id}" = "{place}"'])
    secret = founding.opened_key(place)
    profiles = (given.profile,)
    manifest = Manifest(
        name=name, profiles=profiles, profile=given.profile, key_id=key_id,
        encrypted=given.encrypt or None,
    )  # fmt: skip
    founding.found(bank, manifest, given.label, now())
    return NumberRegister(place, key_id, secret)


def _check_words(name: str, given: argparse.Namespace) -> None:
    from kohort.configuration import is_bank_name, is_key_id
    from kohort.disclosure.profile import ProfileError, load

    if not is_bank_name(name):
        raise Trouble(f"'{name}' is no name for a databank, such as no.my.bank; use --name")
    if given.key_id and not is_key_id(given.key_id):
        raise Trouble(f"'{given.key_id}' is no name for a key: letters, digits, '.', '-' and '_'")
    try:
        if load(given.profile).synthetic_only:
            raise Trouble(f"profile '{given.profile}' is for synthetic databanks only")
    except ProfileError as error:
        raise Trouble(str(error)) from None


def _key_place(given: str | None, key_id: str) -> Path:
    from kohort.configuration import default_key_file, key_file

    if given:
        return Path(given).expanduser().absolute()
    return key_file(key_id) or default_key_file(key_id)
