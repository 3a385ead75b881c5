"""The renderer that makes charts in a page interactive: bundled, so that nothing is fetched."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from importlib.metadata import version
from pathlib import Path

from kohort.configuration import cache_folder


def bundle() -> str:
    """Give the text of the renderer's script (about 0.9 MB).

    Made by vl-convert in some seconds, and kept in the user's cache folder under its version.
    """
    import vl_convert

    kept = cache_folder() / "vega" / f"{version('vl-convert-python')}.js"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return kept.read_text(encoding="utf-8")
    # Where a text in the script reads like its end, the page would be cut there.
    made = re.sub(
        r"</(?=script)", r"<\\/", vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    )
    made = made.replace("<!--", r"<\!--").replace("\r\n", "\n").replace("\r", "\n")
    _keep(kept, made)
    return made


def _keep(path: Path, text: str) -> None:
    """Write a file whole or not at all; without it the script is made anew each time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(scratch).replace(path)
