"""Verbs, one file each; every effect is idempotent."""
