"""Asking advisers: for feedback, and to confirm that a CV is ready to send. Their inbox."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, or_, select

from lms.plugin import (
    Actor,
    Conflict,
    NotFound,
    PersonView,
    Ref,
    _,
    find_members,
    notify,
    require,
    session,
    utcnow,
    write_audit,
)
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.pages.models import Page
from plugins.portfolio.sharing.forms import Answer, AskFeedback, ShareWith
from plugins.portfolio.sharing.models import Request
from plugins.portfolio.sharing.shares import (
    ADVISE,
    Thing,
    address_of,
    find_thing,
    get_thing,
    share,
    targets_of,
    things_of,
)

Progress = Literal["begun", "signed", "confirmed"]
"""How far a page is: its owner works on it, says that it is finished, an adviser confirmed it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in an adviser's inbox."""

    request: Request
    thing: Thing
    person: PersonView | None

    def is_late(self, today: date) -> bool:
        """True if its day is over and nobody answered."""
        return (
            self.request.closed_at is None and self.request.due_on is not None and self.request.due_on < today
        )


def ask_feedback(actor: Actor, target: Ref, command: AskFeedback) -> Request:
    """Ask the advisers of the office to look; they may then see it. Raises NotFound, Conflict if asked already."""
    return _ask(actor, target, "feedback", command)


def sign(actor: Actor, target: Ref, command: AskFeedback) -> Request:
    """Say "my CV is ready to send" or "this page is finished" and ask for the confirmation.

    Raises NotFound, Conflict if asked already.
    """
    if target.kind == "collection":
        raise NotFound(_("Only a CV or a page can be signed."))
    row = _ask(actor, target, "sign_off", command)
    row.signed_at = utcnow()
    return row


def withdraw(actor: Actor, request_id: uuid.UUID) -> Request:
    """Take back one's own request. Raises NotFound."""
    row = session().scalar(select(Request).filter_by(id=request_id, owner_id=actor.user_id, closed_at=None))
    if row is None:
        raise NotFound(_("This request is not there any more."))
    row.closed_at, row.answer = utcnow(), "withdrawn"
    return row


def find_requests(actor: Actor, target: Ref) -> list[Request]:
    """What was asked about one of the actor's own things, the latest first. Raises NotFound."""
    get_thing(actor, target)
    query = select(Request).filter_by(target=str(target)).order_by(Request.created_at.desc())
    return list(session().scalars(query))


def ready_state(thing: Cv | Page) -> Request | None:
    """The confirmation of a CV or page, if it still holds: it does not once the thing has changed."""
    query = (
        select(Request)
        .filter_by(target=targets_of(thing)[0], kind="sign_off", answer="confirmed")
        .order_by(Request.closed_at.desc())
    )
    row = session().scalar(query.limit(1))
    return (
        row if row is not None and row.closed_at is not None and row.closed_at >= thing.updated_at else None
    )


def progress_of(pages: Sequence[Page]) -> dict[uuid.UUID, Progress]:
    """How far each of some pages is, in one query: what was signed or confirmed holds until the page changes."""
    targets = {targets_of(page)[0]: page for page in pages}
    query = select(Request).where(Request.target.in_(targets), Request.kind == "sign_off")
    found: dict[uuid.UUID, Progress] = {page.id: "begun" for page in pages}
    for row in session().scalars(query.order_by(Request.created_at)):
        page = targets[row.target]
        if row.answer == "confirmed" and row.closed_at is not None and row.closed_at >= page.updated_at:
            found[page.id] = "confirmed"
        elif row.closed_at is None and row.signed_at is not None and row.signed_at >= page.updated_at:
            found[page.id] = "signed"
    return found


def find_inbox(actor: Actor, *, with_closed: bool = False) -> list[Waiting]:
    """What waits for an adviser: what has a day first, the earliest on top. Raises Forbidden."""
    require(actor, ADVISE)
    mine = or_(Request.adviser_id.is_(None), Request.adviser_id == actor.user_id)
    query = select(Request).where(mine, Request.owner_id != actor.user_id)
    if not with_closed:
        query = query.where(Request.closed_at.is_(None))
    order = (Request.closed_at.is_not(None), Request.due_on.is_(None), Request.due_on, Request.created_at)
    rows = list(session().scalars(query.order_by(*order).limit(200)))
    things = {targets_of(thing)[0]: thing for thing in things_of([row.target for row in rows])}
    people = find_members(actor, list({row.owner_id for row in rows}))
    return [
        Waiting(row, things[row.target], people.get(row.owner_id)) for row in rows if row.target in things
    ]


def count_waiting(actor: Actor) -> int:
    """How many requests wait for the actor, in one query; 0 for those who do not advise."""
    if not actor.can(ADVISE):
        return 0
    query = select(func.count()).select_from(Request).where(Request.closed_at.is_(None))
    mine = or_(Request.adviser_id.is_(None), Request.adviser_id == actor.user_id)
    return session().scalar(query.where(mine, Request.owner_id != actor.user_id)) or 0


def answer_request(actor: Actor, request_id: uuid.UUID, command: Answer) -> Request:
    """Answer a request of the inbox; the person hears it. Raises Forbidden, NotFound, Conflict if somebody else did."""
    require(actor, ADVISE)
    row = session().scalar(
        select(Request).where(
            Request.id == request_id, or_(Request.adviser_id.is_(None), Request.adviser_id == actor.user_id)
        )
    )
    thing = find_thing(row.target) if row else None
    if row is None or thing is None or row.owner_id == actor.user_id:
        raise NotFound(_("This request is not there any more."))
    if row.closed_at is not None:
        raise Conflict(_("Somebody answered this already."))
    if (row.kind == "sign_off") != (command.answer != "done"):
        raise Conflict(_("This answer does not fit the question."))
    row.closed_at, row.closed_by_id = utcnow(), actor.user_id
    row.answer, row.answer_note = command.answer, command.note
    write_audit(actor, "portfolio.answered", Ref.parse(row.target), command.answer)
    words = {
        "confirmed": _("“%(title)s” is ready to send")
        if isinstance(thing, Cv)
        else _("“%(title)s” is confirmed"),
        "not_yet": _("“%(title)s” is not ready yet"),
        "done": _("There is feedback on “%(title)s”"),
    }
    notify(
        row.owner_id, "portfolio_answer", title=words[command.answer] % {"title": thing.title}, body=command.note[:300],
        url=_own_address(actor.office_slug, Ref.parse(row.target)), ref=Ref.parse(row.target), key=f"answer:{row.id}",
    )  # fmt: skip
    return row


def _ask(actor: Actor, target: Ref, kind: str, command: AskFeedback) -> Request:
    get_thing(actor, target)
    if (
        session().scalar(select(Request.id).filter_by(target=str(target), kind=kind, closed_at=None))
        is not None
    ):
        raise Conflict(_("You asked already. The answer comes to your notifications."))
    share(actor, target, ShareWith(audience="advisers", allows_comments=True))
    row = Request(
        owner_id=actor.user_id, target=str(target), kind=kind, note=command.note, due_on=command.due_on
    )
    session().add(row)
    session().flush()
    return row


def _own_address(office_slug: str, target: Ref) -> str:
    if target.kind == "cv":
        return f"/o/{office_slug}/portfolio/cvs/{target.id}"
    return address_of(office_slug, target)
