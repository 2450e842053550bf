// Putting somebody out: a question in between, because only its answer says whether they may come back.
import { fill } from "contrada/dom.js";
import { announce, complain, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */

export class PuttingOut {
  #room;
  #dialog = /** @type {HTMLDialogElement} */ (document.getElementById("webinar-out"));
  #form = /** @type {HTMLFormElement} */ (document.getElementById("webinar-out-form"));
  #person = "";

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#dialog.close();
      this.#put(String(new FormData(this.#form).get("reason") ?? "").trim(), new FormData(this.#form).get("back") === "no").catch(complain);
    });
    part("ban-undo").addEventListener("click", () => this.#undo().catch(complain));
  }

  /** @param {string} person */
  ask(person) {
    this.#person = person;
    this.#form.reset();
    part("out-name").textContent = this.#room.nameOf(person);
    this.#dialog.showModal();
  }

  /**
   * @param {string} reason
   * @param {boolean} isBanned
   */
  async #put(reason, isBanned) {
    const person = this.#person;
    const name = this.#room.nameOf(person);
    await this.#room.order("person.remove", { person, reason, is_banned: isBanned });
    part("banned").hidden = !isBanned;
    part("banned").dataset.person = person;
    part("banned-text").textContent = fill(words.bannedNow, { name });
    announce(fill(isBanned ? words.bannedNow : words.removedNow, { name }));
    part("people-list").focus();
  }

  async #undo() {
    await this.#room.order("ban.lift", { person: part("banned").dataset.person ?? "" });
    part("banned").hidden = true;
    announce(words.banLifted ?? "");
    part("people-list").focus();
  }
}
