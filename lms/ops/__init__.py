"""Operations: preparing a checkout, running processes, gates and commands.

``bootstrap`` and ``apt`` run before any package is installed and use the standard library only.
The supervisor and the gates start the product from outside and import none of it, so that they
work, and can say what is wrong, when the product does not.
"""
