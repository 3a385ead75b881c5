"""Measures how long the synthetic country takes to build, how much memory and how much disk.

    python benchmarks/country.py [--folder DIR] [--keep] [NAME ...]

Writes the table of the country in `benchmarks/README.md` unless told to `--keep` it. Every bank is
built by a process of its own in DIR (else the system's scratch folder) and removed afterwards.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from run import HERE, circumstances

FEW = "BEFOLKNING_KJOENN,SIVSTANDFDT_SIVSTAND,BEFOLKNING_KOMMNR_FORMELL,INNTEKT_WLONN"
# Name -> what is built, and the options of `kohort databank make`.
BUILDS = {
    "10k": ("10 000, everything that is simulated", ["--persons", "10000"]),
    "100k-yearly": (
        "100 000, without the monthly series",
        ["--persons", "100000", "--months", "none"],
    ),
    "100k": ("100 000, everything that is simulated", ["--persons", "100000"]),
    "1m": ("1 000 000, without the monthly series", ["--persons", "1000000", "--months", "none"]),
    "11m": ("11 000 000, four variables", ["--persons", "11000000", "--variables", FEW]),
}


def build(options: list[str], root: Path) -> tuple[float, float, float, int]:
    """Build a bank; give wall and processor seconds, the peak memory in GB, and bytes on disk."""
    # A process that does nothing but this, so that its children are only the one build.
    watch = (
        "import resource,subprocess,sys,time;t=time.time();"
        "subprocess.run(sys.argv[1:],check=True);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(time.time()-t,u.ru_utime+u.ru_stime,u.ru_maxrss)"
    )
    make = [sys.executable, "-P", "-m", "kohort", "databank", "make", *options, str(root)]
    told = subprocess.run(
        [sys.executable, "-c", watch, *make], check=True, capture_output=True, text=True
    )
    wall, cpu, peak = map(float, told.stdout.split())
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    # Linux counts in KiB, macOS in bytes.
    return wall, cpu, peak / (1e9 if sys.platform == "darwin" else 1e9 / 1024), size


def row(name: str, folder: Path) -> str:
    """Measure one bank and give its line of the table."""
    told, options = BUILDS[name]
    root = folder / f"country-{name}"
    try:
        wall, cpu, memory, size = build(options, root)
    finally:
        for left in (root, root.with_name(f"{root.name}_keys")):
            shutil.rmtree(left, ignore_errors=True)
    print(f"{told}: {wall:.0f} s", flush=True)
    disk = f"{size / 1e6:,.0f}".replace(",", " ")
    return f"| {told} | {wall:.0f} | {cpu:.0f} | {memory:.1f} | {disk} |"


def between(page: str, text: str) -> str:
    """Put the text between the markers of the page's table of the country."""
    begin, end = "<!-- measured: country -->\n", "<!-- end: country -->\n"
    head, rest = page.split(begin, 1)
    return f"{head}{begin}\n{text}\n\n{end}{rest.split(end, 1)[1]}"


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description="measure the building of the synthetic country")
    parser.add_argument("names", nargs="*", choices=[*BUILDS, []], default=[], metavar="NAME")
    parser.add_argument("--folder", type=Path, help="where the banks are built")
    parser.add_argument("--keep", action="store_true", help="print the table, leave the README")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        rows = [row(name, Path(scratch)) for name in given.names or BUILDS]
    heads = "| persons and variables | wall, s | CPU, s | peak, GB | on disk, MB |"
    text = "\n".join([circumstances(), "", heads, f"|:--|{'--:|' * 4}", *rows])
    if given.keep:
        print(text)
        return
    readme = HERE / "README.md"
    readme.write_text(between(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
