"""Pages: the life of a request, forms, errors, languages, looks and health."""
