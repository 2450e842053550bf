"""Useful links: addresses that an office recommends to its people."""

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="links",
    title=_l("Useful links"),
    summary=_l("Pages on the web that the office recommends, in one list that is kept up to date."),
    version="1.0.0",
    core=">=0.1,<0.2",
    icon="link-45deg",
)
