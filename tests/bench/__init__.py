"""`make bench`: what lading costs, as a ratio to a Python that does nothing. Nothing here runs in the test suite."""
