"""Tests of domainguard's integrations."""
