"""The audit of a plain list: addresses or domains from a file, looked at without any row."""
