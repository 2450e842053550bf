"""A whole portfolio on its way: out as one file, in from one, and from other programs."""
