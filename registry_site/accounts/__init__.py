"""Accounts of the package registry: people, their addresses and what they may do."""
