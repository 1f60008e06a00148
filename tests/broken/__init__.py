"""Our own code, broken on purpose in a copy: what would notice?"""
