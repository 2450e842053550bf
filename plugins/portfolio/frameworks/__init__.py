"""Maps of pages and elements of a framework: what one can do by one's own estimate, where it shows, and who confirms it."""
