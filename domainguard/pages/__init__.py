"""Pages for people: what happened to an address, and the ways back. Templates dress them."""
