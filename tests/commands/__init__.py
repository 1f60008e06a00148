"""Tests of domainguard's commands."""
