"""The drop-in desk of an office: when it is open, who waits, who takes whom, and the tutor's own page."""
