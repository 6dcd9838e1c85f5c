"""What the clients of platforms that speak HTTP share."""
