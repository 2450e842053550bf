"""What rooms know about people: declared, exported, erased."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, select, update

from lms.plugin import (
    Activity,
    ErasurePolicy,
    ExportArchive,
    PersonalData,
    _l,
    all_offices,
    office_scope,
    read_since,
    session,
    system_actor,
)
from plugins.webinar import agenda, calls, log, programs, replay_polls
from plugins.webinar.call_models import Call, CallPerson
from plugins.webinar.chat_events import with_names
from plugins.webinar.chat_signs import export_signs
from plugins.webinar.models import (
    Correction,
    Interval,
    Participant,
    Question,
    Recording,
    RecordingConsent,
    Registration,
    Watched,
)
from plugins.webinar.poll_models import Poll, PollOption, ReplayVote, Vote
from plugins.webinar.program_models import Program
from plugins.webinar.replay_step_models import StepWatched
from plugins.webinar.whispering import export_whispers, forget_whispers

PAGE = 500


def declared() -> Sequence[PersonalData]:
    """Who was in which room, when; who registered."""
    why, kept = (
        _l("Holding meetings and proving who took part"),
        _l("As long as the office must prove its work; then the name is removed"),
    )
    return [
        PersonalData("webinar_participant", "user_id", ("name", "role", "state", "ban_reason"), why, "public_task", kept, stays_nameless=True),
        PersonalData("webinar_recording", "owner_id", ("started_at", "ended_at"), why, "public_task", _l("As long as the office decided (a year unless it chose otherwise), or until the day that who leads the meeting chose"), stays_nameless=True),
        PersonalData("webinar_correction", "corrected_by_id", ("reason",), why, "public_task", kept),
        PersonalData("webinar_program", "owner_id", ("used_at",), _l("Programs that send into a meeting or show it"), "public_task", _l("Until the program is taken out")),
        PersonalData("webinar_step_watched", "user_id", ("begins_at", "ends_at", "spent_until"), _l("To know what of a recording somebody watched in a course"), "public_task", _l("As long as the account exists")),
        PersonalData("webinar_call", "caller_id", ("rang_at",), _l("Calls between two people"), "public_task", _l("As long as the conversation that they belong to")),
        PersonalData("webinar_call_person", "user_id", ("seen_at",), _l("Calls between two people"), "public_task", _l("As long as the conversation that they belong to")),
        PersonalData("webinar_registration", "visitor_id", ("name", "email"), _l("Guests who registered for a meeting"), "consent", _l("Half a year after the meeting, or until they ask")),
    ]  # fmt: skip


def export_person(user_id: uuid.UUID, archive: ExportArchive) -> None:
    """Rooms one was in, when, and what one wrote there."""
    with all_offices("a person's own data"):
        rows = _rooms_of(user_id)
        found = {
            "webinar_meetings": (_l("Meetings you were in"), _meetings(rows)),
            "webinar_times": (_l("When you were in meetings"), _times(rows)),
            "webinar_watched": (_l("What you watched of recordings"), _watched(rows)),
            "webinar_steps": (_l("What you watched of recordings in courses"), _watched_in_courses(user_id)),
            "webinar_questions": (_l("Questions you asked in meetings"), _asked(user_id)),
            "webinar_votes": (
                _l("How you voted in meetings, where it was not anonymous"),
                _voted(user_id, Vote),
            ),
            "webinar_replay_votes": (
                _l("How you answered polls in recordings, where it was not anonymous"),
                _voted(user_id, ReplayVote),
            ),
            "webinar_consents": (_l("Whether you agreed to be recorded"), _consents(user_id)),
            "webinar_recordings": (_l("Recordings that you started"), _recordings(user_id)),
            "webinar_programs": (_l("Programs that you connected with meetings"), _programs(user_id)),
            "webinar_agendas": (_l("Where an agenda names you"), _planned(rows)),
            "webinar_calls": (_l("Calls with one other person"), _calls(user_id)),
            "webinar_corrections": (_l("Attendance that you corrected"), _corrected(user_id)),
            "webinar_registrations": (_l("Registrations as a guest"), _registered(user_id)),
            "webinar_signs": (_l("Signs you gave to messages in meetings"), export_signs(user_id)),
        }
    said = [each for row, title in rows for each in _said(row, title)]
    archive.add_rows("webinar_messages", _l("What you wrote in meetings"), said)
    whispers = [each for row, title in rows for each in export_whispers(row, title)]
    archive.add_rows("webinar_private", _l("Private messages in meetings"), whispers)
    for name, (title, lines) in found.items():
        archive.add_rows(name, title, lines)


def erase_person(user_id: uuid.UUID, policy: ErasurePolicy) -> None:
    """The name goes from every room; that somebody was there stays without a name."""
    with all_offices("erasure of a person"):
        replay_polls.forget_answers([row for row, _title in _rooms_of(user_id)])
        nameless: dict[str, Any] = {"name": "–", "granted": "", "revoked": "", "ban_reason": ""}
        session().execute(update(Participant).where(Participant.user_id == user_id).values(**nameless))
        for row, _title in _rooms_of(user_id):
            forget_whispers(row)
        programs.forget_owner(user_id)
        session().execute(delete(StepWatched).where(StepWatched.user_id == user_id))
        session().execute(
            update(Correction).where(Correction.corrected_by_id == user_id).values(corrected_by_id=None)
        )
        session().execute(delete(Registration).where(Registration.visitor_id == user_id))
        calls.forget_all_of(user_id)
        for item in agenda.find_naming(policy.names):
            item.title, item.who = policy.without_names(item.title), policy.without_names(item.who)
        for address in policy.names:
            session().execute(delete(Registration).where(Registration.email == address))


Rows = list[dict[str, Any]]


def _rooms_of(user_id: uuid.UUID) -> list[tuple[Participant, str]]:
    query = select(Participant, Activity.title).join(Activity, Activity.id == Participant.room_id)
    rows = session().execute(query.where(Participant.user_id == user_id).order_by(Participant.created_at))
    return [(row, title) for row, title in rows]


def _mine(user_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(Participant.id).where(Participant.user_id == user_id)


def _meetings(rows: Sequence[tuple[Participant, str]]) -> Rows:
    return [
        {
            "meeting": title,
            "name": row.name,
            "role": row.role,
            "state": row.state,
            "banned_because": row.ban_reason,
        }
        for row, title in rows
    ]


def _times(rows: Sequence[tuple[Participant, str]]) -> Rows:
    return [
        {"meeting": title, "from": each.entered_at, "until": each.seen_at}
        for row, title in rows
        for each in session().scalars(
            select(Interval).filter_by(participant_id=row.id).order_by(Interval.entered_at)
        )
    ]


def _watched(rows: Sequence[tuple[Participant, str]]) -> Rows:
    titles = {row.id: title for row, title in rows}
    found = session().scalars(
        select(Watched).where(Watched.participant_id.in_(titles)).order_by(Watched.begins_at)
    )
    return [
        {"meeting": titles[each.participant_id], "from": each.begins_at, "until": each.ends_at}
        for each in found
    ]


def _watched_in_courses(user_id: uuid.UUID) -> Rows:
    query = select(StepWatched, Activity.title).join(Activity, Activity.id == StepWatched.activity_id)
    rows = session().execute(query.where(StepWatched.user_id == user_id).order_by(StepWatched.begins_at))
    return [{"step": title, "from": each.begins_at, "until": each.ends_at} for each, title in rows]


def _planned(rows: Sequence[tuple[Participant, str]]) -> Rows:
    titles, names = {row.room_id: title for row, title in rows}, {row.name for row, _title in rows}
    found = agenda.find_naming(sorted(names), room_ids=list(titles))
    return [{"meeting": titles[each.room_id], "item": each.title, "who": each.who} for each in found]


def _asked(user_id: uuid.UUID) -> Rows:
    query = select(Question).where(Question.participant_id.in_(_mine(user_id)))
    return [
        {"question": row.text, "answer": row.answer, "at": row.created_at, "in_replay": row.is_published}
        for row in session().scalars(query.order_by(Question.created_at))
    ]


def _voted(user_id: uuid.UUID, votes: type[Vote | ReplayVote]) -> Rows:
    query = (
        select(Poll.question, PollOption.text, votes.text, votes.number)
        .join(votes, votes.poll_id == Poll.id)
        .outerjoin(PollOption, PollOption.id == votes.option_id)
        .where(votes.participant_id.in_(_mine(user_id)))
        .order_by(Poll.id, votes.number)
    )
    return [
        {"poll": question, "answer": f"{number}. {option}" if option and number else option or text or number}
        for question, option, text, number in session().execute(query)
    ]


def _consents(user_id: uuid.UUID) -> Rows:
    query = select(RecordingConsent).where(RecordingConsent.participant_id.in_(_mine(user_id)))
    return [
        {
            "agreed": row.is_given,
            "words": row.text_version,
            "at": row.answered_at,
            "withdrawn": row.withdrawn_at,
        }
        for row in session().scalars(query)
    ]


def _recordings(user_id: uuid.UUID) -> Rows:
    rows = session().scalars(select(Recording).filter_by(owner_id=user_id))
    return [{"recording": row.started_at, "until": row.ended_at} for row in rows]


def _programs(user_id: uuid.UUID) -> Rows:
    return [
        {"name": row.participant.name, "use": row.use, "made": row.created_at, "last_used": row.used_at}
        for row in session().scalars(select(Program).filter_by(owner_id=user_id))
    ]


def _calls(user_id: uuid.UUID) -> Rows:
    own = session().scalars(select(Call).filter_by(caller_id=user_id))
    others = session().scalars(select(CallPerson).filter_by(user_id=user_id))
    return [{"at": row.rang_at, "medium": row.medium, "by": "me"} for row in own] + [
        {"at": row.call.rang_at, "medium": row.call.medium, "last_there": row.seen_at} for row in others
    ]


def _corrected(user_id: uuid.UUID) -> Rows:
    rows = session().scalars(select(Correction).filter_by(corrected_by_id=user_id))
    return [{"minutes": row.minutes, "reason": row.reason, "at": row.created_at} for row in rows]


def _registered(user_id: uuid.UUID) -> Rows:
    rows = session().scalars(select(Registration).filter_by(visitor_id=user_id))
    return [{"name": row.name, "email": row.email, "state": row.state, "at": row.created_at} for row in rows]


def _said(row: Participant, title: str) -> list[dict[str, Any]]:
    """Every message, also as it was written anew later."""
    with office_scope(row.office_id):
        people = session().execute(select(Participant.id, Participant.name).filter_by(room_id=row.room_id))
        names = {str(each): name for each, name in people}
        found: list[dict[str, Any]] = []
        seq, office = 0, system_actor(row.office_id)
        while events := read_since(office, log.channel_of(row.room_id), seq, PAGE):
            found += [
                {"meeting": title, "at": each.at, "text": with_names(each.payload["text"], lambda one: names.get(one, "–"))}
                for each in events
                if each.kind in {"chat.said", "chat.edited"} and each.payload["person"] == str(row.id)
            ]  # fmt: skip
            seq = events[-1].seq
        return found
