// Plays a film as it is cut: only what is between the two moments, with captions, by keyboard and touch.
// The file itself stays whole; times outside are those of the film, times inside those of the file.

export class FilmPlayer extends HTMLElement {
  /** @type {HTMLMediaElement} */
  #media = /** @type {HTMLMediaElement} */ (document.createElement("video"));
  #frame = 0;
  #isPlaying = false;

  connectedCallback() {
    const media = /** @type {HTMLMediaElement | null} */ (this.querySelector("video, audio"));
    const bar = this.#part("bar");
    if (!media || !bar) return;
    this.#media = media;
    media.controls = false;
    bar.hidden = false;
    media.addEventListener("loadedmetadata", () => this.#learn());
    media.addEventListener("durationchange", () => this.#learn());
    media.addEventListener("play", () => this.#run());
    media.addEventListener("pause", () => this.#show());
    media.addEventListener("timeupdate", () => this.#keepInside());
    media.addEventListener("click", () => this.#toggle());
    this.#on("play", () => this.#toggle());
    this.#on("mute", () => this.#press("mute", (media.muted = !media.muted)));
    this.#on("captions", () => this.#showCaptions(!this.#hasCaptions));
    this.#on("full", () => void (document.fullscreenElement ? document.exitFullscreen() : this.requestFullscreen()));
    this.#slider?.addEventListener("input", () => (this.moment = Number(this.#slider?.value)));
    if (media.readyState > 0) this.#learn();
    this.#showCaptions(this.#part("captions") !== null);
    this.#show();
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame);
    this.#media.pause();
  }

  /** Seconds of the film, not of the file. */
  get moment() {
    return Math.max(0, this.#media.currentTime - this.starts);
  }

  set moment(seconds) {
    this.#media.currentTime = Math.min(this.starts + Math.max(0, seconds), this.ends || Infinity);
    this.#show();
  }

  get starts() {
    return Number(this.dataset.starts) || 0;
  }

  /** Where it ends in the file, in seconds; 0 as long as nobody knows. */
  get ends() {
    const told = Number(this.dataset.ends) || 0;
    return told || (Number.isFinite(this.#media.duration) ? this.#media.duration : 0);
  }

  get media() {
    return this.#media;
  }

  /**
   * Another cut, from now on.
   * @param {number} starts seconds of the file
   * @param {number} ends 0 for its end
   */
  cut(starts, ends) {
    this.dataset.starts = String(starts);
    this.dataset.ends = String(ends);
    this.#learn();
  }

  async play() {
    if (this.#isOutside) this.moment = 0;
    await this.#media.play();
  }

  get #isOutside() {
    const now = this.#media.currentTime;
    return now < this.starts - 0.05 || (this.ends > 0 && now >= this.ends - 0.05) || this.#media.ended;
  }

  #toggle() {
    if (!this.#media.paused) return this.#media.pause();
    void this.play().catch(() => this.#show());
  }

  #learn() {
    if (this.#media.currentTime < this.starts) this.#media.currentTime = this.starts;
    if (this.#slider) this.#slider.max = String(Math.max(0, this.ends - this.starts));
    this.#show();
  }

  /** The end is met to the frame, not to the quarter of a second in which players tell the time. */
  #run() {
    cancelAnimationFrame(this.#frame);
    this.#keepInside();
    if (!this.#media.paused) this.#frame = requestAnimationFrame(() => this.#run());
  }

  #keepInside() {
    if (this.ends > 0 && this.#media.currentTime >= this.ends) {
      this.#media.pause();
      if (this.#media.currentTime > this.ends + 0.2) this.#media.currentTime = this.ends;
    }
    this.#show();
  }

  #show() {
    const playing = !this.#media.paused;
    const length = this.ends - this.starts;
    const button = this.#part("play");
    if (button && playing !== this.#isPlaying) {
      this.#isPlaying = playing;
      button.setAttribute("aria-label", (playing ? button.dataset.textPause : button.dataset.textPlay) ?? "");
      for (const each of button.querySelectorAll("[data-when]")) each.toggleAttribute("hidden", each.getAttribute("data-when") !== (playing ? "playing" : "paused"));
    }
    if (this.#slider && document.activeElement !== this.#slider) this.#slider.value = String(this.moment);
    this.#slider?.setAttribute("aria-valuetext", `${clock(this.moment)} / ${clock(length)}`);
    const time = this.#part("time");
    if (time) time.textContent = length > 0 ? `${clock(Math.min(this.moment, length))} / ${clock(length)}` : clock(this.moment);
  }

  get #hasCaptions() {
    return [...this.#media.textTracks].some((track) => track.mode === "showing");
  }

  /** @param {boolean} wanted */
  #showCaptions(wanted) {
    for (const track of this.#media.textTracks) track.mode = wanted ? "showing" : "hidden";
    this.#press("captions", wanted);
  }

  /**
   * @param {string} name
   * @param {boolean} on
   */
  #press(name, on) {
    this.#part(name)?.setAttribute("aria-pressed", String(on));
  }

  get #slider() {
    return /** @type {HTMLInputElement | null} */ (this.#part("place"));
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  #on(name, act) {
    this.#part(name)?.addEventListener("click", act);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement | null} */ (this.querySelector(`[data-part="${name}"]`));
  }
}
customElements.define("pf-film", FilmPlayer);

/** @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
