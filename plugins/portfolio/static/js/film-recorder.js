// Records a take: camera and microphone, the script running over the picture, a storyboard, and the takes on their way.
import { fill } from "contrada/dom.js";
import { newKey } from "contrada/channel.js";
import { clock } from "./film-player.js";
import { TakeSender } from "./film-sender.js";
import { forgetTake, savePiece, saveTake, waitingTakes } from "./film-store.js";
import { putMarkup } from "./markup.js";
import { Prompter } from "./film-prompter.js";

const PIECE_MS = 1000;
const VIDEO_BITS = 1_200_000;
const SOUND_BITS = 64_000;
const WARN_SECONDS = 10;
const KINDS = {
  video: [["video/webm;codecs=vp8,opus", "webm"], ["video/webm", "webm"], ["video/mp4", "mp4"]],
  audio: [["audio/webm;codecs=opus", "weba"], ["audio/mp4", "m4a"]],
};

/** @typedef {import("./film-store.js").LocalTake} LocalTake */

class Recorder extends HTMLElement {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {MediaRecorder | null} */
  #recorder = null;
  #facing = "user";
  #isUpright = true;
  #isVoice = false;
  #began = 0;
  #timer = 0;
  #said = 0;
  /** @type {Prompter | null} */
  #prompter = null;

  connectedCallback() {
    if (!("MediaRecorder" in window) || !navigator.mediaDevices) return;
    this.hidden = false;
    this.#isVoice = this.dataset.variant === "audio";
    this.#prompter = new Prompter(this.#part("prompter"), this.querySelector("[name=pace]"), this.querySelector("[name=text_size]"));
    this.#on("on", () => void this.#switchOn(false));
    this.#on("voice", () => void this.#switchOn(true));
    this.#on("record", () => void this.#countDown());
    this.#on("stop", () => this.#stop());
    this.#on("off", () => this.#switchOff());
    this.#on("turn", () => void this.#turn());
    this.#on("shape", () => void this.#reshape());
    window.addEventListener("beforeunload", (event) => { if (this.#recorder?.state === "recording") event.preventDefault(); });
    void this.#goOn();
  }

  disconnectedCallback() {
    this.#switchOff();
  }

  // --- the devices ---

  /** @param {boolean} isVoice */
  async #switchOn(isVoice) {
    this.#isVoice = isVoice;
    try {
      this.#release();
      const sides = this.#isUpright ? { width: { ideal: 720 }, height: { ideal: 1280 }, aspectRatio: { ideal: 9 / 16 } } : { width: { ideal: 1280 }, height: { ideal: 720 } };
      const video = isVoice ? false : { facingMode: { ideal: this.#facing }, frameRate: { ideal: 25, max: 30 }, ...sides };
      this.#stream = await navigator.mediaDevices.getUserMedia({ video, audio: { echoCancellation: true, noiseSuppression: true } });
    } catch (error) {
      const isNone = error instanceof DOMException && error.name === "NotFoundError";
      return this.#tell((isNone && !isVoice ? this.dataset.textNone : this.dataset.textRefused) ?? "");
    }
    const preview = this.#preview;
    preview.srcObject = this.#stream;
    preview.classList.toggle("is-mirrored", this.#facing === "user");
    this.#part("stage").classList.toggle("is-wide", !this.#isUpright);
    await preview.play().catch(() => undefined);
    this.#show("ready");
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.#part("turn").hidden = isVoice || devices.filter((device) => device.kind === "videoinput").length < 2;
    this.#tell("");
    this.#part("record").focus();
  }

  async #turn() {
    this.#facing = this.#facing === "user" ? "environment" : "user";
    await this.#switchOn(false);
    this.#part("turn").focus();
  }

  async #reshape() {
    this.#isUpright = !this.#isUpright;
    this.#part("shape").setAttribute("aria-pressed", String(this.#isUpright));
    await this.#switchOn(false);
    this.#part("shape").focus();
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
  }

  #switchOff() {
    if (this.#recorder?.state === "recording") this.#stop();
    this.#release();
    this.#preview.srcObject = null;
    this.#show("off");
    this.#part("on").focus();
  }

  // --- recording ---

  async #countDown() {
    const count = this.#part("count");
    this.#part("record").toggleAttribute("disabled", true);
    count.hidden = false;
    for (const number of [3, 2, 1]) {
      count.textContent = String(number);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    count.hidden = true;
    this.#part("record").toggleAttribute("disabled", false);
    if (this.#stream?.active) this.#record(this.#stream);
  }

  /** @param {MediaStream} stream */
  #record(stream) {
    const kinds = this.#isVoice ? KINDS.audio : KINDS.video;
    const [kind, suffix] = kinds.find(([name]) => MediaRecorder.isTypeSupported(name ?? "")) ?? ["", "webm"];
    const recorder = new MediaRecorder(stream, { ...(kind && { mimeType: kind }), videoBitsPerSecond: VIDEO_BITS, audioBitsPerSecond: SOUND_BITS });
    const day = new Date().toISOString().slice(0, 16).replaceAll(/[:T]/g, "-");
    /** @type {LocalTake} */
    const take = {
      key: newKey(), film: this.dataset.film ?? "", person: this.dataset.person ?? "", kind: (recorder.mimeType || kind || "").split(";")[0] ?? "", name: `video-cv-${day}.${suffix}`,
      madeAt: Date.now(), duration: 0, ended: false, url: "",
    };
    /** @type {Blob[]} */
    const pieces = [];
    const sender = this.#expect(take, pieces);
    let kept = saveTake(take);
    recorder.addEventListener("dataavailable", ({ data }) => {
      take.duration = performance.now() - this.#began;
      if (data.size === 0) return;
      const number = pieces.push(data) - 1;
      kept = kept.then(() => savePiece(take, number, data)).catch(() => this.#tell(this.dataset.textMemory ?? ""));
      sender.more();
    });
    recorder.addEventListener("stop", () => {
      take.ended = true;
      kept = kept.then(() => saveTake(take)).catch(() => undefined);
      sender.more();
      this.#recorder = null;
    });
    this.#recorder = recorder;
    this.#said = 0;
    this.#began = performance.now();
    recorder.start(PIECE_MS);
    this.#prompter?.start();
    this.#timer = window.setInterval(() => this.#tick(), 200);
    this.#show("recording");
    this.#tell(this.dataset.textRecording ?? "");
    this.#part("stage").scrollIntoView({ block: "start" });
    this.#part("stop").focus({ preventScroll: true });
  }

  #stop() {
    clearInterval(this.#timer);
    this.#prompter?.stop();
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#show("ready");
    this.#tell(this.dataset.textStopped ?? "");
    this.#part("record").focus({ preventScroll: true });
  }

  #tick() {
    const seconds = (performance.now() - this.#began) / 1000;
    const longest = Number(this.dataset.longest), shortest = Number(this.dataset.shortest);
    this.#part("clock").textContent = fill(this.dataset.textTime, { time: clock(seconds), longest: clock(longest) });
    let rest = seconds;
    for (const part of this.querySelectorAll("[data-board]")) {
      const length = Number(part.getAttribute("data-seconds"));
      const bar = /** @type {HTMLProgressElement} */ (part.querySelector("progress"));
      bar.value = Math.max(0, Math.min(1, rest / length));
      part.classList.toggle("is-now", rest >= 0 && rest < length);
      if (rest >= 0 && rest < length) this.#prompter?.mark(part.getAttribute("data-board") ?? "");
      rest -= length;
    }
    const told = seconds >= longest - WARN_SECONDS ? 2 : seconds >= shortest ? 1 : 0;
    if (told > this.#said) this.#tell((told === 2 ? this.dataset.textSoon : this.dataset.textEnough) ?? "");
    this.#said = told;
    if (seconds >= longest) this.#stop();
  }

  // --- takes on their way ---

  /** What an earlier page could not send any more. A take that the page ended with is as long as its pieces. */
  async #goOn() {
    const known = new Set([...document.querySelectorAll("[data-takes-place] [data-key]")].map((each) => each.getAttribute("data-key")));
    const waiting = await waitingTakes(this.dataset.person ?? "", this.dataset.film ?? "").catch(() => []);
    for (const { take, pieces } of waiting) {
      if (known.has(take.key)) {
        await forgetTake(take.key);
        continue;
      }
      take.ended = true;
      this.#expect(take, pieces).more();
    }
  }

  /**
   * @param {LocalTake} take
   * @param {Blob[]} pieces
   */
  #expect(take, pieces) {
    const list = this.#part("waiting");
    const template = /** @type {HTMLTemplateElement} */ (this.#part("local"));
    const row = /** @type {HTMLElement} */ (template.content.cloneNode(true)).firstElementChild;
    if (!(row instanceof HTMLElement)) throw new Error("no row");
    list.append(row);
    list.hidden = false;
    const local = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-local="${name}"]`));
    const bar = /** @type {HTMLProgressElement} */ (local("progress"));
    const title = () => (local("title").textContent = fill(this.dataset.textLocal, { time: clock(take.duration / 1000) }));
    const gone = async () => {
      row.remove();
      list.hidden = list.children.length === 0;
      await forgetTake(take.key).catch(() => undefined);
    };
    const sender = new TakeSender(take, pieces, { endpoint: this.dataset.endpoint ?? "", takes: this.dataset.takes ?? "" }, {
      progress: (sent, total) => {
        title();
        local("tools").hidden = true;
        bar.value = take.ended ? sent / total : 0;
        local("state").textContent = take.ended ? fill(this.dataset.textSending, { percent: Math.round((100 * sent) / total) }) : (this.dataset.textLive ?? "");
      },
      offline: () => {
        title();
        local("state").textContent = this.dataset.textOffline ?? "";
        this.#offer(local, take, pieces);
      },
      failed: (reason) => {
        title();
        local("state").textContent = reason || (this.dataset.textFailed ?? "");
        this.#tell(reason || (this.dataset.textFailed ?? ""));
        this.#offer(local, take, pieces);
      },
      done: () => void gone().then(() => this.#refresh()),
      keep: (changed) => saveTake(changed).catch(() => undefined),
    });
    local("again").addEventListener("click", () => sender.more());
    local("drop").addEventListener("click", () => { sender.drop(); void gone(); });
    title();
    return sender;
  }

  /**
   * @param {(name: string) => HTMLElement} local
   * @param {LocalTake} take
   * @param {Blob[]} pieces
   */
  #offer(local, take, pieces) {
    local("tools").hidden = !take.ended;
    const keep = /** @type {HTMLAnchorElement} */ (local("keep"));
    if (!take.ended || keep.href) return;
    keep.href = URL.createObjectURL(new Blob(pieces, { type: take.kind }));
    keep.download = take.name;
  }

  async #refresh() {
    const place = document.querySelector("[data-takes-place]");
    const answer = await fetch(this.dataset.takes ?? "", { credentials: "same-origin" });
    if (place && answer.ok) putMarkup(place, await answer.text());
    this.#tell(this.dataset.textSent ?? "");
  }

  // --- parts ---

  /** @param {"off" | "ready" | "recording"} state */
  #show(state) {
    const shown = { off: ["on", "voice"], ready: ["record", "off", ...(this.#isVoice ? [] : ["shape"])], recording: ["stop"] }[state];
    for (const name of ["on", "voice", "record", "stop", "turn", "shape", "off"]) this.#part(name).hidden = !shown.includes(name);
    this.#part("stage").dataset.state = state;
    this.#part("sound").hidden = state === "off" || !this.#isVoice;
    this.#preview.hidden = this.#isVoice;
  }

  /** @param {string} text */
  #tell(text) {
    this.#part("status").textContent = text;
  }

  get #preview() {
    return /** @type {HTMLVideoElement} */ (this.#part("preview"));
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  #on(name, act) {
    this.#part(name).addEventListener("click", act);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }
}
customElements.define("pf-recorder", Recorder);
