"""Where the gate hangs in a site's doors. No door knows another."""
