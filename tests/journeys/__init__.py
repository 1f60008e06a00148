"""Whole journeys through the site, on real sockets."""
