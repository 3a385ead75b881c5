"""`kohort new`: a folder for a study that behaves well in git."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from kohort.script_file import reason
from kohort.trouble import Trouble

_SCRIPT: Final = """textblock
---
title: {title}
author: Given Family; Institution
licence: CC-BY-4.0
keywords: register data
abstract: One paragraph on what the study asks.
---

# {title}

What the study asks, and of whom.
endblock

require no.ssb.fdb:23 as db
create-dataset people
import db/BEFOLKNING_KJOENN as gender
tabulate gender
"""

_README: Final = """# {title}

    kohort check {name}.mdscript           # mistakes, without any data
    kohort run {name}.mdscript             # results
    kohort archive {name}.mdscript         # {name}.zip, to deposit and to cite
    kohort verify {name}.zip --run         # the same results again?

An author with an ORCID is written `Given Family <https://orcid.org/...>, Institution`.

Once, so that every commit is checked and formatted:

    git config core.hooksPath hooks
"""

_IGNORED: Final = """# what kohort writes; the study itself (.zip) is deposited, not committed
*.zip
*.html
*.jsonl
*.csv
*.xlsx
*.svg
*.png
*.pdf
# data never belong here
*.parquet
*.sav
*.dta
*.sas7bdat
"""

_ATTRIBUTES: Final = """*.mdscript text eol=lf
"""

_HOOK: Final = """#!/bin/sh
# Checks and formats the scripts of a commit as they are staged.
scripts=$(git diff --cached --name-only --diff-filter=ACM -- '*.mdscript')
[ -z "$scripts" ] && exit 0
failed=0
for script in $scripts; do
    git show ":$script" | kohort check - || failed=1
    [ "$(git show ":$script" | kohort fmt -)" = "$(git show ":$script")" ] || {{
        echo "$script is not formatted; run: kohort fmt $script"
        failed=1
    }}
done
exit $failed
"""


def new(given: str) -> Path:
    """Make a folder of this name with a first script. Raises `Trouble` where it exists."""
    folder = Path(given).expanduser()
    name = re.sub(r"[^\w.-]+", "_", folder.name).strip("._")
    if not name:
        raise Trouble(f"'{given}' is no name for a study")
    title = name.replace("_", " ").replace("-", " ").capitalize()
    files = {
        f"{name}.mdscript": _SCRIPT, "README.md": _README, ".gitignore": _IGNORED,
        ".gitattributes": _ATTRIBUTES, "hooks/pre-commit": _HOOK,
    }  # fmt: skip
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Trouble(f"{folder} exists already and is not an empty folder")
    try:
        for place, text in files.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(name=name, title=title), encoding="utf-8")
        (folder / "hooks/pre-commit").chmod(0o755)
    except OSError as error:
        raise Trouble(f"{folder} cannot be written: {reason(error)}") from None
    return folder
