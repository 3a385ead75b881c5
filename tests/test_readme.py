"""The README shows what kohort prints, and lists the commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import banks
import pytest
from pages import LOOK, Page, printed

from kohort import HOME, program
from kohort.assembly import new_session
from kohort.command import commands
from kohort.event import Told
from kohort.scope import Scope

README = HOME / "README.md"
COMMANDS = re.compile(r"(?<=<!-- commands: begin -->\n).*(?=<!-- commands: end -->)", re.DOTALL)


def table() -> str:
    """Give the table of commands as it must stand in the README."""
    lines = ["| command | what it does |", "|---|---|"]
    for name, command in sorted(commands().items()):
        page = f"tests/commands/{name.replace('-', '_')}.md"
        lines.append(f"| [`{name}`]({page}) | {(command.__doc__ or '').splitlines()[0]} |")
    return "\n".join(lines) + "\n"


def checked(root: Path, script: str) -> str:
    """Give what `kohort check` says of a script."""
    report = program.check(program.read(script), Scope(banks.catalogue(root)))
    return printed(script, [Told(d) for d in report.diagnostics])


def rewritten(page: Page, root: Path) -> str:
    """Give the README with its outputs and its table as they are now."""

    def run(script: str, tags: str) -> str:
        if "check" in tags:
            return checked(root, script)
        session = new_session(banks.catalogue(root))
        return printed(script, session.run(script, batch=True))

    return COMMANDS.sub(lambda _: table(), page.rewritten(run))


def test_the_readme_shows_what_kohort_prints(
    demo_root: Path, request: pytest.FixtureRequest
) -> None:
    page = Page.read(README)
    now = rewritten(page, demo_root)
    if request.config.getoption("--accept"):
        README.write_text(now, encoding="utf-8")
    assert page.text == now or request.config.getoption("--accept")


def test_the_first_script_is_the_example() -> None:
    script = (HOME / "examples" / "first.mdscript").read_text(encoding="utf-8")
    assert f"```mdscript\n{script}```" in README.read_text(encoding="utf-8")


def test_links_of_the_readme_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    missing = [link for link in links if not (HOME / link).exists()]
    assert not missing
    assert LOOK.width == 100
