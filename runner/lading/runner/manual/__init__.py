"""The manual: what the command line says of itself, as pages and as a man page. Only ``generate.py`` needs it."""
