"""Groups: cohorts of an office that are enrolled together."""
