"""Nouns and rules. No Django, no clock, no socket."""
