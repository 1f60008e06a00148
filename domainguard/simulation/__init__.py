"""Made-up lives of domains, played against the rules of several registries on a virtual clock."""
