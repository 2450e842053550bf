"""The core of Contrada: people, offices, activities, events and extension points."""

__version__ = "0.1.0"
