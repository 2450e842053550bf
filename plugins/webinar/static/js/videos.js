// Videos on the stage: everybody sees the same moment, by the clock of the server; who presents plays, stops and moves them.
import { element, fill } from "contrada/dom.js";
import { announce, complain, part, words } from "./parts.js";
import { clockOf, follow, whereIs } from "./video-sync.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {{ id: string, title: string, seconds: number, has_captions: boolean, position: number, is_playing: boolean, at: string }} Shown */

const TICK_MS = 200;
const CLOCK_MS = 60_000;
/** In a crowd not all pages ask for the time in the same moment: so much later for each who is here, at most. */
const LATER_EACH_MS = 5;
/** Who uses fewer data than this has not asked for a video. */
const LOADED = ["all", "no_video"];

export class Videos {
  #room;
  #stage;
  #base;
  #media = /** @type {HTMLVideoElement} */ (part("video-picture"));
  #seek = /** @type {HTMLInputElement} */ (part("video-seek"));
  #known = -1;
  #id = "";
  #told = "";
  /** How far the clock of the server is ahead of ours. */
  #ahead = 0;
  #clockAt = Date.now();
  /** Loaded in spite of few data, by its id. */
  #wanted = "";
  #isSeeking = false;
  #timer = 0;

  /**
   * @param {Room} room
   * @param {Stage} stage
   * @param {string} base address of the videos of the room
   */
  constructor(room, stage, base) {
    this.#room = room;
    this.#stage = stage;
    this.#base = base;
    room.addEventListener("change", () => this.#show());
    for (const choice of document.querySelectorAll("[name=webinar-data]")) choice.addEventListener("change", () => this.#show());
    part("video-list").addEventListener("click", (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-video]"));
      if (button) room.order("video.show", { video: button.dataset.video }).catch(complain);
    });
    part("video-play").addEventListener("click", () => this.#move(!this.#moving));
    part("video-hide").addEventListener("click", () => void room.order("video.show", { video: null }).catch(complain));
    part("video-sound").addEventListener("click", () => {
      this.#media.muted = !this.#media.muted;
      this.#showSound();
    });
    part("video-captions").addEventListener("click", () => {
      const [track] = this.#media.textTracks;
      if (track) track.mode = track.mode === "showing" ? "hidden" : "showing";
      this.#showCaptions();
    });
    part("video-allow").addEventListener("click", () => {
      part("video-blocked").hidden = true;
      this.#tick();
    });
    part("video-load").addEventListener("click", () => {
      this.#wanted = this.#id;
      this.#show();
      part("video").focus();
    });
    this.#seek.addEventListener("input", () => {
      this.#isSeeking = true;
      this.#showTime(Number(this.#seek.value));
    });
    this.#seek.addEventListener("change", () => {
      this.#isSeeking = false;
      this.#move(this.#moving, Number(this.#seek.value));
    });
    this.#media.addEventListener("loadedmetadata", () => this.#tick());
  }

  /** @returns {Shown | null} */
  get #shown() {
    return this.#room.state.video ?? null;
  }

  get #where() {
    const shown = this.#shown;
    return shown ? whereIs(shown, (Date.now() + this.#ahead - Date.parse(shown.at)) / 1000) : { at: 0, isMoving: false };
  }

  get #moving() {
    return this.#where.isMoving;
  }

  /** Whether the video is loaded here: not where few data were asked for, unless this one was. */
  get #isLoaded() {
    const mode = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=webinar-data]:checked"))?.value ?? "all";
    return LOADED.includes(mode) || this.#wanted === this.#id;
  }

  #show() {
    const shown = this.#shown;
    const mayPresent = this.#room.rights.has("present");
    const known = mayPresent ? this.#room.state.videos : -1;
    if (known !== this.#known) {
      this.#known = known;
      if (mayPresent) void this.#look();
    }
    if (this.#stage.hasVideo !== Boolean(shown)) {
      this.#stage.hasVideo = Boolean(shown);
      this.#stage.show();
    }
    this.#take(shown);
    for (const only of ["video-play", "video-seek-field", "video-hide"]) part(only).hidden = !mayPresent;
    clearInterval(this.#timer);
    if (!shown) return;
    this.#tell(shown);
    this.#showButtons(shown);
    this.#tick();
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
  }

  /** Load what is shown, or nothing. @param {Shown | null} shown */
  #take(shown) {
    if ((shown?.id ?? "") !== this.#id) {
      this.#id = shown?.id ?? "";
      this.#media.removeAttribute("src");
      this.#media.replaceChildren();
      this.#media.load();
      part("video-blocked").hidden = true;
      if (shown) setTimeout(() => void this.#look(), Math.random() * this.#room.here.size * LATER_EACH_MS);
    }
    const isLoaded = Boolean(shown) && this.#isLoaded;
    part("video-saved").hidden = isLoaded || !shown;
    this.#media.hidden = !isLoaded;
    if (shown && isLoaded && !this.#media.hasAttribute("src")) {
      this.#media.src = `${this.#base}/${shown.id}`;
      this.#media.setAttribute("aria-label", shown.title);
      if (shown.has_captions) this.#media.append(element("track", { kind: "captions", src: `${this.#base}/${shown.id}.vtt`, default: "" }));
    } else if (!isLoaded && this.#media.hasAttribute("src")) {
      this.#media.removeAttribute("src");
      this.#media.load();
    }
  }

  #tick() {
    const shown = this.#shown;
    if (!shown) return;
    if (Date.now() - this.#clockAt > CLOCK_MS) void this.#look();
    const { at, isMoving } = this.#where;
    if (!this.#isSeeking) {
      this.#seek.value = String(at);
      this.#showTime(at);
    }
    if (part("video-play").getAttribute("aria-pressed") !== String(isMoving)) this.#showButtons(shown);
    if (this.#media.hidden || !part("video-blocked").hidden) return;
    const isSeen = !part("video").hidden;
    follow(this.#media, at, isMoving && isSeen)?.catch((/** @type {DOMException} */ problem) => {
      if (problem.name === "NotAllowedError") part("video-blocked").hidden = false;
    });
  }

  /** Play from here, or stand still here, for everybody. @param {boolean} isPlaying @param {number} [position] */
  #move(isPlaying, position = this.#where.at) {
    const shown = this.#shown;
    if (!shown) return;
    const from = isPlaying && position >= shown.seconds ? 0 : position;
    this.#room.order("video.move", { video: shown.id, position: from, is_playing: isPlaying }).catch(complain);
  }

  /** Which videos there are, and what time it is for the server. */
  async #look() {
    const asked = Date.now();
    this.#clockAt = asked;
    try {
      const { videos, now } = await this.#room.ask("videos.list", {});
      this.#ahead = Date.parse(now) - (asked + Date.now()) / 2;
      part("video-empty").hidden = videos.length > 0;
      part("video-list").replaceChildren(...videos.map((/** @type {{ id: string, title: string, seconds: number }} */ each) => element("li", {}, element("button", { type: "button", class: "btn btn-sm btn-secondary", "data-video": each.id }, `${each.title} (${clockOf(each.seconds)})`))));
    } catch {
      this.#known = -2;
    }
  }

  /** @param {Shown} shown */
  #tell(shown) {
    const stamp = `${shown.id} ${shown.is_playing}`;
    if (stamp === this.#told) return;
    const isNew = !this.#told.startsWith(shown.id);
    this.#told = stamp;
    announce(fill(isNew ? words.videoShown : shown.is_playing ? words.videoPlays : words.videoStands, { title: shown.title }));
  }

  /** @param {Shown} shown */
  #showButtons(shown) {
    const isMoving = this.#moving;
    part("video-play").setAttribute("aria-pressed", String(isMoving));
    part("video-play-text").textContent = (isMoving ? words.videoPause : words.videoPlay) ?? "";
    part("video-title").textContent = shown.title;
    this.#seek.max = String(shown.seconds);
    part("video-captions").hidden = !shown.has_captions || this.#media.hidden;
    part("video-sound").hidden = this.#media.hidden;
    this.#showSound();
    this.#showCaptions();
  }

  #showSound() {
    part("video-sound").setAttribute("aria-pressed", String(!this.#media.muted));
  }

  #showCaptions() {
    const [track] = this.#media.textTracks;
    part("video-captions").setAttribute("aria-pressed", String(!track || track.mode === "showing"));
  }

  /** @param {number} at */
  #showTime(at) {
    const text = `${clockOf(at)} / ${clockOf(this.#shown?.seconds ?? 0)}`;
    part("video-time").textContent = text;
    this.#seek.setAttribute("aria-valuetext", text);
  }
}
