"""The version of this lading, where asking for it costs nothing: the package's own metadata takes ten times a start.

A test holds the two together.
"""

LADING = "0.1.0"
LANGUAGE = "v1"
"""The version of the spec language, which each spec says after ``lading:``."""
