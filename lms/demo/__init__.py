"""The demo world: two offices, sixty invented people, six months of activity.

One world serves the demo, tests, screenshots, browser journeys and load runs. The
core makes offices and people; every area and plugin adds its own through the hook
``demo_data(world)``. All people are invented; addresses end in example.org.
"""

from lms.demo.world import PASSWORD, Person, World, build_world

__all__ = ["PASSWORD", "Person", "World", "build_world"]
