"""What every plugin must keep, run on every plugin in ``plugins/``, the tutorial's and a new one's."""
