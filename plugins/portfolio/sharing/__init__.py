"""Who may see what: shares, secret links, comments, requests for feedback, and who looked."""
