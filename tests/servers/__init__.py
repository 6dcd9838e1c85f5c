"""A small server per platform, speaking its protocol on loopback: strict in what it takes, faithful in what it says."""
