"""Pages as tests, and the databanks that tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import banks
import pytest
from hypothesis import settings
from pages import Page, shown

from kohort.assembly import new_session
from kohort.session import Session

FOLDER = Path(__file__).parent

# Tests never assert on time.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that rewrites pages."""
    parser.addoption("--accept", action="store_true", help="rewrite the outputs in pages")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect pages: Markdown files with a front matter."""
    if file_path.suffix == ".md" and file_path.read_text("utf-8").startswith("---\n"):
        made: pytest.Collector = PageFile.from_parent(parent, path=file_path)
        return made
    return None


class PageFile(pytest.File):
    """A page as a test file with one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give the page's test."""
        yield PageTest.from_parent(self, name=self.path.stem)


class PageTest(pytest.Item):
    """The test that a page prints what it says."""

    def runtest(self) -> None:
        """Run the page's scripts and compare."""
        page = Page.read(self.path)
        session = _session(self.config, page.front)
        named = page.front.get("profile", "")
        now = page.rewritten(lambda script, tags: shown(session, script, tags, named))
        if self.config.getoption("--accept") and now != page.text:
            page.path.write_text(now, encoding="utf-8")
        elif now != page.text:
            raise PageDiffersError(page.text, now)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> str:  # type: ignore[override]
        """Show the first difference as a unified diff."""
        if isinstance(excinfo.value, PageDiffersError):
            return excinfo.value.difference()
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the page."""
        return self.path, 0, f"page {self.path.relative_to(FOLDER)}"


class PageDiffersError(Exception):
    """A page does not print what it says."""

    def __init__(self, written: str, printed: str) -> None:
        super().__init__("the page prints something else")
        self.written, self.printed = written, printed

    def difference(self) -> str:
        """Give a unified diff."""
        import difflib

        lines = difflib.unified_diff(
            self.written.splitlines(), self.printed.splitlines(), "page", "printed now", lineterm=""
        )
        return "\n".join(lines)


_ROOTS: dict[str, Path] = {}


def bank_root(config: pytest.Config, name: str) -> Path:
    """Give the root of a test bank, built once and kept between runs where unchanged."""
    if name not in _ROOTS:
        cache = config.cache
        assert cache is not None
        folder = Path(cache.mkdir("banks")) / _fingerprint()
        root = folder / name
        if not (root / "datastore" / "datastore_versions.json").is_file():
            import shutil
            import tempfile

            folder.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(dir=folder))
            getattr(banks, name)(scratch)
            for made in (f"{name}_keys", name):
                target = folder / made
                if target.exists():
                    shutil.rmtree(target, ignore_errors=True)
                (scratch / made).rename(target)
            scratch.rmdir()
        _ROOTS[name] = root
    return _ROOTS[name]


def _fingerprint() -> str:
    """Give a hash of everything that decides what the banks hold."""
    import hashlib

    from kohort import HOME

    digest = hashlib.sha256()
    sources = [
        *sorted((Path(banks.__file__).parent).glob("banks.py")),
        *sorted((Path(banks.__file__).parent).glob("made_norway.py")),
        *sorted((HOME / "interpreter" / "kohort" / "databank").rglob("*.py")),
        *sorted((HOME / "stdlib" / "registers").glob("*")),
    ]
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _session(config: pytest.Config, front: dict[str, str]) -> Session:
    root = bank_root(config, front.get("bank", "small"))
    return new_session(banks.catalogue(root), front.get("profile"))


@pytest.fixture(scope="session")
def small_root(request: pytest.FixtureRequest) -> Path:
    """The root of the bank of twenty people."""
    return bank_root(request.config, "small")


@pytest.fixture(scope="session")
def demo_root(request: pytest.FixtureRequest) -> Path:
    """The root of the databank of `make demo`: 10 000 people, seed 1."""
    return bank_root(request.config, "demo")


@pytest.fixture(scope="session")
def norway_root(request: pytest.FixtureRequest) -> Path:
    """The root of the synthetic country of 5 000 people."""
    return bank_root(request.config, "norway")


@pytest.fixture(scope="session")
def country_root(request: pytest.FixtureRequest) -> Path:
    """The root of the synthetic country of 20 000 people, with four years of monthly series."""
    return bank_root(request.config, "country")
