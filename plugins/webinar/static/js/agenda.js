// The agenda in the room: what is on now, for everybody; for those who lead how the time goes, and one press to the next item.
import { element, fill } from "contrada/dom.js";
import { announce, complain, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {{ id: string, title: string, minutes: number, who: string }} Item */

const SHOW_MS = 1000;
/** Nobody is late by less. */
const IN_TIME_SECONDS = 30;

export class Agenda {
  #room;
  /** @type {Item[]} */
  #items = [];
  #known = -1;
  /** @type {string | null} */
  #told = null;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    setInterval(() => this.#showTimes(), SHOW_MS);
    part("agenda-next").addEventListener("click", () => this.#go(this.#here + 1));
    part("agenda-back").addEventListener("click", () => this.#go(this.#here - 1));
  }

  /** Where in the list the item of now stands; before the first if there is none, or if it was taken out. */
  get #here() {
    return this.#items.findIndex((each) => each.id === this.#room.state.agenda?.item);
  }

  /** @param {number} place */
  #go(place) {
    this.#room.order("agenda.begin", { item: this.#items[place]?.id ?? null }).catch(complain);
  }

  #show() {
    const changes = this.#room.state.agenda_changes ?? 0;
    if (changes !== this.#known) {
      this.#known = changes;
      void this.#load();
    }
    const now = this.#room.state.agenda;
    part("agenda-now").hidden = !now;
    part("agenda-now-text").textContent = now?.title ?? "";
    const stamp = now ? `${now.item} ${now.at}` : "";
    if (this.#told === stamp) return;
    if (now) announce(fill(words.agendaNow, { title: now.title }));
    else if (this.#told) announce(words.agendaDone ?? "");
    this.#told = stamp;
    this.#showItems();
  }

  async #load() {
    try {
      this.#items = (await this.#room.ask("agenda.list", {})).items;
    } catch {
      this.#known = -1;
      return;
    }
    this.#showItems();
  }

  #showItems() {
    const here = this.#here;
    part("agenda-tab").hidden = this.#items.length === 0;
    part("agenda-list").replaceChildren(...this.#items.map((each, place) => {
      const text = element("span", { class: "webinar-agenda-text" }, element("strong", {}, each.title), each.who ? element("small", {}, each.who) : "");
      const item = element("li", {}, text, element("span", { class: "webinar-agenda-minutes" }, fill(words.minutes, { minutes: each.minutes })));
      if (place === here) item.setAttribute("aria-current", "step");
      return item;
    }));
    const next = here + 1 < this.#items.length ? (here < 0 ? words.agendaStart : words.agendaNext) : words.agendaEnd;
    part("agenda-next").textContent = next ?? "";
    /** @type {HTMLButtonElement} */ (part("agenda-back")).disabled = here <= 0;
    this.#showTimes();
  }

  /** How long the item of now has lasted, and how far the whole is from the plan, counted from when the first item began. */
  #showTimes() {
    const now = this.#room.state.agenda;
    part("agenda-times").hidden = part("agenda-lag").hidden = !now;
    if (!now) return;
    const elapsed = since(now.at);
    const before = this.#items.slice(0, Math.max(0, this.#here)).reduce((sum, each) => sum + each.minutes * 60, 0);
    const planned = before + Math.min(elapsed, now.minutes * 60);
    const lag = since(now.began_at) - planned;
    part("agenda-times").textContent = `${now.title}: ${fill(words.agendaTimes, { time: clock(elapsed), minutes: now.minutes })}`;
    const word = Math.abs(lag) < IN_TIME_SECONDS ? words.agendaInTime : lag > 0 ? words.agendaLate : words.agendaEarly;
    part("agenda-lag").textContent = fill(word, { time: clock(Math.abs(lag)) });
    part("agenda-lag").classList.toggle("is-late", lag >= IN_TIME_SECONDS);
  }
}

/** @param {string} moment */
function since(moment) {
  return Math.max(0, (Date.now() - Date.parse(moment)) / 1000);
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
