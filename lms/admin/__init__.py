"""Administration: an office's own pages, and the operator's."""
