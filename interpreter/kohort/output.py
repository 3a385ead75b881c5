"""Where results and diagnostics of a script go: text as they come, JSON lines, or one HTML page."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import Protocol, TextIO

from kohort import exit_code
from kohort.diagnostic import Diagnostic, Span
from kohort.disclosure.released import Released
from kohort.event import Event, Finished, Result, Started, Told
from kohort.messages import sentence
from kohort.render import Form, Look, render
from kohort.script_file import reason
from kohort.trouble import Trouble


class Output(Protocol):
    """Takes the events of one script."""

    def put(self, event: Event) -> None:
        """Show one event. Raises `Trouble` where it cannot be written."""
        ...

    def end(self) -> None:
        """Write what waits for the end. Raises `Trouble`."""
        ...


def output_of(
    form: Form, stream: TextIO, beside: TextIO, look: Look, source: str, title: str | None = None
) -> Output:
    """Give the output of a form. In text, diagnostics go `beside`, and to a file as well.

    `title`: what a page is called.
    """
    match form:
        case "text":
            return TextOutput(stream, beside, look, source)
        case "json":
            return JsonOutput(stream, look, source)
        case "html":
            return HtmlOutput(stream, look, source, title)


def look_at(stream: TextIO, language: str, context: bool = True) -> Look:
    """Give how results look on a stream: a terminal has a width, and colours unless NO_COLOR.

    `context`: a line under each result says where it comes from.
    """
    if not stream.isatty():
        return Look(language, context=context)
    color = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size().columns
    return Look(language, columns, color, context=context, grouped=True)


def write(stream: TextIO, text: str) -> None:
    """Write at once. Raises `Trouble` where nobody reads or nothing fits any more."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise Trouble("the output was closed before the script was done") from None
    except (OSError, ValueError) as error:
        raise Trouble(f"the output cannot be written: {reason(error)}") from None


class TextOutput:
    """Text, a blank line around whatever takes more than one line."""

    def __init__(self, stream: TextIO, beside: TextIO, look: Look, source: str) -> None:
        self._stream, self._beside = stream, beside
        self.look, self._source = look, source
        self._beside_look = look_at(beside, look.language)
        self._kept = stream not in {sys.stdout, beside}
        self._apart: bool | None = None
        self.profile = ""
        """The disclosure profile that was named last."""

    def put(self, event: Event) -> None:
        """Write a result or a diagnostic."""
        match event:
            case Result(released, _):
                text = render(released, self.look)
                apart = "\n" in text
                blank = "\n" if self._apart is not None and (apart or self._apart) else ""
                write(self._stream, f"{blank}{text}\n")
                self._apart = apart
                self.name_profile(released)
            case Told(diagnostic):
                text = render(diagnostic, self._beside_look, source=self._source)
                write(self._beside, f"{text}\n")
                if self._kept:
                    # A refusal stands in the place of a result: the file must hold it too.
                    text = render(diagnostic, self.look, source=self._source)
                    write(self._stream, f"{text}\n")
            case _:
                pass

    def name_profile(self, released: Released) -> None:
        """Say which profile is in force, once and whenever it changes."""
        profile = released.context.profile if released.context.databanks else ""
        if profile and profile != self.profile:
            words = {"profile": profile}
            text = sentence("notes", "profile", words, self.look.language)
            write(self._stream, f"{text}\n")
            self.profile = profile

    def end(self) -> None:
        """Do nothing: all is written."""


class JsonOutput:
    """One JSON object a line: results, diagnostics, and the exit code last."""

    def __init__(self, stream: TextIO, look: Look, source: str) -> None:
        self._stream, self._look, self._source = stream, look, source

    def put(self, event: Event) -> None:
        """Write a line."""
        match event:
            case Result(released, span):
                line = render(released, self._look, form="json", span=span)
            case Told(diagnostic):
                line = render(diagnostic, self._look, form="json", source=self._source)
            case Finished(code):
                line = f'{{"type": "finished", "format": 1, "exit_code": {int(code)}}}'
            case _:
                return
        write(self._stream, f"{line}\n")

    def end(self) -> None:
        """Do nothing: all is written."""


class HtmlOutput:
    """One page at the end: the script in pieces, each with what it gave."""

    def __init__(self, stream: TextIO, look: Look, source: str, title: str | None = None) -> None:
        self._stream, self._look, self._source, self._title = stream, look, source, title
        self._pieces: list[tuple[Span, list[Released | Diagnostic]]] = []

    def put(self, event: Event) -> None:
        """Keep a result or a diagnostic for the page."""
        match event:
            case Started(_, _, span):
                self._pieces.append((span, []))
            case Result(released, _):
                self._items().append(released)
            case Told(diagnostic):
                self._items().append(diagnostic)
            case _:
                pass

    def _items(self) -> list[Released | Diagnostic]:
        if not self._pieces:
            self._pieces.append((Span(0, len(self._source)), []))
        return self._pieces[-1][1]

    def end(self) -> None:
        """Write the page."""
        from kohort.render.page import Section, page

        sections: list[Section] = []
        shown = 0
        for span, items in self._pieces:
            # A statement is shown with the comments before it, and in a loop only once.
            script, line = self._lines(shown, span.end)
            sections.append(Section(script, tuple(items), line))
            shown = max(shown, span.end)
        rest, line = self._lines(shown, len(self._source))
        if rest:
            sections.append(Section(rest, (), line))
        text = page(sections, self._look, source=self._source, title=self._title)
        write(self._stream, text)

    def _lines(self, start: int, end: int) -> tuple[str, int]:
        """Give a part of the script without blank lines around it, and the number of its line."""
        from kohort.syntax import raw_blocks

        part = self._source[start:end]
        closers = "|".join(map(re.escape, raw_blocks().values()))
        if closed := re.match(rf"\s*(?:{closers})[ \t]*(?=\n|\Z)", part):
            # The text of a block is shown as prose; nobody needs the line that closed it.
            start, part = start + closed.end(), part[closed.end() :]
        blank = len(part) - len(part.lstrip("\n"))
        return part.strip("\n"), self._source.count("\n", 0, start + blank) + 1


def close_quietly(stream: TextIO) -> None:
    """Point a stream at nothing, so that the end of the program does not fail to flush it."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        os._exit(exit_code.UNSTARTED)
