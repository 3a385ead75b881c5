"""Functions made for bindings and import dates that work on variables as well."""

from kohort.function import Any, Integer, Text, function


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
