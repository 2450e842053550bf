"""What the accounts area contributes."""
