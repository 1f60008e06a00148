"""People with a UUID for a key and an address in a field of another name."""
