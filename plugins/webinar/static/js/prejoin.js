// Before the room: a name, a look in the mirror, a test of sound, and the door.
import { chooseDevices, chosenDevices, LevelMeter, listDevices, openCamera, openMicrophone, playTone, whyNot } from "./devices.js";
import { part, words } from "./parts.js";
import { Trial } from "./trial.js";

/** @typedef {{ name: string, camera: MediaStreamTrack | null, microphone: MediaStreamTrack | null }} Ready */

export class Prejoin {
  /** @type {MediaStreamTrack | null} */
  camera = null;
  /** @type {MediaStreamTrack | null} */
  microphone = null;
  /** @type {LevelMeter | null} */
  #meter = null;
  #trial = new Trial(() => this.microphone);
  #form = /** @type {HTMLFormElement} */ (document.getElementById("webinar-enter"));

  /** @param {(ready: Ready) => Promise<void>} enter */
  constructor(enter) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = String(new FormData(this.#form).get("name") ?? "").trim();
      void enter({ name, camera: this.camera, microphone: this.microphone }).catch((problem) => this.say(problem.message || words.noConnection || ""));
    });
    part("try-camera").addEventListener("click", () => void this.#toggleCamera());
    part("try-microphone").addEventListener("click", () => void this.#toggleMicrophone());
    part("try-sound").addEventListener("click", () => playTone());
    for (const [name, kind] of /** @type {const} */ ([["camera", "videoinput"], ["microphone", "audioinput"]])) {
      const select = /** @type {HTMLSelectElement} */ (document.getElementById(`webinar-${name}`));
      select.addEventListener("change", () => {
        chooseDevices({ [name]: select.value });
        void this.#again(name);
      });
      void listDevices(kind, select, chosenDevices()[name]);
    }
  }

  /** The room has the tracks now; the mirror goes. */
  close() {
    this.#meter?.close();
    void this.#trial.close();
    /** @type {HTMLVideoElement} */ (part("mirror")).srcObject = null;
  }

  /** @param {string} text */
  say(text) {
    const place = part("prejoin-problem");
    place.textContent = text;
    place.hidden = !text;
  }

  /** @param {"camera" | "microphone"} name */
  async #again(name) {
    if (!this[name]) return;
    const toggle = name === "camera" ? () => this.#toggleCamera() : () => this.#toggleMicrophone();
    await toggle();
    await toggle();
  }

  async #toggleCamera() {
    this.say("");
    try {
      if (this.camera) {
        this.camera.stop();
        this.camera = null;
      } else this.camera = await openCamera();
    } catch (problem) {
      this.say(words[whyNot(problem)] ?? "");
    }
    const video = /** @type {HTMLVideoElement} */ (part("mirror"));
    video.srcObject = this.camera ? new MediaStream([this.camera]) : null;
    part("mirror-off").hidden = this.camera !== null;
    video.hidden = this.camera === null;
    part("try-camera").setAttribute("aria-pressed", String(this.camera !== null));
    await listDevices("videoinput", /** @type {HTMLSelectElement} */ (document.getElementById("webinar-camera")), this.camera?.getSettings().deviceId);
  }

  async #toggleMicrophone() {
    this.say("");
    this.#meter?.close();
    this.#meter = null;
    try {
      if (this.microphone) {
        this.microphone.stop();
        this.microphone = null;
      } else this.microphone = await openMicrophone();
    } catch (problem) {
      this.say(words[whyNot(problem)] ?? "");
    }
    if (this.microphone) this.#meter = new LevelMeter(this.microphone, /** @type {HTMLMeterElement} */ (part("meter")));
    part("meter-field").hidden = this.microphone === null;
    part("try-microphone").setAttribute("aria-pressed", String(this.microphone !== null));
    await listDevices("audioinput", /** @type {HTMLSelectElement} */ (document.getElementById("webinar-microphone")), this.microphone?.getSettings().deviceId);
  }
}
