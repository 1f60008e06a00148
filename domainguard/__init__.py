"""DomainGuard: an address is trusted for recovery only while its domain is in the same hands."""
