// The browser's half of a room's media: one connection that sends, one that receives, and everything needed to get them
// back by themselves. What is in which slot is told by messages of the socket; nothing is ever negotiated again for it.
import { MediaConnection } from "./media/connection.js";
import { addReceivers, addSenders, SENDERS } from "./media/sections.js";

/** @typedef {"idle" | "connecting" | "connected" | "reconnecting" | "failed"} State */
/** @typedef {"microphone" | "camera" | "screen" | "screen_sound"} Kind */
/** @typedef {(event: string, data: object) => Promise<any>} Ask */
/** @typedef {{videos: {person: string, height: number}[], speakers: number, screen: boolean, sound: boolean}} Wish */
/** @typedef {{person: string, kind: Kind, track: MediaStreamTrack}} ShownSlot */

/** From the worst to the best: the link is as good as its worse connection. */
const STATES = /** @type {State[]} */ (["failed", "reconnecting", "connecting", "connected"]);

export class MediaLink extends EventTarget {
  /** @type {Ask} */
  #ask;
  /** @type {RTCIceServer[]} */
  #iceServers;
  /** @type {MediaConnection | null} */
  #sending = null;
  /** @type {MediaConnection | null} */
  #receiving = null;
  /** @type {Map<Kind, MediaStreamTrack>} */
  #tracks = new Map();
  /** @type {Wish} */
  #wish = { videos: [], speakers: 0, screen: true, sound: true };
  /** @type {Map<string, {mid: string, person: string, kind: Kind}[]>} */
  #shown = new Map();
  #isAsking = false;
  #hasNewWish = false;
  /** @type {State} */
  state = "idle";

  #onOnline = () => void this.restartAll();

  /** @param {{ask: Ask, iceServers?: RTCIceServer[]}} options */
  constructor({ ask, iceServers = [] }) {
    super();
    this.#ask = ask;
    this.#iceServers = iceServers;
  }

  /**
   * Open the receiving connection; its slots never change.
   * @param {{audio: number, video: number, screen: number}} slots
   */
  async listen(slots = { audio: 4, video: 9, screen: 1 }) {
    if (this.#receiving) return;
    this.#receiving = this.#connect("receive", (peer) => addReceivers(peer, slots), () => this.#afterReceiving());
    await this.#receiving.open();
  }

  /**
   * Send a track; the first opens the sending connection. Another of the same kind takes its place.
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  async publish(kind, track) {
    this.#tracks.set(kind, track);
    if (!this.#sending) {
      this.#sending = this.#connect("send", addSenders, () => this.#fillSenders());
      await this.#sending.open();
    } else {
      await this.#fillSenders();
    }
  }

  /**
   * Stop sending a kind. The track itself goes on; it is its owner's.
   * @param {Kind} kind
   */
  async unpublish(kind) {
    this.#tracks.delete(kind);
    await this.#fillSenders();
  }

  /**
   * Say what the page shows now; nothing else is received.
   * @param {Wish} wish
   */
  wish(wish) {
    this.#wish = wish;
    this.#hasNewWish = true;
    void this.#sendWish();
  }

  /**
   * Take a "media" message of the socket.
   * @param {any} message
   */
  handle(message) {
    const connection = this.#connections.find((each) => each.peer === message.peer);
    if (message.type === "slots") {
      this.#shown.set(message.peer, message.slots);
      this.#showSlots();
    } else if (message.type === "speaking") this.#emit("speaking", message.persons);
    else if (message.type === "sources") this.#emit("sources", message.sources);
    else if (message.type === "quality") this.#emit("quality", message.verdict);
    else if (message.type === "gone" || message.type === "restarted") void connection?.reopen();
  }

  /** The socket is connected again: what it tells must reach us, and what waited for it can go on. */
  resume() {
    for (const each of this.#connections) void each.resume();
    if (this.#hasNewWish) void this.#sendWish();
  }

  /** Look for another way through the network, as when it has changed. */
  async restartAll() {
    await Promise.all(this.#connections.map((each) => each.restart()));
  }

  /** Leave. The link can be used again afterwards. */
  async close() {
    const connections = this.#connections;
    removeEventListener("online", this.#onOnline);
    this.#sending = this.#receiving = null;
    this.#tracks.clear();
    this.#shown.clear();
    this.#follow();
    await Promise.all(connections.map((each) => each.close()));
  }

  /** The numbers of a connection, for pages that show them and for tests. @param {"send" | "receive"} direction */
  async stats(direction) {
    const connection = direction === "send" ? this.#sending : this.#receiving;
    return connection?.stats() ?? [];
  }

  /**
   * @param {"send" | "receive"} direction
   * @param {(peer: RTCPeerConnection) => void} build
   * @param {() => void} onOpen
   */
  #connect(direction, build, onOpen) {
    addEventListener("online", this.#onOnline);
    const connection = new MediaConnection({ direction, ask: this.#ask, iceServers: this.#iceServers, build, onOpen });
    connection.addEventListener("state", () => this.#follow());
    connection.addEventListener("failed", (event) => this.#emit("failed", /** @type {CustomEvent} */ (event).detail));
    return connection;
  }

  get #connections() {
    return [this.#sending, this.#receiving].filter((each) => each !== null);
  }

  #follow() {
    const states = this.#connections.map((each) => each.state);
    const state = STATES.find((each) => states.includes(each)) ?? "idle";
    if (state === this.state) return;
    this.state = state;
    this.#emit("state", state);
  }

  #afterReceiving() {
    this.#hasNewWish = true;
    void this.#sendWish();
    this.#showSlots();
  }

  async #fillSenders() {
    const mids = this.#sending?.mids ?? {};
    const kinds = /** @type {Kind[]} */ (Object.keys(SENDERS));
    const work = kinds.map(async (kind) => {
      const transceiver = this.#sending?.transceiver(Object.keys(mids).find((mid) => mids[mid] === kind));
      const track = this.#tracks.get(kind) ?? null;
      if (transceiver && transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    });
    await Promise.all(work);
  }

  async #sendWish() {
    const peer = this.#receiving?.peer;
    if (!peer || this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#hasNewWish) {
        this.#hasNewWish = false;
        await this.#ask("media.wish", { peer, ...this.#wish });
      }
    } catch {
      this.#hasNewWish = true; // the socket is away, or the connection is new; both come back here
    } finally {
      this.#isAsking = false;
    }
  }

  #showSlots() {
    const receiving = this.#receiving;
    const slots = this.#shown.get(receiving?.peer ?? "");
    if (!receiving || !slots) return;
    const shown = [];
    for (const { mid, person, kind } of slots) {
      const track = receiving.transceiver(mid)?.receiver.track;
      if (track) shown.push({ person, kind, track });
    }
    this.#emit("slots", shown);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
