"""What the servers refuse, where it is much."""
