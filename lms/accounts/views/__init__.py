"""Pages of accounts: the doors, one's own profile, and the people of an office."""

from __future__ import annotations

from lms.accounts.views.joining import blueprint as joining
from lms.accounts.views.password import blueprint as password
from lms.accounts.views.people import blueprint as people
from lms.accounts.views.profile import blueprint as profile
from lms.accounts.views.proving import blueprint as proving
from lms.accounts.views.security import blueprint as security
from lms.accounts.views.sign_in import blueprint as sign_in

BLUEPRINTS = (sign_in, password, joining, profile, proving, security, people)

__all__ = ["BLUEPRINTS"]
