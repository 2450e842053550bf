// A voice note: record, listen, send or throw away. Nothing leaves the page before "Send".
import { fill } from "contrada/dom.js";
import { prepareUpload } from "contrada/upload.js";
import { share } from "./sharing.js";

const LONGEST_SECONDS = 180;
const KINDS = [
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/webm;codecs=opus", "weba"],
  ["audio/mp4", "m4a"],
];

class TutoringVoice extends HTMLElement {
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {Blob[]} */
  #pieces = [];
  #began = 0;
  #clock = 0;
  #suffix = "";

  connectedCallback() {
    if (!("MediaRecorder" in window) || !navigator.mediaDevices) return;
    this.hidden = false;
    this.#on("record", () => void this.#record());
    this.#on("stop", () => this.#recorder?.stop());
    this.#on("send", () => this.#send());
    this.#on("drop", () => this.#reset());
  }

  disconnectedCallback() {
    this.#recorder?.stream.getTracks().forEach((track) => track.stop());
  }

  async #record() {
    const [kind, suffix] = KINDS.find(([name]) => MediaRecorder.isTypeSupported(name)) ?? ["", "weba"];
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      this.#recorder = new MediaRecorder(stream, { ...(kind && { mimeType: kind }), audioBitsPerSecond: 32000 });
    } catch {
      return this.#tell(this.dataset.textRefused ?? "");
    }
    this.#suffix = suffix;
    this.#pieces = [];
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#pieces.push(data));
    this.#recorder.addEventListener("stop", () => this.#listen());
    this.#recorder.start();
    this.#began = Date.now();
    this.#clock = window.setInterval(() => this.#tick(), 250);
    this.#show("recording");
    this.#part("stop").focus();
  }

  #tick() {
    const seconds = Math.floor((Date.now() - this.#began) / 1000);
    this.#part("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= LONGEST_SECONDS) this.#recorder?.stop();
  }

  /** Recorded: the person hears it before anybody else does. */
  #listen() {
    clearInterval(this.#clock);
    this.#recorder?.stream.getTracks().forEach((track) => track.stop());
    this.#player.src = URL.createObjectURL(this.#blob());
    this.#show("recorded");
    this.#part("send").focus();
  }

  #blob() {
    return new Blob(this.#pieces, { type: this.#recorder?.mimeType });
  }

  #send() {
    this.#show("sending");
    const day = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-");
    const file = new File([this.#blob()], `voice-${day}.${this.#suffix}`, { type: this.#recorder?.mimeType });
    const bar = /** @type {HTMLProgressElement} */ (this.#part("progress"));
    prepareUpload(file, this.dataset.endpoint ?? "", {
      progress: (sent, total) => (bar.value = sent / total),
      offline: () => this.#tell(this.dataset.textOffline ?? ""),
      failed: (reason) => this.#failed(reason),
      done: (_id, url) => void this.#share(url),
    }).start();
  }

  /** @param {string} url */
  async #share(url) {
    if (await share(this.dataset.say ?? "", url)) this.#reset();
    else this.#failed("");
  }

  /** @param {string} reason */
  #failed(reason) {
    this.#show("recorded");
    this.#tell(reason || (this.dataset.textFailed ?? ""));
  }

  #reset() {
    if (this.#player.src) URL.revokeObjectURL(this.#player.src);
    this.#player.removeAttribute("src");
    this.#pieces = [];
    this.#tell("");
    this.#show("idle");
    this.#part("record").focus();
  }

  /** @param {string} state */
  #show(state) {
    for (const each of this.querySelectorAll("[data-when]")) if (each instanceof HTMLElement) each.hidden = each.dataset.when !== state;
  }

  /** @param {string} text */
  #tell(text) {
    this.#part("status").textContent = fill(text, {});
  }

  get #player() {
    return /** @type {HTMLAudioElement} */ (this.querySelector("audio"));
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
customElements.define("tutoring-voice", TutoringVoice);
