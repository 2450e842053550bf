"""Tests of tutoring."""
