"""Journeys of people through the real pages, in Chromium."""
