"""A new plugin, complete and working, from a few templates."""
