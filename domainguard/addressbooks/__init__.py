"""The only code that knows the site's tables."""
