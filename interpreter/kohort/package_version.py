"""Which version of kohort, and of a package that it uses, is at work."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError, version

from kohort import HOME


def version_of(package: str) -> str:
    """Give the version of an installed package; of kohort in a source tree, what that says.

    A source tree may have changed since: its version ends in `+source`. Raises
    `PackageNotFoundError` for another package that is not there.
    """
    try:
        return version(package)
    except PackageNotFoundError:
        if package != "kohort":
            raise
    try:
        project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return f"{project['version']}+source"
    except (OSError, KeyError, ValueError):
        return "0+unknown"
