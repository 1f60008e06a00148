"""A small package registry that keeps its accounts safe with DomainGuard."""
