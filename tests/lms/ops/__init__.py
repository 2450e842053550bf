"""Tests of preparing, supervising and checking."""
