"""The line that is being typed: keys, colours, completion, suggestions, the bar at the bottom."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.styles import Style

from kohort.highlight import MdscriptLexer
from kohort.repl.assistance import assistance
from kohort.repl.blocks import indent, unfinished
from kohort.repl.completer import ScopeCompleter
from kohort.repl.history import history
from kohort.scope import Scope

PROMPT = "kohort> "
CONTINUATION = "   ...> "

_STYLE = Style.from_dict({"bottom-toolbar": "noreverse fg:ansibrightblack", "prompt": "bold"})


def prompt_session(
    scope: Callable[[], Scope], toolbar: Callable[[], str], language: str
) -> PromptSession[str]:
    """Give the prompt; `scope` and `toolbar` are asked again whenever something is drawn."""
    return PromptSession(
        [("class:prompt", PROMPT)],
        multiline=True,
        prompt_continuation=[("class:prompt", CONTINUATION)],
        lexer=PygmentsLexer(MdscriptLexer),
        completer=ScopeCompleter(scope, language),
        complete_in_thread=True,
        history=history(),
        auto_suggest=AutoSuggestFromHistory(),
        search_ignore_case=True,
        key_bindings=_keys(scope, language),
        bottom_toolbar=toolbar,
        style=_STYLE,
        enable_open_in_editor=True,
        tempfile_suffix=".mdscript",
        enable_suspend=True,
    )


def _keys(scope: Callable[[], Scope], language: str) -> KeyBindings:
    keys = KeyBindings()
    # Without the filter Enter would be taken from the search line too, and break Ctrl-R.
    typing = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=typing)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if unfinished(buffer.text):
            buffer.newline(copy_margin=False)
            buffer.insert_text(indent(buffer.document.text_before_cursor[:-1]))
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter", filter=typing)
    def _next_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=True)

    @keys.add("f1", filter=typing)
    def _explain(event: KeyPressEvent) -> None:
        document = event.current_buffer.document
        word = document.get_word_under_cursor() or document.get_word_before_cursor()
        told = assistance(document.current_line, word.strip("(,"), scope(), language)
        run_in_terminal(lambda: event.app.output.write(told + "\n"))

    return keys
