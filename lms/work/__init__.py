"""Work after the commit: jobs, facts and mail."""
