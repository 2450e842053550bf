"""Calls: a talk of two people that another part holds goes on by voice and video in that part's own page.

A call is no meeting: it has no header, stands in no list, calendar or statistic, and there is nothing
of it that could be recorded. Who may come in is said by the part that holds the talk, in a sealed pass
on its page; the newest pass counts, and none that was written before the talk was ended.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select

from lms.plugin import (
    Actor,
    ChannelKind,
    Command,
    Conflict,
    Decision,
    EventKind,
    Forbidden,
    NotFound,
    Ref,
    Talk,
    _,
    _l,
    append,
    enqueue,
    forget_events,
    hooks,
    new_id,
    notify,
    seal,
    session,
    system_actor,
    unseal,
    utcnow,
    who_is_here,
)
from plugins.webinar import sending
from plugins.webinar.call_models import Call, CallPerson

NAME = "webinar_call"
CHANGED = "call.changed"
RINGS_FOR = timedelta(seconds=45)
HEARD_WITHIN = timedelta(seconds=75)
"""Whose page was not heard of for so long is not in the call any more."""
BACK_WITHIN = timedelta(seconds=60)
"""How long a page whose socket is gone has to come back before that counts as hanging up."""

State = Literal["idle", "ringing", "running"]
Medium = Literal["voice", "video", "screen"]
What = Literal["rang", "entered", "declined", "missed", "left", "ended"]


class CallChanged(Command):
    """What is true of a call from now on, and what made it so; people by the id of their row."""

    state: State
    what: What
    medium: Medium
    caller: uuid.UUID | None = None
    inside: list[uuid.UUID] = []


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may come into the call of a talk, as its page said at ``at``."""

    ref: str
    office_id: uuid.UUID
    people: frozenset[uuid.UUID]
    url: str
    open_until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class At:
    """Where somebody is: a page, by a name that it gave itself, and its socket of now."""

    page: str
    sid: str


def write_pass(actor: Actor, talk: Talk) -> str:
    """The sealed pass for a page that shows the talk to one of its people."""
    data = {
        "kind": NAME, "ref": str(talk.ref), "office": str(actor.office_id), "people": [str(each) for each in talk.people],
        "url": talk.url, "until": talk.open_until.isoformat(), "at": utcnow().isoformat(),
    }  # fmt: skip
    return seal(json.dumps(data))


def read_pass(sealed: str) -> Pass | None:
    """The pass again; None for what this installation did not seal."""
    text = unseal(sealed)
    data = json.loads(text) if text and text.startswith("{") else {}
    if data.get("kind") != NAME:
        return None
    return Pass(
        data["ref"], uuid.UUID(data["office"]), frozenset(uuid.UUID(each) for each in data["people"]), data["url"],
        datetime.fromisoformat(data["until"]), datetime.fromisoformat(data["at"]),
    )  # fmt: skip


def open_call(actor: Actor, sealed: str) -> CallPerson:
    """The actor's place in the call of a talk; made when one of the two first looks. Raises Forbidden."""
    shown = read_pass(sealed)
    if shown is None or shown.office_id != actor.office_id or actor.user_id not in shown.people:
        raise Forbidden(_("This call is for two other people."), code="not_yours")
    row = _locked(shown.ref)
    if row is None:
        row = Call(ref=shown.ref, url=shown.url, open_until=shown.open_until, passed_at=shown.at)
        session().add(row)
        session().flush()
        _let(row, shown.people)
    elif row.closed_at is not None and shown.at <= row.closed_at:
        raise Forbidden(_("This conversation goes on with other people, or is over."), code="over")
    elif shown.at > row.passed_at:
        row.url, row.open_until, row.passed_at = shown.url, shown.open_until, shown.at
        _let(row, shown.people)
    return get_own(actor, row.id)


def get_own(actor: Actor, call_id: uuid.UUID) -> CallPerson:
    """The actor's place in a call that they may come into. Raises NotFound."""
    me = find_place(actor, call_id)
    if me is None:
        raise NotFound(_("There is no such call."))
    return me


def find_place(actor: Actor, call_id: uuid.UUID) -> CallPerson | None:
    """The actor's place in a call, if they may come."""
    query = select(CallPerson).filter_by(call_id=call_id, user_id=actor.user_id, may_come=True)
    return session().scalar(query)


def ring(actor: Actor, call_id: uuid.UUID, medium: Medium, at: At) -> Call:
    """Call the other one, and be there oneself. Who is being called already comes in. Raises NotFound, Conflict."""
    me = _own_locked(actor, call_id)
    row = me.call
    if row.open_until <= utcnow():
        raise Conflict(_("This conversation is over."), code="over")
    if standing(row) != "idle":
        return _come_in(me, at)
    now = utcnow()
    if row.state == "running":
        _announce_spoken(row)  # that call was lost without a word
    for each in row.people:
        each.page = ""
    row.state, row.medium, row.caller_id, row.rang_at = "ringing", medium, me.user_id, now
    me.page, me.connection, me.seen_at = at.page, at.sid, now
    _tell(row, "rang")
    _call_absent(actor, row, me)
    return row


def accept(actor: Actor, call_id: uuid.UUID, at: At) -> Call:
    """Come in. Raises NotFound, Conflict when nobody calls any more."""
    me = _own_locked(actor, call_id)
    if standing(me.call) == "idle":
        raise Conflict(_("Nobody calls any more."), code="over")
    return _come_in(me, at)


def decline(actor: Actor, call_id: uuid.UUID) -> None:
    """Not now; who called hears it. When nobody calls any more, nothing happens."""
    me = _own_locked(actor, call_id)
    if standing(me.call) == "ringing" and me.call.caller_id != me.user_id:
        _end(me.call, "declined")


def leave(actor: Actor, call_id: uuid.UUID, page: str) -> None:
    """Hang up: with two people the call is over for both. Twice is once; a page that is not in the call ends nothing."""
    me = _own_locked(actor, call_id)
    if me.page and me.page == page:
        _end(me.call, "left" if me.call.state == "running" else "missed")


def hear_from(actor: Actor, call_id: uuid.UUID, at: At) -> dict[str, Any]:
    """A page is in the call, or looks whether it still is: what is true now. Raises NotFound."""
    me = get_own(actor, call_id)
    if me.page and me.page == at.page:
        me.connection, me.seen_at = at.sid, utcnow()
    return describe(me, at.page)


def lost(actor: Actor, channel: str, sid: str) -> None:
    """The socket of a page in the call is gone, while sound may well go on: whether the page is gone too is told by a while.

    A page that is left or closed in good order has said so before (``leave``), over a way of its own.
    """
    row = session().get(Call, _id(channel))
    me = find_place(actor, row.id) if row is not None else None
    if me is not None and me.page and me.connection == sid:
        gone = {"call": str(me.call_id), "user": str(me.user_id), "sid": sid}
        enqueue("webinar.end_left_call", gone, office_id=me.office_id, run_at=utcnow() + BACK_WITHIN)


def end_left(call_id: uuid.UUID, user_id: uuid.UUID, sid: str) -> None:
    """Hang up for a page whose socket was closed and did not come back. Twice is once."""
    me = session().scalar(select(CallPerson).filter_by(call_id=call_id, user_id=user_id))
    if me is not None and me.page and me.connection == sid:
        _end(me.call, "left" if me.call.state == "running" else "missed")


def describe(me: CallPerson, page: str = "") -> dict[str, Any]:
    """What a page needs to know of a call."""
    row = me.call
    return {
        "call": str(row.id), "me": str(me.id), "state": standing(row), "medium": row.medium, "is_here": bool(page) and me.page == page,
        "caller": next((str(each.id) for each in row.people if each.user_id == row.caller_id), None),
        "inside": [str(each.id) for each in row.people if each.page],
    }  # fmt: skip


def standing(row: Call) -> State:
    """What a call is now: nobody rings for ever, and who was not heard of is not there."""
    now = utcnow()
    if row.state == "ringing" and (row.rang_at is None or now - row.rang_at > RINGS_FOR):
        return "idle"
    if row.state == "running" and not any(_is_heard(each, now) for each in row.people):
        return "idle"
    return row.state


# --- what the part that holds the talk says ---------------------------------------------------


def close(ref: Ref) -> None:
    """The talk is over or goes on with other people: end the call, and let nobody in by an older page. Twice is once."""
    row, now = _locked(str(ref)), utcnow()
    if row is None:
        session().add(Call(ref=str(ref), url="", open_until=now, passed_at=now, closed_at=now))
        session().flush()
        return
    row.closed_at = now
    if row.state != "idle":
        _end(row, "ended")
    for each in row.people:
        each.may_come = False
    session().flush()


def forget(ref: Ref) -> None:
    """Nothing is kept of the call. Twice is once."""
    row = _locked(str(ref))
    if row is not None:
        sending.tell_over(row.id)
        forget_events(channel_of(row))
        session().delete(row)
        session().flush()


def forget_all_of(user_id: uuid.UUID) -> None:
    """The calls of a person who leaves for good; in the offices in scope."""
    mine = select(CallPerson.call_id).where(CallPerson.user_id == user_id)
    theirs = Call.id.in_(mine) | (Call.caller_id == user_id)
    for row in session().scalars(select(Call).where(theirs)).all():
        forget_events(channel_of(row))
        session().delete(row)
    session().flush()


# --- the channel --------------------------------------------------------------------------------


def channel_of(row: Call) -> str:
    """Where both hear what is true of a call."""
    return f"{NAME}:{row.id}"


def _may_hear(actor: Actor, channel: str) -> Decision:
    if find_place(actor, _id(channel)) is None:
        return Decision(False, _("There is no such call."))
    return Decision(True, _("It is your call."))


def _id(channel: str) -> uuid.UUID:
    try:
        return uuid.UUID(channel.partition(":")[2])
    except ValueError:
        return uuid.UUID(int=0)


def _nobody_writes(_actor: Actor, _channel: str, _kind: str) -> Decision:
    return Decision(False, _("Only the call itself writes here."))


CALL_CHANNEL = ChannelKind(
    NAME,
    events={CHANGED: EventKind(CallChanged, is_for_clients=False)},
    may_read=_may_hear,
    may_append=_nobody_writes,
    tail=1,
)


# --- how ------------------------------------------------------------------------------------------


def _come_in(me: CallPerson, at: At) -> Call:
    row = me.call
    if me.page and me.page != at.page:
        sending.tell_gone(row.id, me.id)  # the call goes on at this device alone
    me.page, me.connection, me.seen_at = at.page, at.sid, utcnow()
    if row.state == "ringing" and row.caller_id != me.user_id:
        row.state = "running"
        _announce_spoken(row)
    _tell(row, "entered")
    return row


def _end(row: Call, what: What) -> None:
    if row.state == "running":
        _announce_spoken(row)
    row.state = "idle"
    for each in row.people:
        each.page = ""
    _tell(row, what)
    sending.tell_over(row.id)


def _announce_spoken(row: Call) -> None:
    """Let the part that holds the talk know that the two speak until now, or spoke until the last was heard of."""
    last = max((each.seen_at for each in row.people if each.page and each.seen_at), default=utcnow())
    is_lost = utcnow() - last > HEARD_WITHIN
    hooks().on_talk_spoken(row.office_id, Ref.parse(row.ref), last if is_lost else utcnow())


def _tell(row: Call, what: What) -> None:
    session().flush()
    caller = next((each.id for each in row.people if each.user_id == row.caller_id), None)
    inside = [each.id for each in row.people if each.page]
    payload = CallChanged(state=row.state, what=what, medium=row.medium, caller=caller, inside=inside)
    append(system_actor(row.office_id), channel_of(row), CHANGED, payload, new_id().hex)


def _call_absent(actor: Actor, row: Call, me: CallPerson) -> None:
    """Who does not look at the talk now hears of the call where all news are."""
    here = {person.user_id for person in who_is_here(channel_of(row))}
    turn = int(utcnow().timestamp()) // 60
    for each in row.people:
        if each.id != me.id and each.may_come and each.user_id not in here:
            notify(
                each.user_id, NAME, title=_l("%(name)s calls you", name=actor.name), url=row.url,
                key=f"{NAME}:{row.id}:{turn}",
            )  # fmt: skip


def _let(row: Call, people: frozenset[uuid.UUID]) -> None:
    """These people may come, and no others; who is in and may not any more is put out."""
    known = {each.user_id: each for each in row.people}
    is_other = any(each.may_come and user_id not in people for user_id, each in known.items())
    if is_other and row.state != "idle":
        _end(row, "ended")
    for user_id, each in known.items():
        each.may_come = user_id in people
    for user_id in sorted(people - set(known)):
        session().add(CallPerson(call_id=row.id, user_id=user_id))
    session().flush()
    session().refresh(row)


def _is_heard(each: CallPerson, now: datetime) -> bool:
    return bool(each.page) and each.seen_at is not None and now - each.seen_at <= HEARD_WITHIN


def _locked(ref: str) -> Call | None:
    query = select(Call).filter_by(ref=ref).with_for_update(of=Call)
    return session().scalar(query.execution_options(populate_existing=True))


def _own_locked(actor: Actor, call_id: uuid.UUID) -> CallPerson:
    query = select(Call).filter_by(id=call_id).with_for_update(of=Call)
    session().scalar(query.execution_options(populate_existing=True))
    return get_own(actor, call_id)
