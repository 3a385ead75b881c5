"""An owner's databank as it changes: drafts, releases, and what is left of a broken change."""
