"""The engine: datasets as a column store over polars. The only place, with the databank, that imports it."""
