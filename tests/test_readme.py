"""The README shows what kohort prints, and lists the commands that there are."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import banks
import pytest
from pages import LOOK, WHOLE, Page, printed

from kohort import HOME, program
from kohort.__main__ import main
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
        return printed(script, session.run(script, batch=True), look=WHOLE)

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


def test_the_commands_for_reports_and_files_write_what_they_say(
    demo_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line of the block runs; the files listed below it are there, and no others."""
    section = (
        README.read_text("utf-8").partition("\n## Report and files\n")[2].partition("\n## ")[0]
    )
    lines = re.findall(r"^kohort (.*?) *#.*$", section, re.MULTILINE)
    listed = re.findall(r"^```output\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(lines) == 3
    assert len(listed) == 1
    for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
        monkeypatch.setenv(name, str(tmp_path / ".own" / name))
    shutil.copytree(HOME / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for line in lines:
        assert main([*shlex.split(line), "--databank", str(demo_root)]) == 0
    made = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    own = sorted(name for name in made if not name.startswith((".own/", "examples/")))
    assert own == listed[0].split()
    assert "<h1>first.mdscript</h1>" in (tmp_path / "wages.html").read_text("utf-8")


def test_links_of_the_readme_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    missing = [link for link in links if not (HOME / link).exists()]
    assert not missing
    assert LOOK.width == 100
