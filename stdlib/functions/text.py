"""Texts: cut, trim, compare. Positions count characters from 1."""

from kohort.function import Any, Flag, Integer, Text, function


@function
def string(x: Any) -> Text:
    """The text of a number, without zeros in front and without decimals where it is whole."""
    return x.text()


@function
def length(s: Text) -> Integer:
    """How many characters a text has."""
    return s.length()


@function
def substr(s: Text, position: Integer, length: Integer) -> Text:
    """The part of a text that begins at a position (negative: from the end) and has a length."""
    return s.part(position, length)


@function
def lower(s: Text) -> Text:
    """The text with A to Z made small; other letters stay."""
    return s.lower()


@function
def upper(s: Text) -> Text:
    """The text with a to z made capital; other letters stay."""
    return s.upper()


@function
def trim(s: Text) -> Text:
    """The text without blanks at its start and end."""
    return s.stripped()


@function
def ltrim(s: Text) -> Text:
    """The text without blanks at its start."""
    return s.stripped(end=False)


@function
def rtrim(s: Text) -> Text:
    """The text without blanks at its end."""
    return s.stripped(start=False)


@function
def startswith(s: Text, beginning: Text) -> Flag:
    """Whether a text begins with another; 0 where one is missing."""
    return s.starts_with(beginning)


@function
def endswith(s: Text, ending: Text) -> Flag:
    """Whether a text ends with another; 0 where one is missing."""
    return s.ends_with(ending)
