"""Tests of extension points."""
