"""The office lounge: announcements, and who is here."""
