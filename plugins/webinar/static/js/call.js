// A call of two people beside their chat: ringing, accepting, sound, pictures and the screen, hanging up. Which call it is
// and whether one may come is told by the server, to which the sealed pass of the page is shown.
import { ask, Channel, ChannelError, newKey } from "contrada/channel.js";
import { element } from "contrada/dom.js";
import { canShareScreen, openCamera, openMicrophone, whyNot } from "./devices.js";
import { MediaLink } from "./media.js";

/** @typedef {"idle" | "calling" | "called" | "running" | "elsewhere"} View */
/** @typedef {"microphone" | "camera" | "screen"} Toggle */
/** @typedef {{ call: string, me: string, state: string, medium: string, is_here: boolean, caller: string | null, inside: string[] }} Standing */
/** @typedef {{ state: string, what: string, medium: string, caller: string | null, inside: string[] }} Changed */

const RINGS_MS = 40_000;
const HERE_MS = 20_000;
const SLOTS = { audio: 2, video: 1, screen: 1 };

class WebinarCall extends HTMLElement {
  #page = newKey();
  #call = "";
  #me = "";
  /** @type {View} */
  #view = "idle";
  #isIn = false;
  /** @type {Channel | null} */
  #channel = null;
  /** @type {MediaLink | null} */
  #link = null;
  /** @type {Partial<Record<Toggle | "screen_sound", MediaStreamTrack>>} */
  #own = {};
  /** @type {Map<string, HTMLAudioElement>} */
  #sounds = new Map();
  #sources = new Set();
  #stopRinging = 0;
  #beat = 0;

  connectedCallback() {
    for (const button of this.#buttons("ring")) button.addEventListener("click", () => void this.#ring(/** @type {"voice" | "video" | "screen"} */ (button.dataset.ring)));
    for (const button of this.#buttons("accept")) button.addEventListener("click", () => void this.#accept(button.dataset.accept === "video"));
    for (const button of this.#buttons("toggle")) button.addEventListener("click", () => void this.#toggle(/** @type {Toggle} */ (button.dataset.toggle)));
    if (!canShareScreen) for (const button of [this.#buttonOf("ring", "screen"), this.#buttonOf("toggle", "screen")]) button.hidden = true;
    this.#part("not-now").addEventListener("click", () => void this.#ask("call.decline").catch(() => undefined));
    this.#part("give-up").addEventListener("click", () => void this.#hangUp());
    this.#part("hang-up").addEventListener("click", () => void this.#hangUp());
    this.#part("again").addEventListener("click", () => void this.#again());
    this.#part("allow").addEventListener("click", () => {
      this.#part("blocked").hidden = true;
      for (const sound of this.#sounds.values()) void sound.play().catch(() => undefined);
    });
    this.#part("larger").addEventListener("click", () => this.#enlarge(!this.classList.contains("is-large")));
    document.addEventListener("fullscreenchange", this.#onFullscreen);
    addEventListener("beforeunload", this.#warn);
    addEventListener("pagehide", this.#goodbye);
    void this.#open();
  }

  disconnectedCallback() {
    document.removeEventListener("fullscreenchange", this.#onFullscreen);
    removeEventListener("beforeunload", this.#warn);
    removeEventListener("pagehide", this.#goodbye);
    void this.#hangUp();
    this.#channel?.close();
  }

  /** Leaving the page ends the call: said before it happens. @param {BeforeUnloadEvent} event */
  #warn = (event) => {
    if (this.#isIn && this.#view === "running") event.preventDefault();
  };

  /** The page goes, so the call ends at once for the other one. Said over both ways: the socket is quick but may be away, the other one may be slow. */
  #goodbye = () => {
    if (!this.#isIn) return;
    void this.#ask("call.leave").catch(() => undefined);
    navigator.sendBeacon(this.dataset.leave ?? "", new URLSearchParams({ call: this.#call, page: this.#page }));
  };

  /** Learn which call it is, then hear of it. */
  async #open() {
    const standing = await this.#show();
    if (!standing || !this.isConnected) return;
    this.#call = standing.call;
    this.#me = standing.me;
    const channel = (this.#channel = new Channel({ namespace: "/webinar", office: this.dataset.office ?? "", name: `webinar_call:${this.#call}` }));
    channel.addEventListener("event", (event) => this.#take(/** @type {CustomEvent} */ (event).detail));
    channel.addEventListener("state", () => void this.#resume());
    channel.on("media", (message) => this.#link?.handle(message));
    this.#follow(standing, "");
    this.hidden = false;
  }

  /** Show the pass until there is an answer; null: one may not come. @returns {Promise<Standing | null>} */
  async #show() {
    for (let wait = 500; this.isConnected; wait = Math.min(wait * 2, 8000)) {
      try {
        return /** @type {Standing} */ (await ask("/webinar", this.dataset.office ?? "", "call.open", { talk: this.dataset.talk ?? "", page: this.#page }));
      } catch (problem) {
        if (problem instanceof ChannelError && problem.code !== "unavailable" && problem.code !== "too_many") return null;
        await new Promise((done) => setTimeout(done, wait));
      }
    }
    return null;
  }

  // --- ringing

  /** @param {"voice" | "video" | "screen"} medium */
  async #ring(medium) {
    this.#say("");
    const screen = medium === "screen" ? await this.#chooseScreen() : null;
    if (medium === "screen" && !screen) return;
    try {
      this.#isIn = true;
      await this.#ask("call.ring", { medium });
      await this.#sendFirst(medium === "video");
      for (const track of screen?.getTracks() ?? []) await this.#send(track.kind === "video" ? "screen" : "screen_sound", track);
    } catch (problem) {
      this.#isIn = false;
      for (const track of screen?.getTracks() ?? []) track.stop();
      this.#complain(problem);
    }
  }

  /** @param {boolean} withCamera */
  async #accept(withCamera) {
    try {
      this.#isIn = true;
      await this.#ask("call.accept");
      await this.#sendFirst(withCamera);
    } catch (problem) {
      this.#isIn = false;
      this.#complain(problem);
    }
  }

  async #hangUp() {
    const wasIn = this.#isIn;
    this.#isIn = false;
    await this.#stopMedia();
    if (wasIn && this.#channel) await this.#ask("call.leave").catch(() => undefined);
  }

  /** @param {{ kind: string, payload: Record<string, unknown> }} event */
  #take({ kind, payload }) {
    const changed = /** @type {Changed} */ (/** @type {unknown} */ (payload));
    if (kind === "call.changed" && this.#call) this.#follow({ ...changed, is_here: this.#isIn && changed.inside.includes(this.#me) }, changed.what);
  }

  /**
   * Show what is true of the call.
   * @param {Pick<Standing, "state" | "medium" | "caller" | "inside" | "is_here">} standing
   * @param {string} what made it so; empty at the beginning
   */
  #follow({ state, medium, caller, inside, is_here }, what) {
    const before = this.#view;
    const isMine = caller === this.#me;
    if (state === "idle") this.#turn("idle");
    else if (is_here) this.#turn(state === "running" ? "running" : "calling");
    else if (inside.includes(this.#me)) this.#turn("elsewhere");
    else this.#turn(state === "ringing" && !isMine ? "called" : "elsewhere");
    if (this.#view === "called") this.#part("called-text").textContent = (medium === "screen" ? this.dataset.textCallsScreen : medium === "video" ? this.dataset.textCallsVideo : this.dataset.textCalls) ?? "";
    this.#part("calling-text").textContent = this.dataset.textCalling ?? "";
    if (this.#view === "called") this.#buttonOf("accept", "video").hidden = medium !== "video";
    if (state === "idle" && before !== "idle") this.#sayEnd(what, before, isMine);
  }

  /** @param {string} what @param {View} before @param {boolean} isMine */
  #sayEnd(what, before, isMine) {
    if (what === "declined") this.#say(isMine ? (this.dataset.textDeclined ?? "") : "");
    else if (what === "missed") this.#say((isMine ? this.dataset.textMissed : this.dataset.textMissedMine) ?? "");
    else if (before === "running") this.#say(this.dataset.textEnded ?? "");
  }

  /** @param {View} view */
  #turn(view) {
    if (view === this.#view && this.dataset.state) return;
    this.#view = this.dataset.state = view;
    for (const shown of this.querySelectorAll("[data-when]")) if (shown instanceof HTMLElement) shown.hidden = shown.dataset.when !== view;
    clearTimeout(this.#stopRinging);
    if (view === "calling") this.#stopRinging = window.setTimeout(() => void this.#hangUp(), RINGS_MS);
    if (view === "called") this.#stopRinging = window.setTimeout(() => this.#turn("idle"), RINGS_MS + 5000);
    if (view === "running") this.#say(this.dataset.textRunning ?? "");
    if (view === "called") this.#buttonOf("accept", "voice").focus({ preventScroll: false });
    if (view === "idle" || view === "elsewhere") {
      this.#isIn = false;
      this.#enlarge(false);
      void this.#stopMedia();
    }
  }

  /** Over the whole page, and over the whole display where the browser can: a screen that is shown is to be read. @param {boolean} isLarge */
  #enlarge(isLarge) {
    this.classList.toggle("is-large", isLarge);
    this.#part("larger").setAttribute("aria-pressed", String(isLarge));
    if (isLarge) void this.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement === this) void document.exitFullscreen().catch(() => undefined);
  }

  #onFullscreen = () => {
    if (!document.fullscreenElement && this.classList.contains("is-large")) this.#enlarge(false);
  };

  /** The socket is connected again: say that this page is still in the call, or hear that it is over. */
  async #resume() {
    if (this.#channel?.state !== "live") return;
    try {
      const standing = /** @type {Standing} */ (await this.#ask("call.here"));
      if (standing.is_here) this.#link?.resume();
      this.#follow({ ...standing, is_here: standing.is_here && this.#isIn }, "ended");
    } catch (problem) {
      if (problem instanceof ChannelError && problem.code === "not_found") this.remove();
    }
  }

  // --- sound and pictures

  /** @param {boolean} withCamera */
  async #sendFirst(withCamera) {
    clearInterval(this.#beat);
    this.#beat = window.setInterval(() => void this.#ask("call.here").catch(() => undefined), HERE_MS);
    const link = (this.#link = new MediaLink({ ask: (event, data) => this.#ask(event, { ...data, room: this.#call }) }));
    link.addEventListener("slots", (event) => this.#showSlots(/** @type {CustomEvent} */ (event).detail));
    link.addEventListener("sources", (event) => this.#showSources(/** @type {CustomEvent} */ (event).detail));
    link.addEventListener("speaking", (event) => this.#part("stage").classList.toggle("is-speaking", /** @type {CustomEvent<string[]>} */ (event).detail.some((one) => one !== this.#me)));
    link.addEventListener("state", () => this.#showState());
    link.addEventListener("failed", () => this.#problem(this.dataset.textFailed ?? ""));
    await link.listen(SLOTS).catch(() => undefined);
    await this.#toggle("microphone");
    if (withCamera) await this.#toggle("camera");
  }

  async #chooseScreen() {
    try {
      return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true });
    } catch {
      return null; // nothing was chosen
    }
  }

  /** @param {Toggle} name */
  async #toggle(name) {
    if (this.#own[name]) return this.#stop(name);
    try {
      if (name === "screen") for (const track of (await this.#chooseScreen())?.getTracks() ?? []) await this.#send(track.kind === "video" ? "screen" : "screen_sound", track);
      else await this.#send(name, name === "camera" ? await openCamera() : await openMicrophone());
    } catch (problem) {
      this.#complain(problem);
    }
  }

  /**
   * @param {Toggle | "screen_sound"} name
   * @param {MediaStreamTrack} track
   */
  async #send(name, track) {
    if (!this.#isIn || !this.#link) return track.stop();
    this.#own[name] = track;
    track.addEventListener("ended", () => void this.#stop(name));
    if (name === "screen") track.contentHint = "detail";
    if (name === "camera") this.#play("own", track);
    if (name !== "screen_sound") this.#buttonOf("toggle", name).setAttribute("aria-pressed", "true");
    await this.#link.publish(name, track);
  }

  /** @param {Toggle | "screen_sound"} name */
  async #stop(name) {
    const track = this.#own[name];
    delete this.#own[name];
    track?.stop();
    if (name === "camera") this.#play("own", null);
    if (name === "screen") await this.#stop("screen_sound");
    if (name !== "screen_sound") this.#buttonOf("toggle", name).setAttribute("aria-pressed", "false");
    await this.#link?.unpublish(name).catch(() => undefined);
  }

  async #stopMedia() {
    clearInterval(this.#beat);
    const link = this.#link;
    this.#link = null;
    for (const name of /** @type {Toggle[]} */ (["microphone", "camera", "screen"])) if (this.#own[name]) await this.#stop(name);
    this.#showSlots([]);
    this.#showSources([]);
    this.#problem("");
    await link?.close().catch(() => undefined);
  }

  async #again() {
    this.#problem("");
    await this.#link?.close().catch(() => undefined);
    await this.#link?.listen(SLOTS).catch(() => undefined);
    for (const [name, track] of Object.entries(this.#own)) await this.#link?.publish(/** @type {Toggle} */ (name), track).catch(() => undefined);
    this.#wish();
  }

  /** @param {{ person: string, kind: string, track: MediaStreamTrack }[]} slots */
  #showSlots(slots) {
    const others = slots.filter((each) => each.person !== this.#me);
    this.#play("other-video", others.find((each) => each.kind === "camera")?.track ?? null);
    const screen = others.find((each) => each.kind === "screen")?.track ?? null;
    this.#play("screen", screen);
    this.#part("stage").classList.toggle("has-screen", screen !== null);
    const heard = new Map(others.filter((each) => each.kind === "microphone" || each.kind === "screen_sound").map((each) => [each.track.id, each.track]));
    for (const [id, sound] of this.#sounds) {
      if (heard.has(id)) continue;
      sound.srcObject = null;
      sound.remove();
      this.#sounds.delete(id);
    }
    for (const [id, track] of heard) {
      if (this.#sounds.has(id)) continue;
      const sound = element("audio", { hidden: "" });
      this.append(sound);
      sound.srcObject = new MediaStream([track]);
      this.#sounds.set(id, sound);
      sound.play().catch(() => (this.#part("blocked").hidden = false));
    }
  }

  /** @param {{ person: string, kind: string }[]} sources */
  #showSources(sources) {
    this.#sources = new Set(sources.filter((each) => each.person !== this.#me).map((each) => `${each.kind} ${each.person}`));
    this.#part("other-muted").hidden = [...this.#sources].some((each) => each.startsWith("microphone "));
    this.#wish();
  }

  /** The camera of the other as large as it is shown, and the screen. */
  #wish() {
    const cameras = [...this.#sources].filter((each) => each.startsWith("camera ")).map((each) => ({ person: each.slice("camera ".length), height: 720 }));
    this.#link?.wish({ videos: cameras, speakers: 0, screen: true, sound: true });
  }

  /**
   * @param {"own" | "other-video" | "screen"} name
   * @param {MediaStreamTrack | null} track
   */
  #play(name, track) {
    const video = /** @type {HTMLVideoElement} */ (this.#part(name));
    const shown = video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : null;
    video.hidden = !track;
    if (shown === track) return;
    video.srcObject = track ? new MediaStream([track]) : null;
    if (track) void video.play().catch(() => undefined);
  }

  #showState() {
    const state = this.#link?.state;
    this.dataset.media = state ?? "idle";
    if (state === "reconnecting") this.#say(this.dataset.textReconnecting ?? "");
    else if (state === "connected" && this.#view === "running") {
      this.#problem("");
      this.#say(this.dataset.textRunning ?? "");
    }
  }

  /** @param {string} text */
  #problem(text) {
    this.#part("problem-text").textContent = text;
    this.#part("problem").hidden = !text;
  }

  // --- how

  /**
   * @param {string} event
   * @param {object} [data]
   */
  async #ask(event, data = {}) {
    if (!this.#channel) throw new Error("not connected");
    return this.#channel.ask(event, event.startsWith("call.") ? { call: this.#call, page: this.#page, ...data } : data);
  }

  /** @param {unknown} problem */
  #complain(problem) {
    const own = problem instanceof DOMException || problem instanceof TypeError ? this.dataset[whyNot(problem)] : "";
    this.#say(own || (problem instanceof ChannelError ? problem.message : (this.dataset.textFailed ?? "")));
  }

  /** @param {string} text */
  #say(text) {
    this.#part("said").textContent = text;
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }

  /** @param {"ring" | "accept" | "toggle"} name */
  #buttons(name) {
    return /** @type {NodeListOf<HTMLButtonElement>} */ (this.querySelectorAll(`button[data-${name}]`));
  }

  /**
   * @param {"ring" | "accept" | "toggle"} name
   * @param {string} value
   */
  #buttonOf(name, value) {
    return /** @type {HTMLButtonElement} */ (this.querySelector(`button[data-${name}="${value}"]`));
  }
}
customElements.define("webinar-call", WebinarCall);
