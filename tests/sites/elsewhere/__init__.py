"""Sites that differ from ours, each run in a process of its own with its own settings."""
