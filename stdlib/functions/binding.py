"""Functions made for bindings and import dates that work on variables as well."""

from kohort.expression import Name
from kohort.function import Any, First, Integer, Label, Text, function


@function
def date_fmt(year: Integer, month: Integer = 1, day: Integer = 1) -> Text:  # type: ignore[assignment]
    """The text YYYY-MM-DD of a date; month and day are 1 where they are left out."""
    return year.day_number(month, day).iso_date()


@function
def to_int(text: Text) -> Integer:
    """The whole number that a text says; missing where it says none."""
    number = text.number()
    return number.truncated().where(number.truncated().equals(number))


@function
def to_str(x: Any) -> Text:
    """The text of a number."""
    return x.text()


@function(rewritten=True)
def to_symbol(name: Label) -> First:
    """The symbol of that name; in an expression, the variable."""
    # Bindings work it out before (kohort.binding_functions), so this is for help and completion.
    return Name(str(name.value), name.span)  # type: ignore[return-value]


@function(rewritten=True)
def bind(name: Label) -> First:
    """The value of the binding with this name, which may be joined: bind(index ++ $y)."""
    # Only what holds the bindings can read one (kohort.binding): for help and completion too.
    raise TypeError("bindings are replaced before an expression is checked")
