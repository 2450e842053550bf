"""Measures of what the project promises; see README.md in this folder."""
