"""A databank's catalogue for publication, from its metadata alone: never a row is read."""
