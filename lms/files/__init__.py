"""Files: sending them in pieces, judging them by content, keeping and serving them safely."""
