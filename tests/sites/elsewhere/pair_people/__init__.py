"""People whose key is a pair: the house and the number in it."""
