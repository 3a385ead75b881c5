"""The owner's files on their way in: read, validated by row, turned into definitions and rows."""
