"""Video CVs: a script, takes recorded in the browser, the cut, captions."""
