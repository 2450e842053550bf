"""Career management skills, in the four areas that guidance services in Europe use: self, strengths, horizons, networks.

The areas follow the Career Management Skills framework of Skills Development Scotland (2012); the words are our own.
"""

from __future__ import annotations

from dataclasses import dataclass

from lms.plugin import Text, _l


@dataclass(frozen=True, slots=True)
class Element:
    """One thing that somebody can do. ``key`` is its name for ever."""

    key: str
    title: Text
    description: Text = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Elements that belong together."""

    title: Text
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """What a map is drawn on. ``key`` is ``career``, or the id of a framework of the office."""

    key: str
    title: Text
    description: Text
    areas: tuple[Area, ...]

    @property
    def elements(self) -> dict[str, Element]:
        """All elements by their keys."""
        return {element.key: element for area in self.areas for element in area.elements}


CAREER = Framework(
    "career", _l("Career management skills"),
    _l("What helps you to find your way in learning and work, today and when things change."),
    (
        Area(_l("Self"), (
            Element("self.image", _l("I think well of myself"), _l("I know what I stand for, and I can say something good about me without showing off.")),
            Element("self.balance", _l("I find my balance"), _l("Learning, work and private life take the place that suits me now.")),
            Element("self.fit", _l("I fit my behaviour to the place"), _l("I notice what is expected where I am, and act on it without losing myself.")),
            Element("self.change", _l("I notice how I change"), _l("I see what has become important to me, and what no longer is.")),
            Element("self.decide", _l("I decide about my path"), _l("I weigh what speaks for and against it, decide, and stand by it.")),
        )),
        Area(_l("Strengths"), (
            Element("strengths.know", _l("I know my strengths"), _l("I can name what I am good at, with an example for each.")),
            Element("strengths.use", _l("I make more of my strengths"), _l("I look for tasks in which I can use them and get better.")),
            Element("strengths.go_on", _l("I go on when something fails"), _l("I look at what went wrong, learn from it and try again.")),
            Element("strengths.experience", _l("I use what I have lived"), _l("Also what I learned outside of school counts when I choose.")),
        )),
        Area(_l("Horizons"), (
            Element("horizons.range", _l("I know what there is"), _l("I know different kinds of work and learning, and which are open to me.")),
            Element("horizons.search", _l("I find information and judge it"), _l("I know where to look and whom to ask, and whether an answer can be trusted.")),
            Element("horizons.adapt", _l("I deal with change"), _l("A new place, a new task or a loss does not throw me off for long.")),
            Element("horizons.try", _l("I try something new"), _l("I have ideas for my path and take a first step, even a small one.")),
            Element("horizons.world", _l("I see what hangs together"), _l("My life, my work and the place where I live act upon each other.")),
        )),
        Area(_l("Networks"), (
            Element("networks.build", _l("I get to know people and stay in touch"), _l("I know who matters for my path, and keep the thread.")),
            Element("networks.use", _l("I use what and whom I know"), _l("I find work, keep it, or make my own with the help of others.")),
        )),
    ),
)  # fmt: skip
