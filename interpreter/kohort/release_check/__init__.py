"""The release check: what must not leave together with results, found in scripts and files."""
