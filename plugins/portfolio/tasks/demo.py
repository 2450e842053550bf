"""A task of the demo's trainer in which one has handed in and two have not."""

from __future__ import annotations

from lms.plugin import CreateActivity, World, create_activity, enrol_people, session, set_state
from plugins.portfolio.pages.models import Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.tasks.models import Submission

ABOUT = "Fai una pagina con un lavoro tuo: una foto, che cosa hai fatto tu, che cosa faresti diversamente."
COPY = "<h2>Come lavoro</h2><p>Peso tutto. Poi assaggio.</p>"


def add_task(world: World, page: Page) -> None:
    """The task, and the copy of a page that waits for a result."""
    trainer = world.actor("trainer")
    activity = create_activity(trainer, CreateActivity(title="Mostra un tuo lavoro", type="portfolio_task"))
    activity.summary = ABOUT
    set_state(trainer, activity.id, "published")
    enrol_people(trainer, activity.id, [world.people[key].id for key in ("trainee", "trainee2", "trainee3")])
    content = {
        "title": page.title, "description": page.description, "theme": page.theme, "blocks": [{"width": "full", "html": COPY}], "files": [],
    }  # fmt: skip
    session().add(
        Submission(
            activity_id=activity.id, owner_id=page.owner_id, number=1, target=str(ref_of("page", page.id)), title=page.title, content=content,
            handed_in_at=world.moment(2),
        )
    )  # fmt: skip
