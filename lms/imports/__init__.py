"""Bringing people in from a CSV file: look first, then all valid rows at once."""
