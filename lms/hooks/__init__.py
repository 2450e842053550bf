"""Extension points: what plugins contribute, when they are asked, and how their failures are kept apart."""
