"""Pages where owners share: three answers first, then everything else; who looked; asking advisers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.plugin import (
    Card,
    Form,
    Invalid,
    Ref,
    Text,
    _,
    _l,
    actor,
    current_zone,
    find_members,
    groups_of,
    hooks,
    requires,
    utcnow,
)
from plugins.portfolio.cv.models import Cv
from plugins.portfolio.cv.service import KEEP
from plugins.portfolio.pages.models import Collection, Page
from plugins.portfolio.refs import Kind, ref_of
from plugins.portfolio.sharing import requests, shares
from plugins.portfolio.sharing.forms import ROLES_OF_GROUP, Answer, AskFeedback, ChangeShare, ShareWith
from plugins.portfolio.sharing.models import Share
from plugins.portfolio.sharing.qr import qr_svg
from plugins.portfolio.sharing.rules import public_refusal
from plugins.portfolio.sharing.shares import ADVISE, Thing

blueprint = Blueprint("portfolio_shares", __name__)
LINK_DAYS = 30
KINDS = {"pages": "page", "collections": "collection", "cvs": "cv"}
KIND_NAMES = {"page": _l("Page"), "collection": _l("Collection"), "cv": _l("CV")}


@blueprint.get("/portfolio/share/cvs/<uuid:cv_id>")
@requires(KEEP)
def share_cv(cv_id: uuid.UUID) -> ResponseReturnValue:
    """Sharing a CV."""
    return show(ref_of("cv", cv_id))


@blueprint.get("/portfolio/share/pages/<uuid:page_id>")
@requires(KEEP)
def share_page(page_id: uuid.UUID) -> ResponseReturnValue:
    """Sharing a page."""
    return show(ref_of("page", page_id))


@blueprint.get("/portfolio/share/collections/<uuid:collection_id>")
@requires(KEEP)
def share_collection(collection_id: uuid.UUID) -> ResponseReturnValue:
    """Sharing a collection."""
    return show(ref_of("collection", collection_id))


def show(target: Ref, form: Form[ShareWith] | None = None, link: str = "") -> ResponseReturnValue:
    """Three answers, then the rest; a new link is shown once."""
    thing = shares.get_thing(actor(), target)
    form = form or Form(ShareWith, action=address(target, "give"))
    rows = shares.find_shares(actor(), target)
    people = find_members(actor(), [row.person_id for row in rows if row.person_id])
    groups = groups_of(actor().user_id)
    reasons = [Ref.parse(row.because) for row in rows if row.because]
    fields = {field.name: field for field in form.fields}
    fields["group_id"].choices = [("", "–"), *((str(group.id), group.name) for group in groups)]
    body = render_template(
        "portfolio/sharing/share.html", thing=thing, target=target, shares=rows, people=people, groups={group.id: group.name for group in groups}, roles=dict(ROLES_OF_GROUP), form=form,
        fields=fields, link=link, qr=qr_svg(link) if link else "", until=(utcnow() + timedelta(days=LINK_DAYS)).date().isoformat(), address=address,
        public_refusal=public_refusal(actor().user_id, thing.office_id, utcnow().date()), requests=requests.find_requests(actor(), target),
        ready=None if isinstance(thing, Collection) else requests.ready_state(thing), ask=Form(AskFeedback, action=address(target, "ask")), now=utcnow(),
        revoked=request.args.get("revoked", type=uuid.UUID), reasons={str(ref): card for ref, card in hooks().cards(reasons, actor()).items()}, breadcrumb=trail(thing, _("Share")),
    )  # fmt: skip
    return body, form.status


@blueprint.post(
    "/portfolio/share/<any(pages, collections, cvs):kind>/<uuid:thing_id>/<any(give, link, advisers, nobody, ask, sign):action>"
)
@requires(KEEP)
def give(kind: str, thing_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Share, by one of the three answers or by the form; or ask an adviser."""
    target = Ref.of("portfolio", KINDS[kind], thing_id)
    if action == "nobody":
        shares.share_with_nobody(actor(), target)
        flash(_("Nobody but you can see it now."), "success")
    elif action == "advisers":
        shares.share(actor(), target, ShareWith(audience="advisers", allows_comments=True))
        flash(_("Your counsellor can see it now, and comment."), "success")
    elif action in {"ask", "sign"}:
        return _ask(target, action)
    else:
        return _give(target, action)
    return redirect(address(target), 303)


@blueprint.post("/portfolio/shares/<uuid:share_id>/<any(revoke, restore):action>")
@requires(KEEP)
def take_back(share_id: uuid.UUID, action: str) -> ResponseReturnValue:
    """Take a share back at once, or give it back."""
    row = shares.revoke(actor(), share_id) if action == "revoke" else shares.restore_share(actor(), share_id)
    return redirect(address(Ref.parse(row.target), revoked=share_id if action == "revoke" else None), 303)


@blueprint.route("/portfolio/shares/<uuid:share_id>", methods=["GET", "POST"])
@requires(KEEP)
def change(share_id: uuid.UUID) -> ResponseReturnValue:
    """Another end for a share; another name or passcode for a link."""
    row = shares.get_share(actor(), share_id)
    target = Ref.parse(row.target)
    thing = shares.get_thing(actor(), target)
    day = row.ends_at.astimezone(current_zone()).date() if row.ends_at else None
    values = {
        "name": row.name,
        "last_day": day,
        "allows_comments": row.allows_comments,
        "approves_comments": row.approves_comments,
    }
    form = Form(ChangeShare, values=values)
    if form.run(lambda command: shares.change_share(actor(), share_id, command, current_zone())):
        flash(_("Saved."), "success")
        return redirect(address(target), 303)
    hidden = set() if row.audience == "link" else {"name", "passcode"}
    hidden |= set() if row.passcode_hash else {"is_open"}
    return render_template(
        "portfolio/sharing/change.html", form=form, fields=[each for each in form.fields if each.name not in hidden], share=row, back=address(target),
        breadcrumb=[*trail(thing, _("Share"))[:-1], (_("Share"), address(target)), (_("Change"), None)],
    ), form.status  # fmt: skip


@blueprint.post("/portfolio/requests/<uuid:request_id>/withdraw")
@requires(KEEP)
def withdraw(request_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what one asked."""
    row = requests.withdraw(actor(), request_id)
    return redirect(address(Ref.parse(row.target)), 303)


@blueprint.get("/portfolio/share/<any(pages, collections, cvs):kind>/<uuid:thing_id>/visits")
@requires(KEEP)
def visits(kind: str, thing_id: uuid.UUID) -> ResponseReturnValue:
    """Who looked, and when."""
    target = Ref.of("portfolio", KINDS[kind], thing_id)
    rows = shares.find_visits(actor(), target)
    thing = shares.get_thing(actor(), target)
    people = find_members(actor(), list({row.viewer_id for row in rows if row.viewer_id}))
    return render_template(
        "portfolio/sharing/visits.html", thing=thing, visits=rows, people=people, links=shares.names_of_links(rows), breadcrumb=trail(thing, _("Who looked"))
    )  # fmt: skip


@blueprint.get("/portfolio/inbox")
@requires(ADVISE)
def inbox() -> ResponseReturnValue:
    """What waits for an adviser."""
    with_closed = "all" in request.args
    return render_template(
        "portfolio/sharing/inbox.html", waiting=requests.find_inbox(actor(), with_closed=with_closed), with_closed=with_closed, today=utcnow().date(),
        shared_url=shared_url, answered=Form(Answer).fields, breadcrumb=[(_("Portfolio"), url_for("portfolio.home")), (_("Feedback"), None)],
    )  # fmt: skip


@blueprint.post("/portfolio/inbox/<uuid:request_id>")
@requires(ADVISE)
def answer(request_id: uuid.UUID) -> ResponseReturnValue:
    """Answer one of them."""
    requests.answer_request(actor(), request_id, Answer.read(dict(request.form)))
    flash(_("The answer is on its way."), "success")
    return redirect(url_for("portfolio_shares.inbox"), 303)


def address(target: Ref, action: str = "", **values: Any) -> str:
    """The page where a thing is shared, or one of its buttons."""
    plural = {kind: name for name, kind in KINDS.items()}[target.kind]
    if action:
        return url_for("portfolio_shares.give", kind=plural, thing_id=target.id, action=action)
    arguments: dict[str, Any] = {f"{target.kind}_id": target.id, **values}
    return url_for(f"portfolio_shares.share_{target.kind}", **arguments)


def shared_url(thing: Thing) -> str:
    """Where others see a thing."""
    if isinstance(thing, Cv):
        return url_for("portfolio_shown.cv", cv_id=thing.id)
    if isinstance(thing, Collection):
        return url_for("portfolio_fronts.front", collection_id=thing.id)
    return url_for("portfolio_shown.page", page_id=thing.id)


def own_page(thing: Thing) -> str:
    """Where its owner changes a thing."""
    if isinstance(thing, Cv):
        return url_for("portfolio_cvs.edit", cv_id=thing.id)
    if isinstance(thing, Collection):
        return url_for("portfolio_pages.collection", collection_id=thing.id)
    return url_for("portfolio_pages.edit", page_id=thing.id)


def card_for(thing: Thing, *, is_owner: bool) -> Card:
    """What is told of a thing to whoever may see it: owners are led to where they change it."""
    kind: Kind = (
        "page" if isinstance(thing, Page) else "collection" if isinstance(thing, Collection) else "cv"
    )
    url = own_page(thing) if is_owner else shared_url(thing)
    icon = "file-text" if kind == "cv" else "grid"
    return Card(ref_of(kind, thing.id), thing.title, url, icon, "", str(KIND_NAMES[kind]))


def trail(thing: Thing, title: Text) -> list[tuple[Text, str | None]]:
    """The way here, below the thing."""
    first = (
        (_("My CV"), url_for("portfolio_cv.store"))
        if isinstance(thing, Cv)
        else (_("Pages"), url_for("portfolio_pages.index"))
    )
    return [(_("Portfolio"), url_for("portfolio.home")), first, (thing.title, own_page(thing)), (title, None)]


def _give(target: Ref, action: str) -> ResponseReturnValue:
    form = Form(ShareWith, action=address(target, action), values={})
    made: list[tuple[Share, str]] = []
    sent = {
        **request.form.to_dict(),
        "audience": "link" if action == "link" else request.form.get("audience", ""),
    }
    try:
        command = ShareWith.read(
            {name: _moment(value) if name.endswith("_at") else value for name, value in sent.items()}
        )
        made.append(shares.share(actor(), target, command))
    except Invalid as problem:
        form.field_errors |= {
            name: text for name, text in problem.fields.items() if name in ShareWith.model_fields
        }
        form.errors += [
            text for name, text in problem.fields.items() if name not in ShareWith.model_fields
        ] or ([] if problem.fields else [problem.message])
        return show(target, form)
    token = made[0][1]
    if token:
        return show(target, link=url_for("portfolio_links.enter", token=token, _external=True))
    flash(_("It is shared."), "success")
    return redirect(address(target), 303)


def _ask(target: Ref, action: str) -> ResponseReturnValue:
    command = AskFeedback.read(dict(request.form))
    (requests.sign if action == "sign" else requests.ask_feedback)(actor(), target, command)
    flash(_("Your counsellor will see it in their list."), "success")
    return redirect(address(target), 303)


def _moment(text: str) -> datetime | None:
    """A day or a local time of the form as a moment: a day counts to its end. Raises Invalid."""
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(_("Please write a date and time like 2026-03-31 14:30.")) from None
    if len(text) == len("2026-03-31"):
        local = local.replace(hour=23, minute=59)
    return local.replace(tzinfo=current_zone()).astimezone(UTC)


def things_with_urls(things: Sequence[Thing]) -> list[tuple[Thing, str]]:
    """Things with the address where others see them."""
    return [(thing, shared_url(thing)) for thing in things]
