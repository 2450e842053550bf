// Before the room: a name, a look in the mirror, a test of sound, and the door.
import { chooseDevices, chosenDevices, LevelMeter, listDevices, openCamera, openMicrophone, playTone, whyNot } from "./devices.js";
import { part, words } from "./parts.js";
import { Trial } from "./trial.js";

/** How long the door waits for a camera or microphone that is being opened. */
const PATIENCE_MS = 4000;

export class Prejoin {
  /** @type {MediaStreamTrack | null} */
  camera = null;
  /** @type {MediaStreamTrack | null} */
  microphone = null;
  /** @type {LevelMeter | null} */
  #meter = null;
  #trial = new Trial(() => this.microphone);
  /** What is being switched on or off, one after the other. @type {Promise<void>} */
  #switching = Promise.resolve();
  #isEntering = false;
  #isClosed = false;
  #form = /** @type {HTMLFormElement} */ (document.getElementById("webinar-enter"));

  /** @param {(name: string) => Promise<void>} enter */
  constructor(enter) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isEntering) return;
      this.#isEntering = true;
      const name = String(new FormData(this.#form).get("name") ?? "").trim();
      void this.#settled()
        .then(() => enter(name))
        .catch((problem) => this.say(problem.message || words.noConnection || ""))
        .finally(() => (this.#isEntering = false));
    });
    part("try-camera").addEventListener("click", () => this.#switch(() => this.#toggleCamera()));
    part("try-microphone").addEventListener("click", () => this.#switch(() => this.#toggleMicrophone()));
    part("try-sound").addEventListener("click", () => playTone());
    for (const [name, kind] of /** @type {const} */ ([["camera", "videoinput"], ["microphone", "audioinput"]])) {
      const select = /** @type {HTMLSelectElement} */ (document.getElementById(`webinar-${name}`));
      select.addEventListener("change", () => {
        chooseDevices({ [name]: select.value });
        this.#switch(() => this.#again(name));
      });
      void listDevices(kind, select, chosenDevices()[name]);
    }
  }

  /** The room takes the tracks that are there now; the mirror goes. */
  close() {
    this.#isClosed = true;
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

  /** @param {() => Promise<void>} work */
  #switch(work) {
    this.#switching = this.#switching.then(work).catch((problem) => this.say(problem.message));
  }

  /** What was pressed last is on or off; who has not answered the browser's question by then comes in without. */
  #settled() {
    return Promise.race([this.#switching, new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  }

  /**
   * A track that comes when the room is entered already is not left on unseen.
   * @param {MediaStreamTrack} track
   */
  #kept(track) {
    if (!this.#isClosed) return track;
    track.stop();
    return null;
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
      } else this.camera = this.#kept(await openCamera());
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
      } else this.microphone = this.#kept(await openMicrophone());
    } catch (problem) {
      this.say(words[whyNot(problem)] ?? "");
    }
    if (this.microphone) this.#meter = new LevelMeter(this.microphone, /** @type {HTMLMeterElement} */ (part("meter")));
    part("meter-field").hidden = this.microphone === null;
    part("try-microphone").setAttribute("aria-pressed", String(this.microphone !== null));
    await listDevices("audioinput", /** @type {HTMLSelectElement} */ (document.getElementById("webinar-microphone")), this.microphone?.getSettings().deviceId);
  }
}
