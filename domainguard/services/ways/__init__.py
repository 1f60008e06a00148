"""The ways back for an address that lost its trust, one file each (RULES 7)."""
