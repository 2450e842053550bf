"""Proof of what a person can do: files, notes, journals, plans, skills, goals, and what arrived by itself."""
