"""Dates as day numbers: 1970-01-01 is 0, earlier days are negative."""

from kohort.function import Integer, Text, function


@function
def date(year: Integer, month: Integer, day: Integer) -> Integer:
    """The day number of a date; a date that does not exist is missing."""
    return year.day_number(month, day)


@function
def isoformatdate(day: Integer) -> Text:
    """The date of a day number as text YYYY-MM-DD."""
    return day.iso_date()


@function(name="year")
def year_of(day: Integer) -> Integer:
    """The year of a day number."""
    return day.year()


@function(name="month")
def month_of(day: Integer) -> Integer:
    """The month of a day number, 1 to 12."""
    return day.month()


@function(name="day")
def day_of(day: Integer) -> Integer:
    """The day of the month of a day number, 1 to 31."""
    return day.day()


@function
def quarter(day: Integer) -> Integer:
    """The quarter of a day number, 1 to 4."""
    return (day.month() + 2).quotient(3)


@function
def halfyear(day: Integer) -> Integer:
    """The half of the year of a day number, 1 or 2."""
    return (day.month() + 5).quotient(6)


@function
def week(day: Integer) -> Integer:
    """The ISO week of a day number, 1 to 53."""
    return day.week()


@function
def dow(day: Integer) -> Integer:
    """The day of the week of a day number, 1 (Monday) to 7."""
    # Day 0 was a Thursday.
    shifted = day.year() * 0 + day + 3
    return shifted - shifted.quotient(7) * 7 + 1


@function
def doy(day: Integer) -> Integer:
    """The day of the year of a day number, 1 to 366."""
    return day - day.year().day_number(1, 1) + 1
