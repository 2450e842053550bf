"""The CV: one store of everything, many CVs made from it."""
