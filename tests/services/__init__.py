"""Tests of domainguard's services."""
