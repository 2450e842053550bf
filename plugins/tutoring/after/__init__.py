"""What stays of a session: a summary both agree on, next steps, how much it helped, a copy of the conversation, figures."""
