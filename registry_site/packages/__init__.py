"""Projects, who may publish them, and their releases."""
