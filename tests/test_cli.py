"""The command line from outside: exit codes, streams, files that are none, interruption."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from banks import small

from kohort import HOME, exit_code
from kohort.__main__ import main
from kohort.diagnostic import Diagnostic

KOHORT = (sys.executable, "-m", "kohort")
START = "require no.test.small:1 as db\ncreate-dataset people\n"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("bank"))


@pytest.fixture(scope="module")
def surroundings(bank: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give an environment with its own folders, in which the small bank is configured."""
    home = tmp_path_factory.mktemp("home")
    (home / "config.toml").write_text(f"[databanks]\n'no.test.small' = '{bank}'\n", "utf-8")
    own = {"KOHORT_CONFIG": home, "KOHORT_CACHE": home / "cache", "KOHORT_STATE": home / "state"}
    return {**os.environ, **{name: str(path) for name, path in own.items()}}


class Runner:
    """Runs the program in a folder of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def __call__(
        self, *arguments: str, given: str | bytes = ""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*KOHORT, *arguments],
            input=given.encode() if isinstance(given, str) else given,
            capture_output=True,
            cwd=self.folder,
            env=self.environment,
            timeout=60,
            check=False,
        )

    def here(self, *arguments: str, given: str = "") -> tuple[int, str, str]:
        """Run in this process; gives exit code, output, errors."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.folder)
            for name in ("KOHORT_CONFIG", "KOHORT_CACHE", "KOHORT_STATE"):
                patch.setenv(name, self.environment[name])
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
            code = main(arguments)
        return code, out.getvalue(), err.getvalue()

    def script(self, text: str | bytes, name: str = "a.mdscript") -> str:
        raw = text.encode() if isinstance(text, str) else text
        (self.folder / name).write_bytes(raw)
        return name


@pytest.fixture
def kohort(tmp_path: Path, surroundings: dict[str, str]) -> Runner:
    return Runner(tmp_path, surroundings)


# ---- exit codes


@pytest.mark.parametrize(
    ("codes", "winner"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 2], 2),
        ([2, 4], 4),
        ([2, 4, 1], 1),
        ([2, 4, 1, 3], 3),
        ([3, 130], 130),
        ([0, 99], 3),
    ],
)
def test_the_most_serious_code_wins(codes: list[int], winner: int) -> None:
    assert exit_code.most_serious(codes) == winner


def test_a_missing_key_is_no_fault_of_the_script() -> None:
    assert exit_code.of(Diagnostic("no-key", "x", severity="refusal")) == 4
    assert exit_code.of(Diagnostic("population-too-small", "x", severity="refusal")) == 2


def test_a_script_that_runs_ends_with_0(kohort: Runner) -> None:
    done = kohort("run", kohort.script(START + "import db/BEFOLKNING_KJOENN as sex\n"))
    assert done.returncode == 0, done.stderr
    assert b"people" in done.stdout


def test_a_wrong_script_ends_with_1_and_runs_nothing(kohort: Runner) -> None:
    done = kohort("run", kohort.script(START + "tabulate sx\nuse peeple\n"))
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"line 3" in done.stderr
    assert b"line 4" in done.stderr


def test_a_refusal_ends_with_2(kohort: Runner) -> None:
    script = START + "import db/BEFOLKNING_KJOENN as sex\nkeep if sex == '1'\n"
    done = kohort("run", kohort.script(script), "--profile", "default")
    assert done.returncode == 2
    assert b"refused population-too-small" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("frobnicate",),
        ("run",),
        ("run", "a", "b"),
        ("run", "a", "--output", "xml"),
        ("--language", "fr"),
        ("databank",),
        ("databank", "make", "--persons", "many", "d"),
        ("databank", "make", "--persons", "10", "d"),
        ("run", "nowhere.mdscript"),
        ("check", "nowhere.mdscript"),
        ("run", "."),
        ("run", "-", "--databank", "nowhere"),
        ("run", "-", "--profile", "opne"),
        ("run", "-", "-o", "no/such/folder/x"),
    ],
)
def test_usage_and_start_failures_end_with_4_and_say_why(
    arguments: tuple[str, ...], kohort: Runner
) -> None:
    code, out, err = kohort.here(*arguments, given="help\n")
    assert code == 4
    assert not out
    assert err


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help_and_version_end_with_0(arguments: tuple[str, ...], kohort: Runner) -> None:
    code, out, _ = kohort.here(*arguments)
    assert code == 0
    assert "kohort" in out


# ---- scripts as they come


@pytest.mark.parametrize(
    "raw",
    [b"\xef\xbb\xbfcreate-dataset a\n", b"create-dataset a\r\nuse a\r\n", b"create-dataset a", b""],
)
def test_marks_and_line_ends_of_other_systems_are_accepted(raw: bytes, kohort: Runner) -> None:
    assert kohort.here("check", kohort.script(raw))[0] == 0


def test_what_is_not_utf8_is_named_with_its_line(kohort: Runner) -> None:
    told = kohort.here("run", kohort.script(b"create-dataset a\n// \xe6\n"))
    assert told == (4, "", "kohort: a.mdscript is not text in UTF-8: line 2; save it as UTF-8\n")


def test_a_dash_is_standard_input(kohort: Runner) -> None:
    assert b"people" in kohort("run", "-", given=START).stdout
    assert b"people" in kohort(given=START).stdout


def test_check_tells_of_each_file_and_runs_nothing(kohort: Runner) -> None:
    good, bad = kohort.script(START, "good.mdscript"), kohort.script("foo\n", "bad.mdscript")
    code, out, _ = kohort.here("check", good, bad)
    assert code == 1
    assert "bad.mdscript:" in out
    assert "good.mdscript:" not in out
    assert kohort.here("check", good)[0] == 0


# ---- results


def test_json_is_one_object_a_line_with_the_exit_code_last(kohort: Runner) -> None:
    done = kohort("run", kohort.script(START), "--output", "json")
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert {o["type"] for o in objects[:-1]} <= {"result", "diagnostic"}
    assert objects[-1] == {"type": "finished", "format": 1, "exit_code": 0}
    failed = kohort("run", kohort.script("foo\n"), "--output", "json")
    *_, last = [json.loads(line) for line in failed.stdout.splitlines()]
    assert last["exit_code"] == failed.returncode == 1


def test_a_file_takes_its_form_from_its_ending(kohort: Runner) -> None:
    script = kohort.script("// nordic æøå\n" + START)
    assert kohort("run", script, "-o", "page.html").returncode == 0
    page = (kohort.folder / "page.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "// nordic æøå" in page
    assert kohort("run", script, "-o", "lines.json").returncode == 0
    first, *_ = (kohort.folder / "lines.json").read_text("utf-8").splitlines()
    assert json.loads(first)["format"] == 1


def test_the_profile_in_force_is_named_once(kohort: Runner) -> None:
    _, out, _ = kohort.here("run", kohort.script(START + "datasets\n"), "--profile", "strict")
    assert out.count("disclosure profile: strict") == 1


def test_profiles_are_listed_and_shown_whole(kohort: Runner) -> None:
    code, out, _ = kohort.here("profile")
    assert (code, out.split()) == (
        0,
        sorted(["danish-5", "default", "microdata-no", "open", "strict"]),
    )
    code, out, _ = kohort.here("profile", "show", "danish-5")
    tables = tomllib.loads(out)
    assert code == 0
    assert tables["population"]["min_units"] == 0
    assert tables["models"]
    assert kohort.here("profile", "show", "danish-6")[0] == 4


def test_a_text_file_holds_refusals_in_their_place(kohort: Runner) -> None:
    script = kohort.script(START + "import db/BEFOLKNING_KJOENN as sex\nkeep if sex == '1'\n")
    code, out, err = kohort.here("run", script, "-o", "log.txt", "--profile", "default")
    assert (code, out) == (2, "")
    assert "refused" in err
    log = (kohort.folder / "log.txt").read_text("utf-8")
    assert log.index("people") < log.index("refused population-too-small")


def test_the_script_itself_is_never_overwritten(kohort: Runner) -> None:
    script = kohort.script(START)
    assert kohort.here("run", script, "-o", script)[0] == 4
    assert (kohort.folder / script).read_text("utf-8") == START


def test_headings_follow_the_language(kohort: Runner) -> None:
    _, english, _ = kohort.here("run", kohort.script(START))
    _, norwegian, _ = kohort.here("run", "a.mdscript", "--language", "nb")
    assert english != norwegian
    assert kohort.here("--language", "nb", "run", "a.mdscript")[1] == norwegian


def test_a_reader_that_leaves_gives_one_line(kohort: Runner) -> None:
    with subprocess.Popen(
        [*KOHORT, "run", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=kohort.environment,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(START.encode())
        process.stdin.close()
        told = process.stderr.read()
    assert told == b"kohort: the output was closed before the script was done\n"
    assert process.returncode == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_gives_one_line(kohort: Runner) -> None:
    done = kohort("run", kohort.script(START), "-o", "/dev/full")
    assert done.returncode == 4
    assert done.stderr == b"kohort: the output cannot be written: no space left on device\n"


def test_ctrl_c_ends_with_130(kohort: Runner) -> None:
    with subprocess.Popen(
        [*KOHORT, "run", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=kohort.environment
    ) as process:
        assert process.stderr is not None
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"kohort: interrupted\n"
    assert process.returncode == 130


def test_a_python_file_beside_the_script_is_not_imported(kohort: Runner) -> None:
    for name in ("polars.py", "json.py", "lark.py"):
        (kohort.folder / name).write_text("raise SystemExit(9)\n", "utf-8")
    installed = Path(sys.executable).with_name("kohort")
    done = subprocess.run(
        [str(installed), "run", kohort.script(START)],
        capture_output=True, cwd=kohort.folder, env=kohort.environment, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


# ---- search and databanks


def test_search_lists_variables(kohort: Runner) -> None:
    code, out, _ = kohort.here("search", "kjønn")
    assert code == 0
    assert out.startswith("BEFOLKNING_KJOENN")
    assert kohort.here("search", "xyzzy")[0] == 1


def test_without_a_databank_a_synthetic_one_is_built_once(kohort: Runner, tmp_path: Path) -> None:
    own = {name: str(tmp_path / name) for name in ("KOHORT_CONFIG", "KOHORT_CACHE")}
    first = Runner(tmp_path, {**kohort.environment, **own})
    script = first.script("require no.ssb.fdb:45 as db\n")
    built = first("run", script)
    assert built.returncode == 0, built.stderr
    assert b"synthetic" in built.stderr
    assert b"No databank is configured" in built.stderr
    again = first("run", script)
    assert b"No databank is configured" not in again.stderr
    assert not list((tmp_path / "KOHORT_CACHE" / "databank").glob("*building*"))


def test_a_mistake_of_ours_is_one_line_and_3(
    kohort: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("kohort.program.read", broken)
    code, out, err = kohort.here("check", kohort.script(START))
    assert (code, out) == (3, "")
    assert "ZeroDivisionError" in err
    assert "secret" not in err


def test_a_databank_is_made_whole_or_not_at_all(kohort: Runner) -> None:
    arguments = ["databank", "make", "--persons", "200000", "bank"]
    with subprocess.Popen(
        [*KOHORT, *arguments], cwd=kohort.folder, env=kohort.environment, stderr=subprocess.PIPE
    ) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == b"kohort: interrupted\n"
    assert process.returncode == 130
    assert list(kohort.folder.iterdir()) == []
    (kohort.folder / "bank.building-999999999").mkdir()
    (kohort.folder / "bank.building-999999999_keys").mkdir()
    assert kohort("databank", "make", "--persons", "1000", "bank").returncode == 0
    assert {path.name for path in kohort.folder.iterdir()} == {"bank", "bank_keys"}
    assert kohort("databank", "make", "--persons", "1000", "bank").returncode == 4
    kohort.script("require no.ssb.fdb:1 as db\n")
    assert kohort("run", "a.mdscript", "--databank", "bank").returncode == 0


def test_a_source_tree_that_is_not_installed_knows_its_version(tmp_path: Path) -> None:
    declared = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    code = (
        "import importlib.metadata as m, sys\n"
        "def missing(name): raise m.PackageNotFoundError(name)\n"
        "m.version = missing\n"
        "from kohort.package_version import version_of\n"
        "print(version_of('kohort'))\n"
        "try: version_of('polars')\n"
        "except m.PackageNotFoundError: print('unknown')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout == f"{declared}+source\nunknown\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rnu", "a.mdscript"), "there is no command 'rnu'; did you mean 'run'?"),
        (("--language", "nb", "a.mdscript"), "to run a script, write: kohort run a.mdscript"),
        (("help",), "kohort --help lists the commands, kohort COMMAND --help explains one"),
        (("databank", "mkae", "x"), "there is no command 'mkae'; did you mean 'make'?"),
        (("xyzzy",), "there is no command 'xyzzy'; there are: run, check, fmt, search"),
    ],
)
def test_a_first_word_that_is_no_command(
    kohort: Runner, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = kohort.here(*arguments)
    assert (code, out) == (4, "")
    assert err.startswith(f"kohort: {said}")


def test_each_command_says_what_it_is_for(kohort: Runner) -> None:
    _, top, _ = kohort.here("--help")
    listed = re.findall(r"^    ([a-z-]+) {2,}(\S.*)$", top, re.MULTILINE)
    assert {"run", "check", "databank", "archive", "audit", "profile"} <= {n for n, _ in listed}
    for name, help_text in listed:
        _, own, _ = kohort.here(name, "--help")
        assert help_text[1:].split(";")[0] in " ".join(own.split()), name


def test_a_missing_script_is_told_before_all_else(kohort: Runner, tmp_path: Path) -> None:
    own = {name: str(tmp_path / name) for name in ("KOHORT_CONFIG", "KOHORT_CACHE")}
    first = Runner(tmp_path, {**kohort.environment, **own})
    code, _, err = first.here("run", "nowhere.mdscript")
    assert (code, err) == (
        4,
        "kohort: nowhere.mdscript cannot be read: no such file or directory\n",
    )
    assert not Path(own["KOHORT_CACHE"]).exists()


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("x.xlsx", "tables go into a folder: --tables DIR --tables-as xlsx"),
        ("x.CSV", "tables go into a folder: --tables DIR --tables-as csv"),
        ("x.tex", "tables go into a folder: --tables DIR --tables-as latex"),
        ("x.docx", "results cannot be written as .docx; -o writes text (.txt), a report (.html)"),
        ("x.dta", "results cannot be written as .dta; -o writes text (.txt), a report (.html)"),
    ],
)
def test_an_ending_that_promises_another_form(kohort: Runner, to: str, said: str) -> None:
    code, _, err = kohort.here("run", kohort.script(START), "-o", to)
    assert code == 4
    assert said in err
    assert not (kohort.folder / to).exists()
    chosen = kohort.here("run", kohort.script("foo\n"), "-o", to, "--output", "text")
    assert chosen[0] == 1
    assert (kohort.folder / to).exists()
