"""Disclosure control: profiles, keys, what may be shown and how, and the one way out."""
