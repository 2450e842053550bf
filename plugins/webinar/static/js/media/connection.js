// One connection with the engine, in one direction. It opens, notices when nothing comes through, asks for new ICE
// credentials over the same encryption, and begins again from nothing when the engine does not know it any more.
import { describe } from "./sections.js";

/** @typedef {import("../media.js").State} State */

const DISCONNECTED_MS = 1200;
const AGAIN_MS = [250, 500, 1000, 2000, 3000];
const CONNECT_MS = 6000;

/** Answers that trying again at once cannot change. */
const FINAL = new Set(["full", "forbidden", "not_found", "bad_offer", "invalid"]);

export class MediaConnection extends EventTarget {
  #options;
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  #tries = 0;
  #timer = 0;
  #isBusy = false;
  #isClosed = false;
  #stood = false;
  #isOutdated = false;
  /** The engine's name of this connection. */
  peer = "";
  /** What each section is, by mid. @type {Record<string, string>} */
  mids = {};
  /** @type {State} */
  state = "idle";

  /**
   * @param {{direction: "send" | "receive", ask: import("../media.js").Ask, iceServers: RTCIceServer[],
   *   build: (peer: RTCPeerConnection) => void, onOpen: () => void}} options
   */
  constructor(options) {
    super();
    this.#options = options;
  }

  /** Connect from nothing. */
  async open() {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#setState(this.state === "idle" ? "connecting" : "reconnecting");
    const pc = this.#begin();
    try {
      await pc.setLocalDescription(await pc.createOffer());
      const answer = await this.#options.ask("media.offer", { direction: this.#options.direction, sdp: describe(pc) });
      if (pc !== this.#pc) return;
      this.peer = answer.peer;
      this.mids = answer.mids;
      await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      this.#options.onOpen();
      this.#later(CONNECT_MS, () => this.#recover());
    } catch (problem) {
      this.#stumble(problem, () => this.open());
    } finally {
      this.#release();
    }
  }

  /** The engine does not know this connection any more. */
  async reopen() {
    this.peer = "";
    if (this.#isBusy) this.#isOutdated = true; // what is under way may still be meant for the engine that is gone
    else await this.open();
  }

  /** An attempt has ended. */
  #release() {
    this.#isBusy = false;
    if (!this.#isOutdated) return;
    this.#isOutdated = false;
    void this.reopen();
  }

  /** The socket is back: tell it who we are, and look whether media needs help. */
  async resume() {
    if (!this.peer) return void this.open();
    try {
      const { bound } = await this.#options.ask("media.bind", { peer: this.peer });
      if (!bound) await this.reopen();
      else if (this.#pc?.connectionState !== "connected") await this.restart();
    } catch {
      // The socket is away again; it says so when it is back.
    }
  }

  /** New ICE credentials, so that another way through the network is found; nothing else changes. */
  async restart() {
    const pc = this.#pc;
    if (!pc || !this.peer) return void this.open();
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#setState("reconnecting");
    try {
      await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
      const answer = await this.#options.ask("media.restart", { peer: this.peer, sdp: describe(pc) });
      if (pc !== this.#pc) return;
      await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      this.#later(CONNECT_MS, () => this.#recover());
      if (pc.connectionState === "connected") this.#notice("connected"); // it was all the time; no event says so
    } catch (problem) {
      this.#stumble(problem, () => (isUnknown(problem) ? this.reopen() : this.restart()));
    } finally {
      this.#release();
    }
  }

  async close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#pc?.close();
    this.#pc = null;
    const peer = this.peer;
    this.peer = "";
    if (peer) await this.#options.ask("media.leave", { peer }).catch(() => undefined);
  }

  /** @param {string | undefined} mid */
  transceiver(mid) {
    return this.#pc?.getTransceivers().find((each) => each.mid === mid && mid !== undefined);
  }

  /** @returns {Promise<any[]>} */
  async stats() {
    return this.#pc ? [...(await this.#pc.getStats()).values()] : [];
  }

  #begin() {
    this.#pc?.close();
    const pc = (this.#pc = new RTCPeerConnection({ iceServers: this.#options.iceServers, bundlePolicy: "max-bundle" }));
    this.#stood = false;
    this.#options.build(pc);
    pc.addEventListener("connectionstatechange", () => pc === this.#pc && this.#notice(pc.connectionState));
    return pc;
  }

  /** @param {RTCPeerConnectionState} state */
  #notice(state) {
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#tries = 0;
      this.#stood = true;
      this.#setState("connected");
    } else if (state === "disconnected") {
      this.#setState("reconnecting");
      this.#later(DISCONNECTED_MS, () => this.#recover());
    } else if (state === "failed") void this.#recover();
  }

  /** A connection whose encryption never stood or broke cannot be restarted. */
  #recover() {
    const pc = this.#pc;
    if (!pc || pc.connectionState === "connected") return;
    const isWhole = this.#stood && pc.connectionState !== "connecting";
    return isWhole && this.peer ? this.restart() : this.reopen();
  }

  /**
   * @param {any} problem
   * @param {() => void} again
   */
  #stumble(problem, again) {
    if (this.#isClosed) return;
    const code = String(problem?.code ?? "failed");
    if (FINAL.has(code)) {
      this.#setState("failed");
      this.dispatchEvent(new CustomEvent("failed", { detail: { code, message: String(problem?.message ?? "") } }));
      return;
    }
    this.#setState("reconnecting");
    this.#later(AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)], again);
    this.#tries += 1;
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} call
   */
  #later(milliseconds, call) {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(call, milliseconds);
  }

  /** @param {State} state */
  #setState(state) {
    if (state === this.state || this.#isClosed) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}

/** @param {any} problem */
function isUnknown(problem) {
  return problem?.code === "unknown";
}
