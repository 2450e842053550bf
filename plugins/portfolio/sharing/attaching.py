"""Pages and CVs attached to things of other plugins: a share with one person that knows what it was given for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from lms.plugin import Actor, Attachable, Invalid, Ref, Showing, _, find_members, session, utcnow
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.cv.tailoring import find_cvs
from plugins.portfolio.pages.service import find_pages
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.models import Share
from plugins.portfolio.sharing.shares import alive, get_thing


def find_own(actor: Actor) -> list[Ref]:
    """The actor's own CVs, then pages, each the latest change first."""
    if actor.is_system or not actor.can(KEEP):
        return []
    pages = sorted(find_pages(actor), key=lambda page: page.updated_at, reverse=True)
    return [*(ref_of("cv", cv.id) for cv in find_cvs(actor)), *(ref_of("page", page.id) for page in pages)]


def show(actor: Actor, showing: Showing) -> None:
    """Let one person see it until a moment; what was given for the same reason is kept until then. Raises NotFound, Invalid."""
    known = session().scalar(
        _given_for(showing.because).filter_by(target=str(showing.ref), person_id=showing.person_id)
    )
    if known is not None:
        known.ends_at = showing.until
        return
    get_thing(actor, showing.ref)
    if showing.person_id == actor.user_id or showing.person_id not in find_members(
        actor, [showing.person_id]
    ):
        raise Invalid(_("Choose a person of your office."))
    session().add(
        Share(
            owner_id=actor.user_id, target=str(showing.ref), audience="person", person_id=showing.person_id,
            because=str(showing.because), ends_at=showing.until,
        )
    )  # fmt: skip
    session().flush()


def hide(because: Ref, ref: Ref | None) -> None:
    """End what was given for a reason, at once also for files on their way."""
    rows = _given_for(because) if ref is None else _given_for(because).filter_by(target=str(ref))
    for row in session().scalars(rows):
        row.revoked_at = utcnow()


def find_shown(because: Ref) -> Sequence[Ref]:
    """What can be seen now for that reason."""
    query = _given_for(because).order_by(Share.created_at, Share.id)
    return list(dict.fromkeys(Ref.parse(row.target) for row in session().scalars(query)))


ATTACHABLE = Attachable(find_own, show, hide, find_shown)


def _given_for(because: Ref) -> Select[Share]:
    return select(Share).where(Share.because == str(because), *alive(utcnow()))
