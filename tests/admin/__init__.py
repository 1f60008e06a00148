"""Tests of domainguard's admin."""
