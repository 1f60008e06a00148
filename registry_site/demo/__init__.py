"""The demo: this registry in a small internet on loopback, with 120 days behind it."""
