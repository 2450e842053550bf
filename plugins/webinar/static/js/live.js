// Sound and pictures of the room: what is sent from here, what is shown of others, and how much of it one wants.
import { toast } from "contrada/toast.js";
import { openCamera, openMicrophone, whyNot } from "./devices.js";
import { MediaLink } from "./media.js";
import { announce, complain, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {"all" | "no_video" | "slides_sound" | "sound" | "text"} Mode */
/** @typedef {"microphone" | "camera" | "screen"} Toggle */

const RIGHTS = /** @type {const} */ ({ microphone: "speak", camera: "camera", screen: "share" });
const WISH_MS = 250;

export class Live extends EventTarget {
  #room;
  #stage;
  #link;
  /** @type {Partial<Record<Toggle | "screen_sound", MediaStreamTrack>>} */
  #own = {};
  /** @type {Map<string, HTMLAudioElement>} */
  #sounds = new Map();
  /** @type {{ videos: { person: string, height: number }[], speakers: number, screen: boolean }} */
  #wanted = { videos: [], speakers: 0, screen: false };
  #wished = "";
  #wishTimer = 0;
  #isListening = false;
  /** @type {Mode} */
  mode = "all";

  /**
   * @param {Room} room
   * @param {Stage} stage
   */
  constructor(room, stage) {
    super();
    this.#room = room;
    this.#stage = stage;
    this.#link = new MediaLink({ ask: (event, data) => room.ask(event, data) });
    this.#link.addEventListener("slots", (event) => this.#showSlots(/** @type {CustomEvent} */ (event).detail));
    this.#link.addEventListener("sources", (event) => {
      stage.setSources(/** @type {CustomEvent} */ (event).detail);
      this.dispatchEvent(new Event("sources"));
    });
    this.#link.addEventListener("speaking", (event) => stage.setSpeaking(/** @type {CustomEvent} */ (event).detail));
    this.#link.addEventListener("quality", (event) => this.#showQuality(/** @type {CustomEvent} */ (event).detail));
    this.#link.addEventListener("state", () => this.#showState());
    this.#link.addEventListener("failed", (event) => this.#fail(/** @type {CustomEvent} */ (event).detail));
    room.channel?.on("media", (message) => this.#link.handle(message));
    room.addEventListener("connection", (event) => {
      if (/** @type {CustomEvent} */ (event).detail !== "live") return;
      if (this.#isListening) this.#link.resume();
      else void this.#listen();
    });
    room.addEventListener("change", () => this.#checkRights());
    stage.addEventListener("wish", (event) => this.#want(/** @type {CustomEvent} */ (event).detail));
    for (const name of /** @type {Toggle[]} */ (["microphone", "camera", "screen"])) {
      this.#buttonOf(name).addEventListener("click", () => void this.toggle(name));
    }
    for (const choice of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[name=webinar-data]"))) {
      choice.addEventListener("change", () => void this.#setMode(/** @type {Mode} */ (choice.value)));
    }
    part("sound-allow").addEventListener("click", () => {
      part("sound-blocked").hidden = true;
      for (const sound of this.#sounds.values()) void sound.play().catch(() => undefined);
    });
    part("media-again").addEventListener("click", () => void this.#again());
  }

  /** What was switched on before the room goes with it. @param {MediaStreamTrack | null} microphone @param {MediaStreamTrack | null} camera */
  async bring(microphone, camera) {
    if (microphone) await this.#send("microphone", microphone);
    if (camera) await this.#send("camera", camera);
  }

  /** @param {Toggle} name */
  async toggle(name) {
    if (this.#own[name]) return this.stop(name);
    try {
      if (name === "screen") await this.#share();
      else await this.#send(name, name === "camera" ? await openCamera() : await openMicrophone());
    } catch (problem) {
      if (name !== "screen" || !(problem instanceof DOMException)) toast((problem instanceof DOMException ? words[whyNot(problem)] : words.mediaFailed) ?? "", "warn");
    }
  }

  /** @param {Toggle | "screen_sound"} name */
  async stop(name) {
    const track = this.#own[name];
    delete this.#own[name];
    track?.stop();
    if (name === "camera") this.#stage.setCamera(this.#room.me, null);
    if (name === "screen") await this.stop("screen_sound");
    if (name !== "screen_sound") this.#showButton(name);
    await this.#link.unpublish(name).catch(() => undefined);
  }

  /** What a moderator asked of this page. @param {string} kind */
  asked(kind) {
    const what = /** @type {Record<string, Toggle>} */ ({ mute: "microphone", camera_off: "camera", share_off: "screen" })[kind];
    if (!what || !this.#own[what]) return;
    void this.stop(what);
    toast((what === "microphone" ? words.mutedBy : words.cameraBy) ?? "", "info");
  }

  /** Everything off; the room is left. */
  async close() {
    for (const name of /** @type {Toggle[]} */ (["microphone", "camera", "screen"])) if (this.#own[name]) void this.stop(name);
    this.#showSlots([]);
    await this.#link.close().catch(() => undefined);
  }

  async #listen() {
    if (this.mode === "text") return;
    this.#isListening = true;
    try {
      await this.#link.listen();
      this.#want(this.#wanted);
    } catch {
      this.#isListening = false;
    }
  }

  async #again() {
    part("media-problem").hidden = true;
    this.#isListening = false;
    await this.#link.close().catch(() => undefined);
    await this.#listen();
    for (const [name, track] of Object.entries(this.#own)) await this.#link.publish(/** @type {Toggle} */ (name), track).catch(() => undefined);
  }

  /**
   * @param {Toggle} name
   * @param {MediaStreamTrack} track
   */
  async #send(name, track) {
    this.#own[name] = track;
    track.addEventListener("ended", () => void this.stop(name));
    if (name === "camera") this.#stage.setCamera(this.#room.me, track);
    this.#showButton(name);
    // Whoever leads may have switched it off for this person: now they switched it on again themselves.
    this.#room.order("sending.go_on", { right: RIGHTS[name] }).catch(complain);
    await this.#link.publish(name, track);
  }

  async #share() {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true });
    const [picture] = stream.getVideoTracks();
    const [sound] = stream.getAudioTracks();
    picture.contentHint = "detail";
    await this.#send("screen", picture);
    if (!sound) return;
    this.#own.screen_sound = sound;
    await this.#link.publish("screen_sound", sound);
  }

  /** @param {{ person: string, kind: string, track: MediaStreamTrack }[]} slots */
  #showSlots(slots) {
    const cameras = new Map(slots.filter((each) => each.kind === "camera").map((each) => [each.person, each.track]));
    this.#stage.setCameras(cameras);
    this.#stage.setScreen(slots.find((each) => each.kind === "screen")?.track ?? null);
    const heard = new Map(slots.filter((each) => each.kind === "microphone" || each.kind === "screen_sound").map((each) => [each.track.id, each.track]));
    for (const [id, sound] of this.#sounds) {
      if (heard.has(id)) continue;
      sound.srcObject = null;
      this.#sounds.delete(id);
    }
    for (const [id, track] of heard) {
      if (this.#sounds.has(id)) continue;
      const sound = new Audio();
      sound.srcObject = new MediaStream([track]);
      this.#sounds.set(id, sound);
      sound.play().catch(() => (part("sound-blocked").hidden = false));
    }
  }

  /** @param {{ videos: { person: string, height: number }[], speakers: number, screen: boolean }} wanted */
  #want(wanted) {
    this.#wanted = wanted;
    clearTimeout(this.#wishTimer);
    this.#wishTimer = window.setTimeout(() => {
      const isSeen = this.mode === "all" || this.mode === "no_video" || this.mode === "slides_sound";
      const wish = {
        videos: this.mode === "all" ? this.#wanted.videos : [], speakers: 0,
        screen: isSeen && (this.#wanted.screen || this.#stage.isScreenShared), sound: this.mode !== "text",
      };
      const stamp = JSON.stringify(wish);
      if (stamp === this.#wished || !this.#isListening) return;
      this.#wished = stamp;
      this.#link.wish(wish);
    }, WISH_MS);
  }

  /** @param {Mode} mode */
  async #setMode(mode) {
    this.mode = mode;
    this.#stage.isWithoutVideo = mode !== "all";
    if (mode !== "all" && this.#own.camera) await this.stop("camera");
    this.#wished = "";
    if (mode === "text") {
      this.#isListening = false;
      await this.close();
    } else if (!this.#isListening) await this.#listen();
    this.#stage.show();
    this.#want(this.#wanted);
  }

  /** What one may not send any more goes off here too; the server drops it anyway. */
  #checkRights() {
    const rights = this.#room.rights;
    for (const name of /** @type {Toggle[]} */ (["microphone", "camera", "screen"])) {
      if (!this.#own[name] || rights.has(RIGHTS[name])) continue;
      void this.stop(name);
      toast(words.rightGone ?? "", "info");
    }
  }

  /** @param {Toggle} name */
  #buttonOf(name) {
    return /** @type {HTMLButtonElement} */ (document.querySelector(`[data-toggle="${name}"]`));
  }

  /** @param {Toggle} name */
  #showButton(name) {
    this.#buttonOf(name).setAttribute("aria-pressed", String(this.#own[name] !== undefined));
  }

  #showState() {
    const state = this.#link.state;
    if (state === "connected") part("media-problem").hidden = true;
    part("media-reconnecting").hidden = state !== "reconnecting";
    document.documentElement.dataset.media = state;
  }

  /** @param {{ code: string, message: string }} problem */
  #fail(problem) {
    const text = problem.code === "full" ? problem.message : (words.mediaFailed ?? "");
    part("media-problem-text").textContent = text;
    part("media-problem").hidden = false;
    announce(text);
  }

  /** @param {"good" | "weak" | "poor"} verdict */
  #showQuality(verdict) {
    const place = part("quality");
    place.hidden = verdict === "good";
    place.dataset.verdict = verdict;
    part("quality-text").textContent = (verdict === "poor" ? words.qualityPoor : words.qualityWeak) ?? "";
  }
}
