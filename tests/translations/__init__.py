"""English and Italian are complete, in the core and in every plugin."""
