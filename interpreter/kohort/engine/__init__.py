"""The engine: datasets as a column store over polars."""
