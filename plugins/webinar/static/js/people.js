// Who is here: everybody with their signs; for those who lead, what they can do about it.
import { fill } from "contrada/dom.js";
import { complain, keepList, part, pattern, showAvatar, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").PersonInfo} PersonInfo */

const SHOWN = 120;

export class People {
  #room;
  #list = part("people-list");
  /** @type {(person: string) => Set<string>} what somebody sends now */
  sendsOf = () => new Set();
  /** @type {(person: string) => void} */
  onPin = () => undefined;
  /** @type {(person: string) => void} */
  onWhisper = () => undefined;
  /** @type {(person: string) => void} */
  onRemove = () => undefined;
  mayWhisper = () => false;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.show());
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("toggle", (event) => this.#openOne(event), true);
    document.addEventListener("click", (event) => {
      for (const menu of this.#list.querySelectorAll("details[open]")) if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
    });
  }

  show() {
    const room = this.#room;
    const filter = /** @type {HTMLInputElement} */ (part("people-filter")).value.trim().toLocaleLowerCase();
    const present = room.present;
    const shown = present.filter((one) => one.name.toLocaleLowerCase().includes(filter)).slice(0, SHOWN);
    for (const count of document.querySelectorAll("[data-part=people-count]")) count.textContent = String(room.here.size);
    part("people-filter-field").hidden = present.length < 12;
    keepList(this.#list, shown.map((one) => ({ id: one.id, stamp: this.#stamp(one), make: () => this.#item(one) })));
    for (const lock of document.querySelectorAll("[data-lock]")) {
      const right = /** @type {HTMLElement} */ (lock).dataset.lock ?? "";
      /** @type {HTMLInputElement} */ (lock).checked = room.state.locked.includes(right);
    }
    for (const only of document.querySelectorAll("[data-for=moderator]")) /** @type {HTMLElement} */ (only).hidden = !room.isModerator;
  }

  /** @param {PersonInfo} one */
  #stamp(one) {
    const known = this.#room.state.people[one.id];
    const hand = this.#room.state.hands.findIndex((each) => each.person === one.id);
    const floor = this.#room.state.floor === one.id;
    return JSON.stringify([one.name, known, hand, floor, [...this.sendsOf(one.id)], this.mayWhisper(), this.#room.isModerator, this.#room.state.locked]);
  }

  /** @param {PersonInfo} one */
  #item(one) {
    const room = this.#room;
    const known = room.state.people[one.id] ?? { role: "participant", granted: [], revoked: [] };
    const item = pattern("person");
    const isMe = one.id === room.me;
    showAvatar(item, one);
    part("name", item).textContent = isMe ? fill(words.me, { name: one.name }) : one.name;
    const notes = [known.role === "participant" ? "" : words[`role_${known.role}`], one.is_guest ? words.guest : "", one.is_program ? words.program : "", known.is_away ? words.away : "", room.state.floor === one.id ? words.hasFloor : ""];
    part("notes", item).textContent = notes.filter(Boolean).join(" · ");
    part("hand", item).hidden = !room.state.hands.some((each) => each.person === one.id);
    const sends = this.sendsOf(one.id);
    part("mic", item).hidden = !sends.has("microphone");
    part("camera", item).hidden = !sends.has("camera");
    const menu = part("menu", item);
    menu.hidden = isMe && !room.isModerator;
    part("menu-label", item).textContent = fill(words.actionsFor, { name: one.name });
    this.#fillMenu(item, one, known);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {PersonInfo} one
   * @param {import("./state.js").PersonState} known
   */
  #fillMenu(item, one, known) {
    const room = this.#room;
    const leads = known.role === "host" || known.role === "cohost";
    const mayChange = room.isModerator && !leads;
    const held = room.rightsOf(one.id);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (item.querySelectorAll("[data-do]"))) {
      const deed = button.dataset.do ?? "";
      const isMe = one.id === room.me;
      /** @type {Record<string, boolean>} */
      const offered = {
        whisper: !isMe && !one.is_program && this.mayWhisper(), pin: true, floor: room.isModerator && !isMe && room.state.floor !== one.id, unfloor: room.isModerator && room.state.floor === one.id,
        mute: room.isModerator && !isMe && this.sendsOf(one.id).has("microphone"), camera_off: room.isModerator && !isMe && this.sendsOf(one.id).has("camera"), presenter: mayChange && known.role !== "presenter",
        cohost: mayChange && !one.is_guest && !one.is_program, participant: room.isModerator && !isMe && known.role !== "host" && known.role !== "participant",
        remove: room.isModerator && !isMe && known.role !== "host",
      };
      button.hidden = !offered[deed];
    }
    part("rights", item).hidden = !mayChange;
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (item.querySelectorAll("[data-right]"))) box.checked = held.has(box.dataset.right ?? "");
  }

  /** @param {Event} event */
  #click(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const person = /** @type {HTMLElement | null} */ (target.closest("[data-id]"))?.dataset.id;
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-do]"));
    if (!person) return;
    if (target instanceof HTMLInputElement && target.dataset.right) {
      this.#room.order("right.give", { person, right: target.dataset.right, is_given: target.checked }).catch(complain);
    } else if (button) {
      target.closest("details")?.removeAttribute("open");
      this.#do(button.dataset.do ?? "", person);
    }
  }

  /**
   * @param {string} deed
   * @param {string} person
   */
  #do(deed, person) {
    const room = this.#room;
    /** @type {Record<string, () => Promise<unknown> | void>} */
    const deeds = {
      pin: () => this.onPin(person),
      whisper: () => this.onWhisper(person),
      floor: () => room.order("floor.give", { person }),
      unfloor: () => room.order("floor.take", { person }),
      mute: () => room.order("person.ask", { person, kind: "mute" }),
      camera_off: () => room.order("person.ask", { person, kind: "camera_off" }),
      presenter: () => room.order("role.set", { person, role: "presenter" }),
      cohost: () => room.order("role.set", { person, role: "cohost" }),
      participant: () => room.order("role.set", { person, role: "participant" }),
      remove: () => this.onRemove(person),
    };
    void Promise.resolve(deeds[deed]?.()).catch(complain);
  }

  /** Only one menu is open at a time. @param {Event} event */
  #openOne(event) {
    const opened = event.target;
    if (!(opened instanceof HTMLDetailsElement) || !opened.open) return;
    for (const menu of this.#list.querySelectorAll("details[open]")) if (menu !== opened && !opened.contains(menu) && !menu.contains(opened)) menu.removeAttribute("open");
  }
}
