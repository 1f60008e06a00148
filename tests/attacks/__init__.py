"""What somebody could try against the running whole."""
