"""What the world says about a domain. No Django here."""
