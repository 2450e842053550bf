"""Notifications: what happened that a person should hear of, in the product and by mail."""
