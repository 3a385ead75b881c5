"""Shows the disclosure profiles and every limit that is in force under one of them."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from kohort import exit_code
from kohort.disclosure.profile import ProfileError, load, names
from kohort.output import write
from kohort.trouble import Trouble


def show_names() -> int:
    """Write the names of all profiles. Gives the exit code."""
    write(sys.stdout, "".join(f"{name}\n" for name in names()))
    return exit_code.DONE


def show_profile(name: str) -> int:
    """Write a profile with all that it inherits, as TOML. Gives the exit code; raises `Trouble`."""
    try:
        profile = load(name)
    except ProfileError as error:
        raise Trouble(str(error)) from None
    lines = [f"# {name}, SHA-256 {profile.hash}"]
    for table, content in asdict(profile).items():
        if isinstance(content, dict):
            lines += ["", f"[{table}]"]
            lines += [f"{key} = {_value(value)}" for key, value in content.items()]
    write(sys.stdout, "\n".join(lines) + "\n")
    return exit_code.DONE


def _value(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_value(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, set | frozenset):
        return json.dumps(sorted(value))
    return json.dumps(value, ensure_ascii=False)
