"""The pages for owners of addresses."""
