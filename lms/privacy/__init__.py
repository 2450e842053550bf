"""People's rights over their data: what is held, taking it away, having it erased."""
