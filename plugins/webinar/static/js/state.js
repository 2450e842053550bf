// What is true in a room: the fold of its log, the same as plugins/webinar/state.py; and who may do what.

/** @typedef {{ role: string, granted: string[], revoked: string[], is_removed?: boolean, is_away?: boolean }} PersonState */
/** @typedef {{ seq: number, at: string, person: string, text: string, reply_to: number | null, mentions?: string[], is_edited?: boolean, signs?: Record<string, number> }} Message */
/** @typedef {Record<string, any> & { people: Record<string, PersonState>, chat: Message[], hands: { person: string, at: string }[], locked: string[], floor: string | null, layout: string | null, pinned: string | null, is_open: boolean, is_ended: boolean }} State */
/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

const KEPT_MESSAGES = 300;
const KEPT_CAPTIONS = 3;
const OPEN_RIGHTS = ["speak", "camera", "share", "chat", "vote", "ask"];
const GIVEN = [...OPEN_RIGHTS, "present"];
const ALL = [...GIVEN, "record", "moderate"];

/** @returns {State} */
export function newState() {
  return { is_open: false, is_ended: false, locked: [], layout: null, pinned: null, people: {}, hands: [], floor: null, chat: [], chat_rules: null, slide: null, decks: 0, polls: {}, questions: {}, timer: null, captions: [], recording: null, consents: {}, question_now: null, agenda: null, agenda_changes: 0, prepared_changes: 0, video: null, videos: 0 };
}

/** @type {Record<string, (state: State, payload: any, event: LiveEvent) => State>} */
export const steps = {
  "room.opened": (state) => ({ ...state, is_open: true, is_ended: false }),
  "room.ended": (state) => ({ ...state, is_open: false, is_ended: true, hands: [], floor: null, question_now: null, agenda: null, video: null }),
  "room.locked": (state, payload) => ({ ...state, locked: payload.rights }),
  "layout.set": (state, payload) => ({ ...state, layout: payload.layout, pinned: payload.pinned }),
  "person.entered": (state, payload) => withPerson(state, payload.person, {}),
  "person.left": (state, payload) => withoutHand(state, payload.person),
  "person.changed": (state, { person, ...known }) => {
    const changed = withPerson(state, person, known);
    return known.is_removed ? withoutHand(changed, person) : changed;
  },
  "person.away": (state, payload) => withPerson(state, payload.person, { is_away: payload.is_away }),
  "floor.given": (state, payload) => ({ ...withoutHand(state, payload.person), floor: payload.person }),
  "hand.raised": (state, payload, event) => ({ ...state, hands: [...state.hands.filter((each) => each.person !== payload.person), { person: payload.person, at: event.at }] }),
  "hand.lowered": (state, payload) => withoutHand(state, payload.person),
  "chat.said": (state, payload, event) => ({ ...state, chat: [...state.chat, { seq: event.seq, at: event.at, mentions: [], is_edited: false, signs: {}, ...payload }].slice(-KEPT_MESSAGES) }),
  "chat.edited": (state, { target, text, mentions }) => ({ ...state, chat: state.chat.map((each) => (each.seq === target ? { ...each, text, mentions, is_edited: true } : each)) }),
  "chat.ruled": (state, { slow_seconds, links, private: isPrivate }) => ({ ...state, chat_rules: { slow_seconds, links, private: isPrivate ?? false } }),
  "chat.signed": (state, { target, signs }) => ({ ...state, chat: state.chat.map((each) => (each.seq === target ? { ...each, signs } : each)) }),
  "chat.gone": (state, payload) => ({ ...state, chat: state.chat.filter((each) => each.seq !== payload.target) }),
  "deck.changed": (state) => ({ ...state, decks: state.decks + 1 }),
  "slide.shown": (state, { deck, number, person, is_sharp }) => ({ ...state, slide: { deck, number, by: person ?? null, zoom: null, is_sharp: is_sharp ?? false } }),
  "slide.zoomed": (state, { deck, number, scale, x, y }) => (state.slide?.deck === deck && state.slide.number === number ? { ...state, slide: { ...state.slide, zoom: scale > 100 ? { scale, x, y } : null } } : state),
  "slide.sharpened": (state, { deck, number }) => (state.slide?.deck === deck && state.slide.number === number ? { ...state, slide: { ...state.slide, is_sharp: true } } : state),
  "slide.hidden": (state) => ({ ...state, slide: null }),
  "videos.changed": (state) => ({ ...state, videos: (state.videos ?? 0) + 1 }),
  "video.shown": (state, { video, ...known }, event) => ({ ...state, video: { ...known, id: video, position: 0, is_playing: false, at: event.at } }),
  "video.moved": (state, { position, is_playing }, event) => (state.video ? { ...state, video: { ...state.video, position, is_playing, at: event.at } } : state),
  "video.hidden": (state) => ({ ...state, video: null }),
  "poll.prepared": (state) => ({ ...state, prepared_changes: (state.prepared_changes ?? 0) + 1 }),
  "poll.opened": (state, { poll, ...known }, event) => ({ ...state, polls: { ...state.polls, [poll]: { has_answer: false, ...known, right: [], at: event.at, is_open: true, voters: 0, is_hidden: false, counts: {}, texts: [] } } }),
  "poll.closed": (state, { poll }) => withEntry(state, "polls", poll, { is_open: false }),
  "poll.answered": (state, { poll, right }) => withEntry(state, "polls", poll, { right }),
  "poll.counted": (state, { poll, ...counted }) => withEntry(state, "polls", poll, counted),
  "question.asked": (state, { question, person, text }, event) => ({ ...state, questions: { ...state.questions, [question]: { person, text, at: event.at, state: "open", answer: "", votes: 0 } } }),
  "question.taken": (state, { question }) => ({ ...state, question_now: question }),
  "question.changed": (state, { question, ...changed }) => withEntry(withoutNow(state, question), "questions", question, changed),
  "question.merged": (state, { question, into }) => withEntry(withoutNow(state, question), "questions", question, { state: "merged", into }),
  "question.published": (state, { question, is_published }) => withEntry(state, "questions", question, { is_published }),
  "question.voted": (state, { question, votes }) => withEntry(state, "questions", question, { votes }),
  "agenda.changed": (state) => ({ ...state, agenda_changes: (state.agenda_changes ?? 0) + 1 }),
  "agenda.begun": (state, { item, title, minutes }, event) => ({ ...state, agenda: { item, title, minutes, at: event.at, began_at: state.agenda?.began_at ?? event.at } }),
  "agenda.ended": (state) => ({ ...state, agenda: null }),
  "timer.started": (state, { seconds }, event) => ({ ...state, timer: { at: event.at, seconds } }),
  "timer.stopped": (state) => ({ ...state, timer: null }),
  "recording.started": (state, { recording }, event) => ({ ...state, recording: { id: recording, at: event.at } }),
  "recording.stopped": (state) => ({ ...state, recording: null }),
  "consent.answered": (state, { person, is_given }) => ({ ...state, consents: { ...state.consents, [person]: is_given } }),
  "caption.said": (state, { person, text }, event) => ({ ...state, captions: [...state.captions, { at: event.at, person, text }].slice(-KEPT_CAPTIONS) }),
};

/**
 * The state after an event; kinds that change nothing are passed over.
 * @param {State} state
 * @param {LiveEvent} event
 */
export function fold(state, event) {
  const step = steps[event.kind];
  return step ? step(state, event.payload, event) : state;
}

/**
 * What somebody may do now; the server says the same and has the last word.
 * @param {State} state
 * @param {string} person
 * @param {string[]} everybody
 * @returns {Set<string>}
 */
export function rightsOf(state, person, everybody) {
  const known = state.people[person] ?? { role: "participant", granted: [], revoked: [] };
  if (known.role === "host" || known.role === "cohost") return new Set(ALL);
  const base = known.role === "presenter" ? GIVEN : everybody.filter((right) => OPEN_RIGHTS.includes(right) && !state.locked.includes(right));
  const held = new Set([...base, ...known.granted]);
  for (const right of known.revoked) held.delete(right);
  return held;
}

/**
 * @param {State} state
 * @param {"polls" | "questions"} group
 * @param {string} key
 * @param {object} changes
 * @returns {State}
 */
function withEntry(state, group, key, changes) {
  const known = state[group][key];
  return known ? { ...state, [group]: { ...state[group], [key]: { ...known, ...changes } } } : state;
}

/**
 * @param {State} state
 * @param {string} question
 * @returns {State}
 */
function withoutNow(state, question) {
  return state.question_now === question ? { ...state, question_now: null } : state;
}

/**
 * @param {State} state
 * @param {string} person
 * @param {object} changes
 * @returns {State}
 */
function withPerson(state, person, changes) {
  const known = state.people[person] ?? { role: "participant", granted: [], revoked: [] };
  return { ...state, people: { ...state.people, [person]: { ...known, ...changes } } };
}

/**
 * @param {State} state
 * @param {string} person
 * @returns {State}
 */
function withoutHand(state, person) {
  return { ...state, hands: state.hands.filter((each) => each.person !== person), floor: state.floor === person ? null : state.floor };
}
