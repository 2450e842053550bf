"""CVs in the formats of others. Each module reads into ``candidate.Candidate`` or writes one; none touches the database."""
