// The room as a page sees it: its channels, its state, who is in it, and the orders that one gives.
import { Channel, newKey } from "contrada/channel.js";
import { fold, newState, rightsOf } from "./state.js";

/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */
/** @typedef {{ id: string, uid: string, name: string, initials: string, hue: number, role: string, state: string, is_guest: boolean, is_program: boolean }} PersonInfo */
/** @typedef {{ room: string, office: string, me: string, rights: string[] }} RoomOptions */

const HEARTBEAT_MS = 10000;
const LOOK_UP_MS = 150;
/** In a crowd not all pages ask for a new name in the same moment: so much later for each who is here, at most. */
const LATER_EACH_MS = 20;
/** Names asked for at once. */
const MOST_NAMES = 200;

/**
 * Dispatches `change` (something is different), `happened` (detail: LiveEvent, each new event of the room), `mine` (detail: LiveEvent
 * for this person alone), `staff` (detail: LiveEvent for those who lead), `connection` (detail: ChannelState), `hint`.
 */
export class Room extends EventTarget {
  state = newState();
  /** @type {Map<string, PersonInfo>} */
  people = new Map();
  /** @type {Set<string>} ids of accounts and visitors that are here */
  here = new Set();
  /** @type {LiveEvent[]} */
  staffLog = [];
  /** @type {LiveEvent[]} */
  ownLog = [];
  /** @type {Channel | null} */
  channel = null;
  /** @type {Channel | null} */
  #staff = null;
  #options;
  #mine;
  #heartbeat = 0;
  #lookUp = 0;
  /** @type {Set<string>} who is asked for with the next question */
  #asked = new Set();
  #asksForAll = false;
  #isChanged = false;
  #isLive = false;
  /** Others may be told to come before the state of the room is there; nothing is concluded from none. */
  #isKnown = false;

  /** @param {RoomOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#mine = this.#hear(`webinar_person:${options.me}`);
    this.#mine.addEventListener("event", (event) => {
      const detail = /** @type {CustomEvent<LiveEvent>} */ (event).detail;
      this.ownLog.push(detail);
      this.#tell("mine", detail);
      this.#changed();
    });
  }

  /** Come in: hear the room, and say every ten seconds that one is here. */
  open() {
    if (this.channel) return;
    const channel = (this.channel = this.#hear(`webinar:${this.#options.room}`));
    channel.addEventListener("snapshot", (event) => {
      this.state = { ...newState(), .../** @type {CustomEvent} */ (event).detail };
      this.#isKnown = true;
      void this.#learn();
    });
    channel.addEventListener("event", (event) => this.#take(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    channel.addEventListener("people", (event) => {
      this.here = new Set(/** @type {CustomEvent} */ (event).detail.people.map((/** @type {{ id: string }} */ one) => one.id));
      void this.#learn();
    });
    channel.addEventListener("presence", (event) => this.#meet(/** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("hint", (event) => this.#tell("hint", /** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("state", (event) => {
      this.#isLive = true;
      this.#tell("connection", /** @type {CustomEvent} */ (event).detail);
      if (channel.state === "live") void this.#learn();
    });
    this.#heartbeat = window.setInterval(() => void this.ask("here", {}).catch(() => undefined), HEARTBEAT_MS);
  }

  /** Go out. */
  async close() {
    clearInterval(this.#heartbeat);
    try {
      await this.ask("room.leave", {});
    } catch {
      // Without a connection the server notices by itself.
    }
    for (const channel of [this.channel, this.#staff, this.#mine]) channel?.close();
  }

  /** The id of this person. */
  get me() {
    return this.#options.me;
  }

  /** What this person may do now. */
  get rights() {
    return this.rightsOf(this.me);
  }

  /** @param {string} person */
  rightsOf(person) {
    return rightsOf(this.state, person, this.#options.rights);
  }

  get isModerator() {
    return this.rights.has("moderate");
  }

  /** Who is here now, those who lead first, then by name. */
  get present() {
    const order = { host: 0, cohost: 1, presenter: 2, participant: 3 };
    const rank = (/** @type {PersonInfo} */ one) => order[/** @type {keyof order} */ (this.state.people[one.id]?.role ?? "participant")];
    return [...this.people.values()]
      .filter((one) => (this.here.has(one.uid) || (one.is_program && one.state === "inside")) && !this.state.people[one.id]?.is_removed)
      .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  }

  /**
   * @param {string} person
   * @returns {string}
   */
  nameOf(person) {
    return this.people.get(person)?.name ?? "…";
  }

  /** @param {string} uid account or visitor */
  personOf(uid) {
    return [...this.people.values()].find((one) => one.uid === uid);
  }

  /**
   * Give an order; it is repeated until it is answered.
   * @param {string} name
   * @param {Record<string, unknown>} [data]
   * @param {string} [key]
   */
  order(name, data = {}, key = newKey()) {
    return (this.channel ?? this.#mine).order(name, { room: this.#options.room, ...data }, key);
  }

  /**
   * Ask something now.
   * @param {string} name
   * @param {object} data
   */
  ask(name, data) {
    return (this.channel ?? this.#mine).ask(name, { room: this.#options.room, ...data });
  }

  /**
   * @param {string} kind
   * @param {Record<string, unknown>} [payload]
   */
  hint(kind, payload = {}) {
    this.channel?.hint(kind, payload);
  }

  /** @param {LiveEvent} event */
  #take(event) {
    this.state = fold(this.state, event);
    const person = event.payload.person;
    if (typeof person === "string") this.#follow(person, event.kind);
    this.#hearStaff();
    this.#tell("happened", event);
    this.#changed();
  }

  /**
   * Somebody new has a name to be asked for. Programs have no socket by which the room knows that they are here: the log tells.
   * @param {string} person
   * @param {string} kind
   */
  #follow(person, kind) {
    const known = this.people.get(person);
    if (!known || (known.is_program && kind === "person.entered")) this.#learnSoon(person);
    else if (known.is_program && kind === "person.left") this.people.set(person, { ...known, state: "outside" });
  }

  /** @param {{ joined?: { id: string }, left?: string }} change */
  #meet({ joined, left }) {
    if (joined) this.here.add(joined.id);
    if (left) this.here.delete(left);
    if (joined && !this.personOf(joined.id)) this.#learnSoon();
    this.#changed();
  }

  /** @param {string} [person] who is asked for, besides all whom the log names and this page does not know */
  #learnSoon(person) {
    if (person) this.#asked.add(person);
    if (this.#lookUp) return;
    this.#lookUp = window.setTimeout(() => void this.#learnNew(), LOOK_UP_MS + Math.random() * this.here.size * LATER_EACH_MS);
  }

  async #learnNew() {
    this.#lookUp = 0;
    if (this.#asksForAll) {
      this.#asksForAll = false;
      await this.#learn();
      return;
    }
    const unknown = Object.keys(this.state.people).filter((person) => !this.people.has(person));
    const ids = [...new Set([...this.#asked, ...unknown])].slice(0, MOST_NAMES);
    for (const person of ids) this.#asked.delete(person);
    if (ids.length) await this.#learn(ids);
    if (this.#asked.size) this.#learnSoon();
  }

  /**
   * Names are not in the log: ask for them.
   * @param {string[]} [ids] without them, of everybody
   */
  async #learn(ids) {
    try {
      const { people } = await this.ask("people", ids ? { ids } : {});
      for (const one of people) this.people.set(one.id, one);
    } catch {
      this.#asksForAll ||= !ids;
      for (const person of ids ?? []) this.#asked.add(person);
      if (this.#isLive) this.#learnSoon();
    }
    this.#hearStaff();
    this.#changed();
  }

  #hearStaff() {
    if (this.#staff || !this.isModerator) return;
    this.#staff = this.#hear(`webinar_staff:${this.#options.room}`);
    this.#staff.addEventListener("event", (event) => {
      const detail = /** @type {CustomEvent<LiveEvent>} */ (event).detail;
      this.staffLog.push(detail);
      if (detail.kind === "lobby.changed") this.#learnSoon(String(detail.payload.person));
      this.#tell("staff", detail);
      this.#changed();
    });
  }

  /** @param {string} name */
  #hear(name) {
    return new Channel({ namespace: "/webinar", office: this.#options.office, name });
  }

  /** One `change` for everything that happens in a moment. */
  #changed() {
    if (this.#isChanged || !this.#isKnown) return;
    this.#isChanged = true;
    queueMicrotask(() => {
      this.#isChanged = false;
      this.#tell("change", null);
    });
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
