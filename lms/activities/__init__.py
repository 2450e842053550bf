"""Activities: anything one can take part in, with enrolment and completion."""
