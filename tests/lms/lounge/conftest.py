"""The same site as for live channels."""

from tests.lms.live.conftest import ids, site, url

__all__ = ["ids", "site", "url"]
