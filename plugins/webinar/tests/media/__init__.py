"""Tests of the media engine: packets by their RFC, real peers, real browsers."""
