"""Who may see what: giving, taking back, and the one question whether somebody may."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from lms.plugin import (
    Actor,
    Invalid,
    NotFound,
    Ref,
    _,
    groups_of,
    notify,
    require,
    session,
    utcnow,
)
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.pages.models import Card, Collection, Page
from plugins.portfolio.refs import ref_of
from plugins.portfolio.sharing.forms import ChangeShare, ShareWith
from plugins.portfolio.sharing.models import Share, Visit
from plugins.portfolio.sharing.passcodes import hash_of, hash_passcode
from plugins.portfolio.sharing.rules import check_rules, public_refusal

ADVISE = "portfolio.advise"
TOKEN_BYTES = 24
"""192 bits: nobody guesses a link."""
SAME_VISIT = timedelta(hours=1)
Thing = Page | Collection | Cv
MODELS: dict[str, Any] = {"page": Page, "collection": Collection, "cv": Cv}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a person, or whoever holds a link; ``opened`` are shares whose token (and passcode) was given."""

    actor: Actor | None
    opened: frozenset[uuid.UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody may see a thing, and by what."""

    is_owner: bool
    share: Share | None = None

    @property
    def may_comment(self) -> bool:
        """The owner always; others where the share allows it."""
        return self.is_owner or (self.share is not None and self.share.allows_comments)

    @property
    def waits(self) -> bool:
        """Whether the owner reads a comment before others do."""
        return not self.is_owner and self.share is not None and self.share.approves_comments


def find_access(viewer: Viewer, thing: Thing) -> Access | None:
    """By what a viewer may see a thing; None if they may not."""
    if thing.removed_at is not None:
        return None
    if viewer.actor is not None and viewer.actor.user_id == thing.owner_id:
        return Access(is_owner=True)
    shares = _living(targets_of(thing))
    if not shares:
        return None
    groups: set[uuid.UUID] | None = None
    for share in shares:
        if share.audience == "group" and viewer.actor is not None and groups is None:
            groups = {group.id for group in groups_of(viewer.actor.user_id)}
        if _fits(share, viewer, thing, groups or set()):
            return Access(is_owner=False, share=share)
    return None


def get_access(viewer: Viewer, thing: Thing | None) -> Access:
    """As ``find_access``. Raises NotFound, so that nobody learns what there is."""
    access = find_access(viewer, thing) if thing is not None else None
    if access is None:
        raise NotFound(_("There is no such page for you. It may not be shared with you any more."))
    return access


def get_shared_page(viewer: Viewer, page_id: uuid.UUID) -> tuple[Page, Access]:
    """A page that a viewer may see. Raises NotFound."""
    page = session().scalar(select(Page).filter_by(id=page_id))
    access = get_access(viewer, page)
    if page is None:
        raise NotFound(_("There is no such page for you. It may not be shared with you any more."))
    return page, access


def get_shared_cv(viewer: Viewer, cv_id: uuid.UUID) -> tuple[Cv, Access]:
    """A CV that a viewer may see. Raises NotFound."""
    cv = session().scalar(select(Cv).filter_by(id=cv_id))
    access = get_access(viewer, cv)
    if cv is None:
        raise NotFound(_("There is no such page for you. It may not be shared with you any more."))
    return cv, access


def targets_of(thing: Thing) -> list[str]:
    """Refs whose shares count for a thing: its own, and that of the collection it is in."""
    if isinstance(thing, Page):
        own = [str(ref_of("page", thing.id))]
        return [*own, str(ref_of("collection", thing.collection_id))] if thing.collection_id else own
    return [str(ref_of("collection" if isinstance(thing, Collection) else "cv", thing.id))]


def get_thing(actor: Actor, target: Ref) -> Thing:
    """One of the actor's own things that can be shared. Raises NotFound."""
    require(actor, KEEP)
    row = find_thing(str(target)) if target.plugin == "portfolio" and target.kind in MODELS else None
    if row is None or row.owner_id != actor.user_id or row.removed_at is not None:
        raise NotFound(_("This is not there any more."))
    return row


def find_thing(target: str) -> Thing | None:
    """The thing behind a target, for whoever checks the right to it afterwards."""
    ref = Ref.parse(target)
    found: Thing | None = session().scalar(select(MODELS[ref.kind]).filter_by(id=ref.uuid))
    return found


# --- giving and taking back -------------------------------------------------------------


def find_shares(actor: Actor, target: Ref) -> list[Share]:
    """Living shares of one of the actor's own things, the oldest first. Raises NotFound."""
    get_thing(actor, target)
    return _rows(str(target))


def find_shares_of(actor: Actor, *, cv_id: uuid.UUID) -> list[Share]:
    """Living shares of one of the actor's CVs. Raises NotFound."""
    return find_shares(actor, ref_of("cv", cv_id))


def share(actor: Actor, target: Ref, command: ShareWith) -> tuple[Share, str]:
    """Let somebody see a thing; returns the share and, of a new link, its token (shown once, kept as a hash).

    Raises NotFound, Invalid, and Forbidden where the office does not allow it.
    """
    thing = get_thing(actor, target)
    check_rules(actor, thing.office_id, command)
    token = secrets.token_urlsafe(TOKEN_BYTES) if command.audience == "link" else ""
    row = None if command.audience == "link" else _same(str(target), command)
    if row is None:
        row = Share(owner_id=actor.user_id, target=str(target), audience=command.audience)
        session().add(row)
    row.person_id, row.group_id, row.name = command.person_id, command.group_id, command.name
    row.role = command.role if command.audience == "group" else ""
    row.starts_at, row.ends_at = command.starts_at, command.ends_at
    row.allows_comments, row.approves_comments = command.allows_comments, command.approves_comments
    row.token_hash = hash_of(token) if token else row.token_hash
    row.passcode_hash = hash_passcode(command.passcode) if command.passcode else ""
    session().flush()
    if row.person_id is not None:
        notify(
            row.person_id, "portfolio_shared", title=_("%(name)s shared “%(title)s” with you", name=actor.name, title=thing.title),
            url=address_of(actor.office_slug, target), ref=target, key=f"share:{row.id}",
        )  # fmt: skip
    return row, token


def revoke(actor: Actor, share_id: uuid.UUID) -> Share:
    """Take a share back, at once also for files on their way. Raises NotFound."""
    row = get_share(actor, share_id)
    row.revoked_at = utcnow()
    return row


def restore_share(actor: Actor, share_id: uuid.UUID) -> Share:
    """Give back what was just taken back. Raises NotFound."""
    row = get_share(actor, share_id)
    row.revoked_at = None
    return row


def change_share(actor: Actor, share_id: uuid.UUID, command: ChangeShare, zone: tzinfo) -> Share:
    """Change until when a share holds (to the end of a day in ``zone``), and of a link its name and passcode.

    Whoever gave the passcode before is asked for the new one. Raises NotFound, Invalid.
    """
    row = get_share(actor, share_id)
    ends_at = (
        datetime.combine(command.last_day, time(23, 59), zone).astimezone(UTC) if command.last_day else None
    )
    if row.starts_at and ends_at and ends_at <= row.starts_at:
        text = _("The end is before the beginning.")
        raise Invalid(text, fields={"last_day": text})
    row.ends_at, row.allows_comments = ends_at, command.allows_comments
    row.approves_comments = command.approves_comments
    if row.audience == "link":
        row.name = command.name
        if command.passcode or command.is_open:
            row.passcode_hash = hash_passcode(command.passcode) if command.passcode else ""
    return row


def share_with_nobody(actor: Actor, target: Ref) -> int:
    """Take back every share of a thing; returns how many. Raises NotFound."""
    rows = find_shares(actor, target)
    for row in rows:
        row.revoked_at = utcnow()
    return len(rows)


def get_share(actor: Actor, share_id: uuid.UUID) -> Share:
    """A share of one of the actor's own things. Raises NotFound."""
    require(actor, KEEP)
    row = session().scalar(select(Share).filter_by(id=share_id, owner_id=actor.user_id))
    if row is None:
        raise NotFound(_("This share is not there any more."))
    return row


def find_shared_with(actor: Actor) -> list[Thing]:
    """What others share with the actor by name, by group, as adviser or as the office; not what everybody may see."""
    if not actor.is_member:
        return []
    groups = {group.id for group in groups_of(actor.user_id)}
    fitting = [Share.person_id == actor.user_id, Share.audience == "office"]
    fitting += [and_(Share.group_id.in_(groups), Share.role.in_(["", *actor.roles]))] if groups else []
    fitting += [Share.audience == "advisers"] if actor.can(ADVISE) else []
    query = select(Share).where(or_(*fitting), Share.owner_id != actor.user_id, *alive(utcnow()))
    rows = session().scalars(query.order_by(Share.created_at.desc()).limit(200))
    return things_of([row.target for row in rows], hidden=True)


def things_of(targets: Sequence[str], *, hidden: bool = False) -> list[Thing]:
    """The things behind targets whose right was checked, in order, each once; three queries at most."""
    refs = [Ref.parse(target) for target in dict.fromkeys(targets)]
    found: dict[str, Thing] = {}
    for kind, model in MODELS.items():
        ids = [ref.uuid for ref in refs if ref.kind == kind]
        if ids:
            rows = session().scalars(select(model).where(model.id.in_(ids), model.removed_at.is_(None)))
            found.update({f"portfolio:{kind}:{row.id}": row for row in rows})
    return [found[str(ref)] for ref in refs if str(ref) in found] if hidden else list(found.values())


# --- links ------------------------------------------------------------------------------


def find_link(token: str) -> Share | None:
    """The living link of a token, in the office in scope; None for guesses, ended and revoked ones alike."""
    if not token or len(token) > 100:
        return None
    query = select(Share).where(Share.token_hash == hash_of(token), *alive(utcnow()))
    return session().scalar(query)


# --- who looked -------------------------------------------------------------------------


def note_visit(viewer: Viewer, thing: Thing, access: Access) -> bool:
    """Write down that somebody looked, inside a unit of work; the same person within an hour is one visit."""
    if access.is_owner:
        return False
    target = targets_of(thing)[0]
    viewer_id = viewer.actor.user_id if viewer.actor else None
    share_id = access.share.id if access.share else None
    if access.share is not None and access.share.audience == "link":
        session().execute(update(Share).where(Share.id == share_id).values(views=Share.views + 1))
    session().add(
        Visit(owner_id=thing.owner_id, target=target, viewer_id=viewer_id, share_id=share_id, at=utcnow())
    )
    return True


def is_new_visit(viewer: Viewer, thing: Thing, access: Access) -> bool:
    """Whether this look is worth a line in the report: not the owner's, and not the second within an hour."""
    if (
        access.is_owner
        or access.share is None
        or (viewer.actor is None and access.share.audience == "public")
    ):
        return False
    viewer_id = viewer.actor.user_id if viewer.actor else None
    recent = select(Visit.id).where(
        Visit.target == targets_of(thing)[0],
        Visit.at > utcnow() - SAME_VISIT,
        Visit.share_id == access.share.id,
    )
    recent = (
        recent.where(Visit.viewer_id == viewer_id) if viewer_id else recent.where(Visit.viewer_id.is_(None))
    )
    return viewer_id is None or session().scalar(recent.limit(1)) is None


def find_visits(actor: Actor, target: Ref, limit: int = 100) -> list[Visit]:
    """Who looked at one of the actor's things (of a collection also at its pages), the latest first. Raises NotFound."""
    get_thing(actor, target)
    by_its_shares = Visit.share_id.in_(select(Share.id).where(Share.target == str(target)))
    query = select(Visit).where(or_(Visit.target == str(target), by_its_shares))
    query = query.order_by(Visit.at.desc()).limit(limit)
    return list(session().scalars(query))


def names_of_links(visits: Sequence[Visit]) -> dict[uuid.UUID, str]:
    """The names that the owner gave to the links by which somebody looked, in one query."""
    wanted = {visit.share_id for visit in visits if visit.share_id}
    return dict(session().execute(select(Share.id, Share.name).where(Share.id.in_(wanted))).all())


def address_of(office_slug: str, target: Ref) -> str:
    """The path of a shared thing, for notices."""
    kinds = {"page": "pages", "collection": "collections", "cv": "cv"}
    return f"/o/{office_slug}/portfolio/shared/{kinds[target.kind]}/{target.id}"


def card_of(owner_id: uuid.UUID) -> Card | None:
    """The public card of a person in the office in scope, public or not."""
    return session().scalar(select(Card).filter_by(owner_id=owner_id))


def count_living(targets: Sequence[str]) -> dict[str, int]:
    """How many shares hold for each target."""
    query = select(Share.target, func.count()).where(Share.target.in_(targets), *alive(utcnow()))
    return dict(session().execute(query.group_by(Share.target)).all())


def _fits(share: Share, viewer: Viewer, thing: Thing, groups: set[uuid.UUID]) -> bool:
    actor = viewer.actor
    match share.audience:
        case "public":
            return not public_refusal(thing.owner_id, thing.office_id, utcnow().date())
        case "link":
            return share.id in viewer.opened
        case _ if actor is None:
            return False
        case "members":
            return True
        case "office":
            return actor.is_member
        case "person":
            return share.person_id == actor.user_id
        case "group":
            return share.group_id in groups and share.role in {"", *actor.roles}
        case "advisers":
            return actor.can(ADVISE)
    return False


def alive(now: datetime) -> tuple[Any, ...]:
    """What is true of a share that holds at a moment."""
    return (
        Share.revoked_at.is_(None),
        or_(Share.starts_at.is_(None), Share.starts_at <= now),
        or_(Share.ends_at.is_(None), Share.ends_at > now),
    )


def _living(targets: Sequence[str]) -> list[Share]:
    return list(session().scalars(select(Share).where(Share.target.in_(targets), *alive(utcnow()))))


def _rows(target: str) -> list[Share]:
    query = select(Share).where(Share.target == target, Share.revoked_at.is_(None))
    return list(session().scalars(query.order_by(Share.created_at)))


def _same(target: str, command: ShareWith) -> Share | None:
    """The living share with the same people: it is changed, not doubled."""
    query = select(Share).filter_by(
        target=target,
        audience=command.audience,
        person_id=command.person_id,
        group_id=command.group_id,
        role=command.role if command.audience == "group" else "",
        because=None,
        revoked_at=None,
    )
    return session().scalar(query.limit(1))
