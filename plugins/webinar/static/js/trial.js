// The way to the media server and back, tried before the room: connected or not, how well, and how one sounds to others.
import { request } from "contrada/request.js";
import { MediaConnection } from "./media/connection.js";
import { addReceivers, addSenders } from "./media/sections.js";
import { part, words } from "./parts.js";

/** @typedef {{ received: number, lost: number, seconds: number, isTcp: boolean }} Measured */

const CONNECT_MS = 12_000;
const LISTEN_MS = 4_000;
const LOOK_MS = 250;
/** From here on a link is weak: the share of packets that are lost, and the seconds there and back. */
const WEAK = { lost: 0.05, seconds: 0.4 };
/** Samples lie between -1 and 1; what never comes further than this is nothing said. */
const SILENCE = 0.004;

export class Trial {
  #button = /** @type {HTMLButtonElement} */ (part("try-connection"));
  #result = part("trial-result");
  #echo = /** @type {HTMLAudioElement} */ (part("trial-echo"));
  #microphone;
  /** @type {MediaConnection[]} */
  #connections = [];
  #isRunning = false;
  #problem = "";

  /** @param {() => MediaStreamTrack | null} microphone what is sent, if it is on; else a tone nobody hears */
  constructor(microphone) {
    this.#microphone = microphone;
    this.#button.addEventListener("click", () => void this.run());
  }

  /** Try once; pressing again meanwhile changes nothing. */
  async run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#button.setAttribute("aria-disabled", "true");
    this.#problem = "";
    const own = this.#microphone();
    const sent = own ? { track: own.clone(), close: () => undefined } : tone();
    try {
      this.#say("", (own ? words.trialSpeak : words.trialRuns) ?? "");
      const [sending, receiving] = await this.#connect(sent.track);
      const { measured, echo } = await this.#listen(sending, receiving);
      const isSilent = own !== null && (await loudest(echo)) < SILENCE;
      this.#judge(measured, isSilent);
      if (own && !isSilent) this.#play(echo);
    } catch (problem) {
      this.#say("bad", (problem instanceof Unreachable && this.#problem) || words.trialBlocked || "");
    } finally {
      sent.track.stop();
      sent.close();
      await this.close();
      this.#button.removeAttribute("aria-disabled");
      this.#isRunning = false;
    }
  }

  /** Leave nothing behind. */
  async close() {
    const held = this.#connections;
    this.#connections = [];
    if (!held.length) return;
    await Promise.all(held.map((each) => each.close()));
    await request(`${this.#button.dataset.address}/end`, { method: "POST" }).catch(() => undefined); // the server forgets it by itself
  }

  /**
   * Both directions, with the track on its way. Throws Unreachable.
   * @param {MediaStreamTrack} track
   */
  async #connect(track) {
    const sending = this.#open("send", addSenders, () => {
      const mid = Object.keys(sending.mids).find((each) => sending.mids[each] === "microphone");
      void sending.transceiver(mid)?.sender.replaceTrack(track);
    });
    const receiving = this.#open("receive", (peer) => addReceivers(peer, { audio: 1, video: 0, screen: 0 }), () => undefined);
    this.#connections = [sending, receiving];
    await Promise.all([this.#stands(sending), this.#stands(receiving)]);
    return this.#connections;
  }

  /**
   * @param {"send" | "receive"} direction
   * @param {(peer: RTCPeerConnection) => void} build
   * @param {() => void} onOpen
   */
  #open(direction, build, onOpen) {
    const ask = async (/** @type {string} */ event, /** @type {object} */ data) => {
      if (event !== "media.offer") return {};
      const body = new FormData();
      for (const [name, value] of Object.entries(data)) body.set(name, value);
      try {
        return await request(this.#button.dataset.address ?? "", { method: "POST", body });
      } catch (problem) {
        this.#problem = problem instanceof Error ? problem.message : "";
        throw problem;
      }
    };
    return new MediaConnection({ direction, ask, iceServers: [], build, onOpen });
  }

  /** @param {MediaConnection} connection */
  #stands(connection) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Unreachable()), CONNECT_MS);
      connection.addEventListener("state", () => {
        if (connection.state !== "connected") return;
        clearTimeout(timer);
        resolve(undefined);
      });
      void connection.open();
    });
  }

  /**
   * Hear what comes back for a while: its numbers, and its sound.
   * @param {MediaConnection} sending
   * @param {MediaConnection} receiving
   */
  async #listen(sending, receiving) {
    const track = receiving.transceiver(Object.keys(receiving.mids)[0])?.receiver.track;
    if (!track) throw new Unreachable();
    const stream = new MediaStream([track]);
    const silent = Object.assign(new Audio(), { muted: true, srcObject: stream }); // Chrome decodes only what something plays
    void silent.play().catch(() => undefined);
    const recorder = new MediaRecorder(stream);
    /** @type {Blob[]} */
    const pieces = [];
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    const until = performance.now() + LISTEN_MS;
    recorder.start();
    let measured = await measure(sending, receiving);
    while (performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      measured = await measure(sending, receiving);
    }
    recorder.stop();
    await stopped;
    Object.assign(silent, { srcObject: null });
    return { measured, echo: new Blob(pieces, { type: recorder.mimeType }) };
  }

  /**
   * @param {Measured} measured
   * @param {boolean} isSilent
   */
  #judge(measured, isSilent) {
    const { received, lost, seconds, isTcp } = measured;
    const isWeak = lost / Math.max(1, lost + received) > WEAK.lost || seconds > WEAK.seconds;
    if (!received) this.#say("bad", words.trialBlocked ?? "");
    else if (isSilent) this.#say("weak", words.trialSilent ?? "");
    else if (isTcp) this.#say("weak", words.trialTcp ?? "");
    else if (isWeak) this.#say("weak", words.trialWeak ?? "");
    else this.#say("good", words.trialGood ?? "");
  }

  /** @param {Blob} echo */
  #play(echo) {
    if (this.#echo.src) URL.revokeObjectURL(this.#echo.src);
    this.#echo.src = URL.createObjectURL(echo);
    part("trial-hear").hidden = false;
    void this.#echo.play().catch(() => undefined); // where the browser waits for a press, the player is there
  }

  /**
   * @param {"" | "good" | "weak" | "bad"} verdict
   * @param {string} text
   */
  #say(verdict, text) {
    this.#result.hidden = false;
    this.#result.dataset.verdict = verdict;
    part("trial-text").textContent = text;
    if (!verdict) part("trial-hear").hidden = true;
  }
}

/** No connection in time. */
class Unreachable extends Error {}

/** A tone that goes to the server only. */
function tone() {
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const out = context.createMediaStreamDestination();
  oscillator.connect(out);
  oscillator.start();
  return { track: out.stream.getAudioTracks()[0], close: () => void context.close() };
}

/**
 * @param {MediaConnection} sending
 * @param {MediaConnection} receiving
 * @returns {Promise<Measured>}
 */
async function measure(sending, receiving) {
  const [up, down] = await Promise.all([sending.stats(), receiving.stats()]);
  const heard = down.find((each) => each.type === "inbound-rtp" && each.kind === "audio");
  const pair = up.find((each) => each.type === "candidate-pair" && each.nominated && each.state === "succeeded");
  const own = up.find((each) => each.id === pair?.localCandidateId);
  const told = up.find((each) => each.type === "remote-inbound-rtp" && each.kind === "audio");
  return {
    received: heard?.packetsReceived ?? 0,
    lost: Math.max(0, heard?.packetsLost ?? 0) + Math.max(0, told?.packetsLost ?? 0),
    seconds: pair?.currentRoundTripTime ?? 0,
    isTcp: own?.protocol === "tcp",
  };
}

/**
 * How far the samples of a recording go from 0; 0 for one without sound.
 * @param {Blob} recording
 */
async function loudest(recording) {
  const context = new OfflineAudioContext(1, 1, 48_000);
  try {
    const sound = await context.decodeAudioData(await recording.arrayBuffer());
    return sound.getChannelData(0).reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  } catch {
    return 0; // nothing came that can be decoded
  }
}
