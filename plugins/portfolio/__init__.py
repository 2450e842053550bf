"""E-portfolio and CV: people collect what they can do, show it well, and share it with exactly whom they want."""

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="portfolio",
    title=_l("Portfolio and CV"),
    summary=_l(
        "People write their CV once, collect proof of what they can do, and share it with whom they want."
    ),
    version="1.0.0",
    core=">=0.1,<0.2",
    icon="briefcase",
)
