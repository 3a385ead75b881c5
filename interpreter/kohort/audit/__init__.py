"""Somebody is counting: a log that cannot be changed unseen, quotas, and sets that are too close.

Any scheme that answers often enough can be solved for single persons (disclosure reference, 6); so
whoever asks is counted, and the data owner sees who asks what. The log holds published numbers and
keyed hashes, never a true value.
"""
