"""Offices: the tree, brand, languages, switched-on plugins and settings."""
