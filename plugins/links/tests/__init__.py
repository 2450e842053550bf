"""Tests of useful links."""
