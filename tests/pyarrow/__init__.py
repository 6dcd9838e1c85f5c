"""Stands in for the real one, of 170 MB, which AIHub's client imports to read what it downloads; no test downloads."""
