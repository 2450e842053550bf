"""Live channels: sequenced logs that reach every open page, and who is here."""
