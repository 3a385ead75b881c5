"""Pages with command lines print what they say: the README, and chapters of the manual."""

from __future__ import annotations

from pathlib import Path

import pytest
from consoles import Shell, rewritten

from kohort import HOME

PAGES = [
    page
    for page in (HOME / "README.md", *sorted((HOME / "tests" / "language").glob("*.md")))
    if "```console\n" in page.read_text("utf-8")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_command_lines_print_what_stands_below_them(
    page: Path, demo_root: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = page.read_text("utf-8")
    now = rewritten(text, Shell.opened(tmp_path, demo_root))
    if request.config.getoption("--accept"):
        page.write_text(now, "utf-8")
    else:
        assert now == text
