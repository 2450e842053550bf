"""People: accounts, sign-in, sessions, membership and roles."""
