"""The activity type ``portfolio_task``: people hand in a locked copy of a page or CV, staff say what they think of it."""
