"""Tests of the ways back."""
