"""What starting costs: the front end imports nothing heavy, and the prompt is there at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("polars", "numpy", "scipy", "pandas", "statsmodels")


def imported_by(script: str) -> set[str]:
    """Give the top-level modules that a fresh interpreter holds after a script."""
    told = f"{script}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "script",
    [
        "import kohort.__main__",
        "import kohort.repl.loop",
        "import kohort.batch, kohort.finding, kohort.building",
        "import kohort.worker",
        "import kohort.render.json, kohort.render.page, kohort.render.text",
        "from kohort.command import commands; commands()",
        "from kohort.function import functions; functions()",
        "from kohort.completion import complete\nfrom kohort.scope import Scope\n"
        "from kohort.catalogue import Catalogue\ncomplete('keep if ', Scope(Catalogue([])))",
        "from kohort import program\nfrom kohort.scope import Scope\n"
        "from kohort.catalogue import Catalogue\n"
        "program.check(program.read('create-dataset a\\ngenerate x = round(1)'), "
        "Scope(Catalogue([])))",
    ],
)
def test_the_front_end_imports_nothing_heavy(script: str) -> None:
    assert not imported_by(script) & set(HEAVY)


def test_the_guard_would_see_a_heavy_import() -> None:
    assert "numpy" in imported_by("import numpy")


def test_the_command_line_itself_imports_little() -> None:
    light = imported_by("import kohort.__main__")
    assert not light & {"lark", "prompt_toolkit", "pygments", "platformdirs"}


@pytest.mark.parametrize("registry", ["kohort.command commands", "kohort.function functions"])
def test_no_thread_takes_a_part_of_a_registry_for_the_whole(registry: str) -> None:
    """Completion asks in a thread of its own while the line is checked."""
    module, name = registry.split()
    script = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from {module} import {name}
def size(wait):
    sleep(wait / 1000)
    return len({name}())
with ThreadPoolExecutor(8) as pool:
    sizes = set(pool.map(size, range(0, 32, 4)))
sys.stdout.write(str(len(sizes)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "1"
