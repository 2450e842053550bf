// Recording as a page of the room sees it: the sign that it runs, the question whether one may be in it, the switch.
import { announce, complain, part, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */

export class Recording {
  #room;
  #dialog = /** @type {HTMLDialogElement} */ (document.getElementById("webinar-consent"));
  #asked = "";

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    part("record").addEventListener("click", () => {
      const order = room.state.recording ? "recording.stop" : "recording.start";
      room.order(order).catch(complain);
    });
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.#dialog.querySelectorAll("[data-consent]"))) {
      button.addEventListener("click", () => {
        room.order("consent.answer", { is_given: button.dataset.consent === "yes" }).catch(complain);
        this.#dialog.close();
      });
    }
    part("consent-again").addEventListener("click", () => this.#ask());
  }

  // The dialog gives the focus back where it was; a menu is closed by then, so its button has it before.
  #ask() {
    document.activeElement?.closest("details.ui-menu")?.querySelector("summary")?.focus();
    this.#dialog.showModal();
  }

  #show() {
    const { recording, consents } = this.#room.state;
    part("recording").hidden = !recording;
    const mayRecord = this.#room.rights.has("record");
    part("record").hidden = !mayRecord;
    part("record-text").textContent = (recording ? words.recordStop : words.recordStart) ?? "";
    part("consent-again").hidden = !recording;
    const stamp = recording?.id ?? "";
    if (stamp && stamp !== this.#asked) announce(words.recordingOn ?? "");
    if (!stamp && this.#asked) announce(words.recordingOff ?? "");
    const isAsked = stamp !== "" && stamp !== this.#asked && consents[this.#room.me] === undefined && (this.#room.rights.has("speak") || this.#room.rights.has("camera"));
    if (isAsked && !this.#dialog.open) this.#ask();
    if (isAsked || !stamp || consents[this.#room.me] !== undefined) this.#asked = stamp;
    if (!stamp && this.#dialog.open) this.#dialog.close();
  }
}
