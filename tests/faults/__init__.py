"""What dies, stands still, fills up or goes wrong: on real processes and real stores."""
