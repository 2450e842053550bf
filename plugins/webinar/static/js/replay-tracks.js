// The tracks of a replay: a player for each that is heard or seen around the moment, and none for the others. A long
// meeting has hundreds, and a browser only so many players.
import { element } from "contrada/dom.js";

/** @typedef {{ id: string, person: string, name: string, kind: string, started_at: number, seconds: number }} Track */
/** @typedef {{ track: Track, media: HTMLMediaElement, tile: HTMLElement | null }} Player */

const DRIFT_SECONDS = 0.08;
/** So long before its begin a player is made ready, and so long after its end it is let go. */
const NEAR_SECONDS = 10;
/** As many sounds may be near at once; without an address a player costs nothing. */
const SPARE = 24;

export class ReplayTracks {
  #page;
  #address;
  #list = new Intl.ListFormat(document.documentElement.lang);
  /** @type {Map<string, Player>} */
  #players = new Map();
  /** @type {HTMLAudioElement[]} */
  #spare = [];
  #isPrepared = false;
  /** @type {Track[]} */
  tracks = [];

  /**
   * @param {HTMLElement} page
   * @param {string} address
   */
  constructor(page, address) {
    this.#page = page;
    this.#address = address;
  }

  /**
   * Where the first sound that plays is, if that is near: sound leads, everything else follows.
   * @param {number} at
   * @returns {number | null}
   */
  led(at) {
    for (const { track, media } of this.#players.values()) {
      const heard = track.started_at + media.currentTime;
      const isHeard = track.kind === "microphone" && !media.paused && !media.seeking && media.readyState > 2 && isIn(track, at);
      if (isHeard && Math.abs(heard - at) < 0.5) return heard;
    }
    return null;
  }

  /** To be called while a press is handled: some browsers (WebKit) let a player sound only if it was loaded in one, then for good. */
  prepare() {
    if (this.#isPrepared) return;
    this.#isPrepared = true;
    while (this.#spare.length < SPARE) this.#spare.push(element("audio", { preload: "auto" }));
    for (const each of this.#spare) each.load();
    for (const { media, tile } of this.#players.values()) if (!tile && media.paused) media.load();
  }

  /**
   * @param {number} at
   * @param {boolean} isPlaying
   * @param {number} speed
   */
  draw(at, isPlaying, speed) {
    this.#choose(at);
    for (const { track, media, tile } of this.#players.values()) {
      const isNow = isIn(track, at);
      if (tile) tile.hidden = !isNow;
      if (!isNow || !isPlaying) media.pause();
      if (!isNow) continue;
      const wanted = at - track.started_at;
      if (Math.abs(media.currentTime - wanted) > (isPlaying ? DRIFT_SECONDS * 4 : DRIFT_SECONDS) && !media.seeking) media.currentTime = wanted;
      const drift = wanted - media.currentTime;
      media.playbackRate = speed * (Math.abs(drift) > DRIFT_SECONDS / 4 ? 1 + Math.max(-0.1, Math.min(0.1, drift)) : 1);
      if (isPlaying && media.paused) media.play().catch(() => undefined);
    }
    this.#nameVoices(at);
  }

  /** @param {number} at */
  #choose(at) {
    for (const track of this.tracks) {
      const isNear = at >= track.started_at - NEAR_SECONDS && at < track.started_at + track.seconds + NEAR_SECONDS;
      const player = this.#players.get(track.id);
      if (isNear && !player) this.#players.set(track.id, this.#make(track));
      else if (!isNear && player) this.#drop(player);
    }
  }

  /** @param {Track} track @returns {Player} */
  #make(track) {
    const isSeen = track.kind === "camera" || track.kind === "screen";
    const src = `${this.#address}/${track.id}`;
    if (!isSeen) {
      const sound = this.#spare.pop() ?? element("audio", { preload: "auto" });
      sound.src = src;
      this.#page.append(sound);
      return { track, media: sound, tile: null };
    }
    const media = element("video", { src, preload: "auto", playsinline: "" });
    media.muted = true;
    const tile = element("figure", { class: track.kind === "screen" ? "webinar-replay-screen" : "webinar-replay-face" }, media, element("figcaption", {}, track.name));
    tile.hidden = true;
    this.#part(track.kind === "screen" ? "screens" : "faces").append(tile);
    return { track, media, tile };
  }

  /** @param {Player} player */
  #drop({ track, media, tile }) {
    this.#players.delete(track.id);
    media.removeAttribute("src");
    media.load(); // lets go what it holds
    (tile ?? media).remove();
    if (media instanceof HTMLAudioElement) this.#spare.push(media);
  }

  /** Whose microphone is on: to be read where there is nothing to see. @param {number} at */
  #nameVoices(at) {
    const names = new Set(this.tracks.filter((track) => track.kind === "microphone" && isIn(track, at)).map((track) => track.name));
    const text = this.#list.format(names);
    const place = this.#part("voice-names");
    if (place.textContent !== text) place.textContent = text;
    this.#part("voices").hidden = names.size === 0;
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.#page.querySelector(`[data-part="${name}"]`));
  }
}

/**
 * @param {Track} track
 * @param {number} at
 */
function isIn(track, at) {
  return at >= track.started_at && at < track.started_at + track.seconds;
}
