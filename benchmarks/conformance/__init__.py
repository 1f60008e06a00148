"""Django's and allauth's own tests of their resets, run with our doors in the place of theirs."""
