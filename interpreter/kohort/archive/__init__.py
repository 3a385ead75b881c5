"""Studies: a script with everything it gave, written so that others can read, cite and re-run it.

A study is a zip file or a folder. Nothing here sees data: what goes in is the script, released
results, and hashes; what comes out of a study is read within limits and never unpacked.
"""
