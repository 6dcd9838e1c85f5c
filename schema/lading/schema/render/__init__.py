"""Diagnostics as people and programs read them. Each form is a module of its own, imported by whoever shows it."""
