"""Courses: training modules that people work through at their own pace."""

from lms.plugin import Manifest, _l

manifest = Manifest(
    name="courses",
    title=_l("Courses"),
    summary=_l(
        "Training modules with pages, files, assignments and steps of other parts, and a certificate at the end."
    ),
    version="1.0.0",
    core=">=0.1,<0.2",
    icon="mortarboard",
)
