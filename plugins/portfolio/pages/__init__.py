"""Pages: blocks in a grid, their versions, and collections of pages."""
