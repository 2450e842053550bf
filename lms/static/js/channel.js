// A live channel of the office: everything in order, nothing missed, nothing twice.
//
// The server numbers the events of a channel without holes. This class keeps the last number it has handed on, asks for
// what is missing (after a reconnect, when a number is skipped, when the heartbeat names a higher one) and sends what the
// person wrote again, under the same key, until the server has said that it is stored.
import { io } from "socket.io-client";

/** @typedef {{ id: string, name: string, initials: string, hue: number }} Person */
/** @typedef {{ seq: number, kind: string, payload: Record<string, unknown>, key: string, at: string, by: Person | null }} LiveEvent */
/** @typedef {"connecting" | "live" | "offline" | "refused"} ChannelState */
/** @typedef {{ code: string, message: string, fields: Record<string, string> }} Refusal */
/** @typedef {{ key: string, kind: string, payload: Record<string, unknown>, order?: string }} Unsent */
/** @typedef {{ resolve: (answer: any) => void, reject: (problem: ChannelError) => void }} Waiting */

const ANSWER_MS = 8000;
/** The server closes the connection of who sends a larger message (256,000 bytes with what is around it). */
const LARGEST_BYTES = 250_000;
const GAP_MS = 200;
const SPREAD_MS = 3000;
const SOON_MS = 1500;
const SOON_TRIES = 12;
const LATER_MS = 8000;
const TRY_AGAIN = new Set(["unavailable", "too_many", "not_connected", "full"]);
const GIVE_UP = new Set(["sign_in_needed", "forbidden", "switched_off", "no_office"]);

/** @type {Map<string, any>} */
const sockets = new Map();

/** A refusal by the server, with its stable code and a message for the person. */
export class ChannelError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.message);
    this.code = refusal.code;
    this.fields = refusal.fields;
  }
}

/**
 * Dispatches: `event` (detail: LiveEvent, in order), `snapshot` (detail: state), `people` (detail: {people, count}),
 * `presence` (detail: {joined} or {left}), `hint` (detail: {kind, payload, by}), `state` (detail: ChannelState).
 */
export class Channel extends EventTarget {
  #socket;
  #name;
  #last;
  #journalKey;
  /** @type {Map<number, LiveEvent>} */
  #early = new Map();
  /** @type {Map<string, Waiting>} */
  #waiting = new Map();
  /** @type {Unsent[]} */
  #unsent;
  /** @type {ChannelState} */
  #state = "connecting";
  #isJoining = false;
  #isSending = false;
  #joinAgain = false;
  #hasJoined = false;
  #gapTimer = 0;
  #isClosed = false;

  /**
   * @param {{ namespace: string, office: string, name: string, since?: number | null }} options
   * `since` is the number of the last event that the page already shows; null asks for the latest ones.
   */
  constructor({ namespace, office, name, since = null }) {
    super();
    this.#name = name;
    this.#last = since;
    this.#journalKey = `lms-unsent:${namespace}:${office}:${name}`;
    this.#unsent = readJournal(this.#journalKey);
    this.#socket = socketOf(namespace, office);
    this.#socket.on("connect", this.#onConnect);
    this.#socket.on("disconnect", this.#onDisconnect);
    this.#socket.on("connect_error", this.#onRefused);
    this.#socket.on("goodbye", this.#onGoodbye);
    this.#socket.on("event", this.#onEvent);
    this.#socket.on("heads", this.#onHeads);
    this.#socket.on("presence", this.#onPresence);
    this.#socket.on("hint", this.#onHint);
    document.addEventListener("visibilitychange", this.#onVisible);
    if (this.#socket.connected) this.#onConnect();
  }

  /** The state of the connection. */
  get state() {
    return this.#state;
  }

  /** The number of the last event handed on; null before the first answer. */
  get last() {
    return this.#last;
  }

  /** What was written and is not yet known to be stored. */
  get unsent() {
    return [...this.#unsent];
  }

  /**
   * Write an event. Survives a lost connection and a reload of the page; resolves with its number once it is stored.
   * @param {string} kind
   * @param {Record<string, unknown>} payload
   * @param {string} [key]
   * @returns {Promise<number>}
   */
  append(kind, payload, key = newKey()) {
    return this.#keep({ key, kind, payload });
  }

  /**
   * Give an order of the namespace that carries a key. Kept and repeated like what is written with `append`.
   * @param {string} order
   * @param {Record<string, unknown>} data
   * @param {string} [key]
   * @returns {Promise<any>} the answer
   */
  order(order, data, key = newKey()) {
    return this.#keep({ key, kind: "", payload: data, order });
  }

  /**
   * Ask the namespace something now; rejects with a ChannelError, or any other error while there is no connection.
   * @param {string} event
   * @param {object} data
   * @returns {Promise<any>}
   */
  ask(event, data) {
    return this.#ask(event, data);
  }

  /**
   * Hear a message of the namespace that is sent to this connection alone.
   * @param {string} event
   * @param {(data: any) => void} listener
   */
  on(event, listener) {
    this.#socket.on(event, listener);
  }

  /**
   * Tell the others something fleeting; lost if there is no connection.
   * @param {string} kind
   * @param {Record<string, unknown>} payload
   */
  hint(kind, payload) {
    if (this.#state === "live") this.#socket.volatile.emit("hint", { channel: this.#name, kind, payload });
  }

  /** Hear the channel no more. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#gapTimer);
    document.removeEventListener("visibilitychange", this.#onVisible);
    for (const [name, listener] of /** @type {const} */ ([
      ["connect", this.#onConnect], ["disconnect", this.#onDisconnect], ["connect_error", this.#onRefused],
      ["goodbye", this.#onGoodbye], ["event", this.#onEvent], ["heads", this.#onHeads],
      ["presence", this.#onPresence], ["hint", this.#onHint],
    ])) this.#socket.off(name, listener);
    if (this.#socket.connected) this.#socket.emit("leave", { channel: this.#name });
  }

  // --- connection

  #onConnect = () => {
    this.#hasJoined = false;
    void this.#join();
  };

  /** @param {string} reason */
  #onDisconnect = (reason) => {
    this.#hasJoined = false;
    if (this.#state !== "refused") this.#setState("offline");
    if (reason === "io server disconnect" && this.#state !== "refused") this.#connectLater();
  };

  /** @param {Error & { data?: { code?: string } }} problem */
  #onRefused = (problem) => {
    const code = problem.data?.code ?? "";
    this.#setState(GIVE_UP.has(code) ? "refused" : "offline");
    if (!this.#socket.active && !GIVE_UP.has(code)) this.#connectLater();
  };

  /** @param {{ code: string }} goodbye */
  #onGoodbye = ({ code }) => {
    if (GIVE_UP.has(code)) this.#setState("refused");
  };

  #onVisible = () => {
    if (document.visibilityState === "visible" && this.#hasJoined) void this.#join();
  };

  #connectLater() {
    setTimeout(() => this.#isClosed || this.#socket.connected || this.#socket.connect(), SPREAD_MS * (1 + Math.random()));
  }

  /** @param {ChannelState} state */
  #setState(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#tell("state", state);
  }

  // --- receiving

  async #join() {
    if (this.#isJoining) {
      this.#joinAgain = true;
      return;
    }
    this.#isJoining = true;
    try {
      do {
        this.#joinAgain = false;
        const answer = await this.#ask("join", { channel: this.#name, since: this.#last });
        this.#take(answer);
        if (answer.has_more) this.#joinAgain = true;
      } while (this.#joinAgain && !this.#isClosed);
      this.#hasJoined = true;
      this.#setState("live");
      void this.#send();
    } catch (problem) {
      this.#afterFailedJoin(problem);
    } finally {
      this.#isJoining = false;
    }
  }

  /** @param {unknown} problem */
  #afterFailedJoin(problem) {
    const code = problem instanceof ChannelError ? problem.code : "";
    if (GIVE_UP.has(code) || code === "no_channel") this.#setState("refused");
    else setTimeout(() => !this.#isClosed && this.#socket.connected && void this.#join(), SPREAD_MS);
  }

  /** @param {any} answer */
  #take(answer) {
    if (answer.snapshot) {
      this.#last = answer.snapshot.seq;
      this.#tell("snapshot", answer.snapshot.state);
    }
    for (const event of answer.events) this.#receive(event);
    if (this.#last === null) this.#last = answer.head;
    this.#drain();
    if (answer.people) this.#tell("people", { people: answer.people, count: answer.people_count });
  }

  /** @param {{ channel: string, event: LiveEvent }} message */
  #onEvent = ({ channel, event }) => {
    if (channel !== this.#name) return;
    if (this.#last !== null && event.seq === this.#last + 1) {
      this.#receive(event);
      this.#drain();
    } else if (this.#last === null || event.seq > this.#last) {
      this.#early.set(event.seq, event);
      this.#lookForGap();
    }
  };

  /** @param {{ channel: string, head: number }} message */
  #onHeads = ({ channel, head }) => {
    if (channel === this.#name && this.#last !== null && head > this.#last) this.#lookForGap(head);
  };

  /** Commits may overtake each other by a moment: wait for it before asking. */
  #lookForGap(head = 0) {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = setTimeout(() => {
      const isBehind = this.#early.size > 0 || (this.#last !== null && head > this.#last);
      if (isBehind && !this.#isClosed && this.#socket.connected) void this.#join();
    }, GAP_MS);
  }

  #drain() {
    for (let next; this.#last !== null && (next = this.#early.get(this.#last + 1)); ) this.#receive(next);
    for (const seq of this.#early.keys()) if (this.#last !== null && seq <= this.#last) this.#early.delete(seq);
  }

  /** @param {LiveEvent} event */
  #receive(event) {
    if (this.#last !== null && event.seq <= this.#last) return;
    this.#last = event.seq;
    this.#settle(event.key, (waiting) => waiting.resolve(event.seq));
    this.#tell("event", event);
  }

  /** @param {{ channel: string }} message */
  #onPresence = (message) => {
    if (message.channel === this.#name) this.#tell("presence", message);
  };

  /** @param {{ channel: string }} message */
  #onHint = (message) => {
    if (message.channel === this.#name) this.#tell("hint", message);
  };

  // --- sending

  /**
   * Keep it until the server has answered. What the server would hang up on is refused here, or it would be sent again for ever.
   * @param {Unsent} unsent
   * @returns {Promise<any>}
   */
  #keep(unsent) {
    if (new Blob([JSON.stringify(unsent)]).size > LARGEST_BYTES) {
      return Promise.reject(new ChannelError({ code: "too_large", message: document.documentElement.dataset.tooLong ?? "", fields: {} }));
    }
    this.#unsent.push(unsent);
    this.#writeJournal();
    const done = new Promise((resolve, reject) => this.#waiting.set(unsent.key, { resolve, reject }));
    void this.#send();
    return done;
  }

  async #send() {
    if (this.#isSending || !this.#hasJoined) return;
    this.#isSending = true;
    try {
      while (this.#unsent.length > 0 && this.#hasJoined) await this.#sendOne(this.#unsent[0]);
    } catch {
      if (this.#socket.connected) setTimeout(() => void this.#send(), SPREAD_MS * (0.5 + Math.random()));
    } finally {
      this.#isSending = false;
    }
  }

  /** @param {Unsent} unsent */
  async #sendOne(unsent) {
    try {
      const { order, key, payload } = unsent;
      const answer = order ? await this.#ask(order, { ...payload, key }) : await this.#ask("append", { channel: this.#name, ...unsent });
      this.#settle(unsent.key, (waiting) => waiting.resolve(order ? answer : answer.seq));
    } catch (problem) {
      if (!(problem instanceof ChannelError) || TRY_AGAIN.has(problem.code)) throw problem;
      this.#settle(unsent.key, (waiting) => waiting.reject(problem));
    }
  }

  /**
   * @param {string} key
   * @param {(waiting: Waiting) => void} end
   */
  #settle(key, end) {
    const before = this.#unsent.length;
    this.#unsent = this.#unsent.filter((each) => each.key !== key);
    if (this.#unsent.length !== before) this.#writeJournal();
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (waiting) end(waiting);
  }

  #writeJournal() {
    try {
      sessionStorage.setItem(this.#journalKey, JSON.stringify(this.#unsent));
    } catch {
      // Storage is full or forbidden: what was written then lives as long as the page.
    }
  }

  /**
   * @param {string} event
   * @param {object} data
   * @returns {Promise<any>}
   */
  async #ask(event, data) {
    const answer = await this.#socket.timeout(ANSWER_MS).emitWithAck(event, data);
    if (!answer.ok) throw new ChannelError(answer.error);
    return answer;
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/**
 * Ask a namespace something that belongs to no channel; rejects with a ChannelError, or any other error while there is no connection.
 * @param {string} namespace
 * @param {string} office
 * @param {string} event
 * @param {object} data
 * @returns {Promise<any>}
 */
export async function ask(namespace, office, event, data) {
  const answer = await socketOf(namespace, office).timeout(ANSWER_MS).emitWithAck(event, data);
  if (!answer.ok) throw new ChannelError(answer.error);
  return answer;
}

/** A key that nobody else has (`crypto.randomUUID` needs https). */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} namespace
 * @param {string} office
 */
function socketOf(namespace, office) {
  const id = `${namespace} ${office}`;
  let socket = sockets.get(id);
  if (!socket) {
    socket = io(namespace, {
      transports: ["websocket"],
      auth: { office },
      reconnectionDelay: 400,
      reconnectionDelayMax: SOON_MS,
      randomizationFactor: 0.5,
    });
    // A server that was only restarted is there again within seconds; one that is away for long is asked less often.
    const { io: manager } = socket;
    manager.on("reconnect_attempt", (/** @type {number} */ tries) => manager.reconnectionDelayMax(tries < SOON_TRIES ? SOON_MS : LATER_MS));
    sockets.set(id, socket);
  }
  return socket;
}

/**
 * @param {string} key
 * @returns {Unsent[]}
 */
function readJournal(key) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}
