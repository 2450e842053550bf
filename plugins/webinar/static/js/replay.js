// A replay: the tracks of those who agreed, played by one clock together with what the log says happened.
import { element, fill } from "contrada/dom.js";
import { transformOf, WHOLE, within } from "./zoom.js";
import { request, RequestError } from "contrada/request.js";
import { words } from "./parts.js";
import { SharpSlide } from "./sharp-slide.js";
import { ReplayPolls } from "./replay-polls.js";
import { ReplayTracks } from "./replay-tracks.js";
import { follow, whereIs } from "./video-sync.js";

/** @typedef {import("./zoom.js").View} View */
/** @typedef {{ at: number, video: string | null, title?: string, seconds: number, has_captions?: boolean, position: number, is_playing: boolean }} VideoMoment */
/** @typedef {{ at: number, text: string, deck?: string | null, number?: number, name?: string, signs?: string, is_sharp?: boolean }} Moment */

const TICK_MS = 100;
const AGAIN_MS = 2000;
const TELL_MS = 10000;
/** A longer time in which nothing is there yet is left out. */
const EMPTY_SECONDS = 2;
/** A longer pause of the page was no watching: the device slept. */
const ASLEEP_MS = 3000;

class WebinarReplay extends HTMLElement {
  /** @type {{ tracks: import("./replay-tracks.js").Track[], seconds: number, is_ready: boolean, slides: Moment[], captions: Moment[], chat: Moment[], polls: import("./replay-polls.js").Moment[], agenda: Moment[], questions: (Moment & { answer: string })[], zooms: (View & { at: number })[], videos: VideoMoment[] }} */
  #data = { zooms: [], agenda: [], questions: [], tracks: [], seconds: 0, is_ready: true, slides: [], captions: [], chat: [], polls: [], videos: [] };
  #tracks = new ReplayTracks(this, this.dataset.tracks ?? "");
  #at = 0;
  #tickedAt = 0;
  #speed = 1;
  #isPlaying = false;
  #slide = "";
  #sharp = new SharpSlide(/** @type {HTMLImageElement} */ (this.#part("slide")));
  #polls = new ReplayPolls(this.#part("poll"), this.dataset.polls ?? "", this.dataset.leads !== undefined);
  /** @type {HTMLVideoElement | null} */
  #video = null;
  /** Since which moment it has been played without a jump. @type {number | null} */
  #from = null;
  #seen = 0;
  /** @type {{ begins: number, ends: number }[]} */
  #untold = [];

  connectedCallback() {
    this.#part("play").addEventListener("click", () => this.#toggle());
    this.#part("seek").addEventListener("input", () => this.#go(Number(this.#seek.value)));
    this.#part("speed").addEventListener("change", () => (this.#speed = Number(/** @type {HTMLSelectElement} */ (this.#part("speed")).value)));
    this.#part("search").addEventListener("input", () => this.#showList());
    this.#part("list").addEventListener("click", (event) => {
      const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-at]"));
      if (button) this.#go(Number(button.dataset.at));
    });
    this.#polls.onAnswered = () => this.#showList();
    this.#seen = Number(this.dataset.seen);
    setInterval(() => this.#tick(), TICK_MS);
    setInterval(() => this.#cut(), TELL_MS);
    window.addEventListener("pagehide", () => this.#cut());
    void this.#load();
  }

  async #load() {
    this.#data = await request(this.dataset.source ?? "");
    this.#polls.polls = this.#data.polls;
    this.#part("waiting").hidden = this.#data.is_ready;
    this.#seek.max = String(this.#data.seconds);
    /** @type {HTMLButtonElement} */ (this.#part("play")).disabled = this.#first === Infinity;
    this.#tracks.tracks = this.#data.tracks;
    this.#showList();
    this.#showSeen();
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("t") ?? 0);
    if (asked && this.#at === 0) this.#go(asked);
    this.#draw();
    if (!this.#data.is_ready) setTimeout(() => void this.#load(), AGAIN_MS);
  }

  #toggle() {
    this.#cut();
    if (this.#at >= this.#data.seconds) this.#at = 0;
    this.#isPlaying = !this.#isPlaying;
    if (this.#isPlaying) this.#tracks.prepare();
    if (this.#isPlaying && this.#at === 0 && this.#first > EMPTY_SECONDS) this.#at = this.#first - 0.5;
    this.#from = this.#isPlaying ? this.#at : null;
    this.#tickedAt = performance.now();
    this.#part("play").setAttribute("aria-pressed", String(this.#isPlaying));
    this.#part("play-text").textContent = (this.#isPlaying ? this.dataset.textPause : this.dataset.textPlay) ?? "";
    this.#tick();
  }

  /** The first moment at which there is something: people are asked after a recording began, and it may be long until one agrees. */
  get #first() {
    const { tracks, slides, videos, chat, polls, questions, captions, agenda } = this.#data;
    const moments = [slides.filter((each) => each.deck), videos.filter((each) => each.video), chat, polls, questions, captions, agenda].flat().map((each) => each.at);
    return Math.min(...tracks.map((track) => track.started_at), ...moments);
  }

  /** @param {number} at */
  #go(at) {
    this.#cut();
    this.#at = Math.max(0, Math.min(this.#data.seconds, at));
    if (this.#isPlaying) this.#from = this.#at;
    this.#polls.recall(this.#at);
    this.#tickedAt = performance.now();
    history.replaceState(null, "", `#t=${Math.round(this.#at)}`);
    this.#draw();
  }

  /** Sound leads: the clock follows the first sound that plays, everything else follows the clock. */
  #tick() {
    const now = performance.now();
    if (now - this.#tickedAt > ASLEEP_MS && this.#isPlaying) {
      this.#cut();
      this.#tickedAt = now;
    }
    if (this.#isPlaying) this.#at += ((now - this.#tickedAt) / 1000) * this.#speed;
    this.#tickedAt = now;
    if (this.#isPlaying) this.#at = this.#tracks.led(this.#at) ?? this.#at;
    if (this.#isPlaying && this.#at >= this.#data.seconds) {
      this.#at = this.#data.seconds;
      this.#toggle();
    }
    this.#draw();
  }

  /** What was played until now is a piece by itself; the server counts it, and what could not be told is told again. */
  #cut() {
    const [begins, ends] = [this.#from ?? 0, Math.min(this.#at, this.#data.seconds)];
    if (this.#from !== null && ends - begins >= 0.2) this.#untold.push({ begins, ends });
    if (this.#from !== null) this.#from = this.#at;
    for (const piece of this.#untold.splice(0)) void this.#tell(piece);
  }

  /** @param {{ begins: number, ends: number }} piece */
  async #tell(piece) {
    const body = new FormData();
    for (const [name, value] of Object.entries(piece)) body.set(name, value.toFixed(2));
    try {
      const { seconds } = await request(this.dataset.watched ?? "", { method: "POST", body, keepalive: true });
      this.#seen = Math.max(this.#seen, seconds);
      this.#showSeen();
    } catch (problem) {
      if (problem instanceof RequestError && problem.status === 0) this.#untold.push(piece);
      else if (!(problem instanceof RequestError)) throw problem;
    }
  }

  #showSeen() {
    if (!this.#data.seconds) return;
    const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(Math.min(1, this.#seen / this.#data.seconds));
    this.#part("watched").textContent = fill(this.dataset.textWatched, { share });
  }

  #draw() {
    this.#tracks.draw(this.#at, this.#isPlaying, this.#speed);
    this.#seek.value = String(this.#at);
    this.#seek.setAttribute("aria-valuetext", clock(this.#at));
    this.#part("time").textContent = `${clock(this.#at)} / ${clock(this.#data.seconds)}`;
    const isVideo = this.#drawVideo();
    const slide = last(this.#data.slides, this.#at);
    const stamp = slide?.deck ? `${slide.deck}/${slide.number}` : "";
    if (stamp !== this.#slide) {
      this.#slide = stamp;
      this.#sharp.forget();
      const picture = /** @type {HTMLImageElement} */ (this.#part("slide"));
      if (stamp) picture.src = `${this.dataset.slides}/${stamp}.webp`;
      picture.alt = slide?.text ?? "";
    }
    this.#part("slide-frame").hidden = !stamp || isVideo;
    this.#polls.showAt(this.#at);
    this.#showZoom();
    const caption = last(this.#data.captions, this.#at);
    this.#part("caption").textContent = caption && this.#at - caption.at < 6 ? caption.text : "";
    this.#part("caption").hidden = !this.#part("caption").textContent;
  }

  /** As close as who showed the slide looked at it. */
  #showZoom() {
    const [frame, sheet] = [this.#part("slide-frame"), this.#part("slide")];
    if (frame.hidden || !sheet.offsetWidth) return;
    const size = { width: sheet.offsetWidth, height: sheet.offsetHeight };
    const view = within(last(this.#data.zooms, this.#at) ?? WHOLE, { width: frame.clientWidth, height: frame.clientHeight }, size);
    if (last(this.#data.slides, this.#at)?.is_sharp && this.#sharp.isNeeded(view)) void this.#sharp.load(`${this.dataset.slides}/${this.#slide}-sharp.webp`);
    const wanted = transformOf(view, size);
    if (sheet.style.transform !== wanted) sheet.style.transform = wanted;
  }

  /** The video that was on the stage, at the moment at which it was; returns whether there is one. */
  #drawVideo() {
    const shown = this.#data.videos.filter((each) => each.at <= this.#at).at(-1);
    if ((shown?.video ?? "") !== (this.#video?.dataset.id ?? "")) {
      this.#video?.pause();
      this.#video?.remove();
      this.#video = shown?.video ? this.#makeVideo(shown) : null;
      if (this.#video) this.#part("slide-frame").after(this.#video);
    }
    if (!shown || !this.#video) return false;
    const { at, isMoving } = whereIs(shown, this.#at - shown.at);
    follow(this.#video, at, isMoving && this.#isPlaying, this.#speed)?.catch(() => undefined);
    return true;
  }

  /** @param {VideoMoment} shown */
  #makeVideo({ video, title, has_captions: hasCaptions }) {
    const address = `${this.dataset.videos}/${video}`;
    const made = element("video", { class: "webinar-replay-video", src: address, "data-id": String(video), "aria-label": title ?? "", playsinline: "", preload: "auto" });
    if (hasCaptions) made.append(element("track", { kind: "captions", src: `${address}.vtt`, default: "" }));
    return made;
  }

  /** Chapters, messages, polls, questions and captions in one list that can be searched; each leads to its moment. */
  #showList() {
    const asked = /** @type {HTMLInputElement} */ (this.#part("search")).value.trim().toLocaleLowerCase();
    const entries = [
      ...this.#data.agenda.map((each) => ({ at: each.at, kind: this.dataset.textAgenda ?? "", text: each.text })),
      ...this.#data.slides.filter((each) => each.deck).map((each) => ({ at: each.at, kind: this.dataset.textSlide ?? "", text: each.text.slice(0, 90) || String(each.number) })),
      ...this.#data.videos.filter((each, index, all) => each.video && each.video !== all[index - 1]?.video).map((each) => ({ at: each.at, kind: this.dataset.textVideo ?? "", text: each.title ?? "" })),
      ...this.#data.chat.map((each) => ({ at: each.at, kind: each.name ?? "", text: [each.text, each.signs].filter(Boolean).join(" · ") })),
      ...this.#data.polls.map((each) => ({ at: each.at, kind: this.dataset.textPoll ?? "", text: [each.question, each.has_voted ? (words.pollAnswered ?? "") : ""].filter(Boolean).join(" · ") })),
      ...this.#data.questions.map((each) => ({ at: each.at, kind: fill(this.dataset.textQuestion, { name: each.name ?? "" }), text: `${each.text} · ${each.answer}` })),
      ...this.#data.captions.map((each) => ({ at: each.at, kind: this.dataset.textCaption ?? "", text: each.text })),
    ].filter((each) => `${each.kind} ${each.text}`.toLocaleLowerCase().includes(asked)).sort((a, b) => a.at - b.at);
    this.#part("list").replaceChildren(...entries.map((each) => element("li", {}, element("button", { type: "button", "data-at": String(each.at) }, element("span", {}, clock(each.at)), element("span", {}, element("strong", {}, each.kind), ` ${each.text}`)))));
    this.#part("found").textContent = fill(this.dataset.textFound, { number: entries.length });
  }

  get #seek() {
    return /** @type {HTMLInputElement} */ (this.#part("seek"));
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`[data-part="${name}"]`));
  }
}
customElements.define("webinar-replay", WebinarReplay);

/**
 * @template {{ at: number }} T
 * @param {T[]} moments
 * @param {number} at
 */
function last(moments, at) {
  return moments.filter((each) => each.at <= at).at(-1);
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
