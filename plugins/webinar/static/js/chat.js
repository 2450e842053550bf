// The chat of the room: for everybody, and between one person and those who lead.
import { newKey } from "contrada/channel.js";
import { clock, element, fill } from "contrada/dom.js";
import { announce, complain, part, pattern, showAvatar, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

export class Chat {
  #room;
  #log = part("chat-log");
  #field = /** @type {HTMLTextAreaElement} */ (document.getElementById("webinar-say-text"));
  #to = /** @type {HTMLSelectElement} */ (part("chat-to"));
  #shown = new Map();
  #typing = new Map();
  #typedAt = 0;
  /** @type {number | null} */
  #replyTo = null;
  /** @type {() => void} */
  onNew = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    room.addEventListener("happened", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("mine", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("staff", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("hint", (event) => this.#hint(/** @type {CustomEvent} */ (event).detail));
    document.getElementById("webinar-say")?.addEventListener("submit", (event) => this.#say(event));
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      /** @type {HTMLFormElement | null} */ (this.#field.form)?.requestSubmit();
    });
    this.#field.addEventListener("input", () => {
      if (Date.now() - this.#typedAt < 2000 || this.#to.value) return;
      this.#typedAt = Date.now();
      room.hint("typing");
    });
    part("chat-reply-end").addEventListener("click", () => this.#reply(null));
  }

  /** @param {Event} submit */
  #say(submit) {
    submit.preventDefault();
    const text = this.#field.value.trim();
    if (!text) return;
    const key = newKey();
    const to = this.#to.value;
    const sent = to
      ? this.#room.order("staff.tell", { text, person: to === "staff" ? null : to }, key)
      : this.#room.order("chat.say", { text, reply_to: this.#replyTo }, key);
    this.#field.value = "";
    this.#reply(null);
    sent.catch((problem) => {
      this.#field.value ||= text;
      complain(problem);
    });
  }

  /** @param {LiveEvent} event */
  #heard(event) {
    if (event.kind === "chat.gone") return;
    if (event.kind !== "chat.said" && event.kind !== "staff.told") return;
    const by = String(event.payload.by ?? event.payload.person);
    if (by === this.#room.me) return;
    this.#typing.delete(by);
    this.onNew();
    announce(fill(words.wrote, { name: this.#room.nameOf(by), text: String(event.payload.text) }));
  }

  /** Everything in the order in which it was said. */
  #show() {
    const room = this.#room;
    const told = (room.isModerator ? room.staffLog : room.ownLog).filter((event) => event.kind === "staff.told");
    const entries = [
      ...room.state.chat.map((each) => ({ id: `c${each.seq}`, at: each.at, by: each.person, text: each.text, seq: each.seq, replyTo: each.reply_to, about: "" })),
      ...told.map((each) => ({ id: `s${each.seq}`, at: each.at, by: String(each.payload.by), text: String(each.payload.text), seq: 0, replyTo: null, about: String(each.payload.person) })),
    ].sort((a, b) => a.at.localeCompare(b.at));
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
    const wanted = new Set(entries.map((each) => each.id));
    for (const [id, item] of this.#shown) {
      if (!wanted.has(id)) {
        item.remove();
        this.#shown.delete(id);
      }
    }
    for (const entry of entries) {
      const known = this.#shown.get(entry.id);
      const name = room.nameOf(entry.by);
      if (known?.dataset.name === name) continue;
      const item = this.#item(entry, name);
      if (known) known.replaceWith(item);
      else this.#log.append(item);
      this.#shown.set(entry.id, item);
    }
    part("chat-empty").hidden = entries.length > 0;
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
    this.#showWriting();
  }

  #showWriting() {
    const room = this.#room;
    const mayChat = room.rights.has("chat");
    const public_ = this.#to.querySelector('option[value=""]');
    if (public_ instanceof HTMLOptionElement) public_.disabled = !mayChat;
    if (!mayChat && this.#to.value === "") this.#to.value = room.isModerator ? "" : "staff";
    part("chat-locked").hidden = mayChat;
    const staff = this.#to.querySelector('option[value="staff"]');
    if (staff instanceof HTMLOptionElement) staff.textContent = (room.isModerator ? words.toStaffOnly : words.toStaff) ?? "";
  }

  /**
   * @param {{ id: string, at: string, by: string, text: string, seq: number, replyTo: number | null, about: string }} entry
   * @param {string} name
   */
  #item(entry, name) {
    const room = this.#room;
    const item = pattern("chat-item");
    const isOwn = entry.by === room.me;
    item.dataset.name = name;
    item.classList.toggle("is-own", isOwn);
    const about = entry.about ? ` · ${entry.about === entry.by || isOwn && !room.isModerator ? words.toStaff : fill(words.toOne, { name: room.nameOf(entry.about) })}` : "";
    part("who", item).textContent = `${isOwn ? words.you : name} · ${clock(entry.at)}${about}`;
    if (isOwn) item.querySelector(".ui-avatar")?.remove();
    else showAvatar(item, room.people.get(entry.by));
    const bubble = part("text", item);
    const answered = entry.replyTo ? room.state.chat.find((each) => each.seq === entry.replyTo) : undefined;
    if (answered) bubble.append(element("span", { class: "webinar-quote" }, `${room.nameOf(answered.person)}: ${answered.text.slice(0, 80)}`));
    bubble.append(entry.text);
    const reply = part("reply", item);
    const remove = part("remove", item);
    reply.hidden = !entry.seq && !(room.isModerator && entry.about && entry.about !== room.me);
    reply.addEventListener("click", () => (entry.seq ? this.#reply(entry.seq) : this.#writeTo(entry.about)));
    remove.hidden = !entry.seq || !(isOwn || room.isModerator);
    remove.addEventListener("click", () => void room.order("chat.take_back", { target: entry.seq }).catch(complain));
    part("remove-text", item).textContent = (isOwn ? words.takeBack : words.remove) ?? "";
    return item;
  }

  /** @param {number | null} seq */
  #reply(seq) {
    this.#replyTo = seq;
    const answered = this.#room.state.chat.find((each) => each.seq === seq);
    part("chat-reply").hidden = !answered;
    if (answered) {
      part("chat-reply-text").textContent = `${this.#room.nameOf(answered.person)}: ${answered.text.slice(0, 80)}`;
      this.#to.value = "";
      this.#field.focus();
    }
  }

  /** @param {string} person */
  #writeTo(person) {
    let option = this.#to.querySelector(`option[value="${CSS.escape(person)}"]`);
    if (!option) {
      option = element("option", { value: person }, fill(words.toOne, { name: this.#room.nameOf(person) }));
      this.#to.append(option);
    }
    this.#to.value = person;
    this.#field.focus();
  }

  /** @param {{ kind: string, by: string }} hint */
  #hint({ kind, by }) {
    if (kind !== "typing") return;
    const person = this.#room.personOf(by);
    if (!person) return;
    this.#typing.set(person.id, Date.now());
    this.#showTyping();
    setTimeout(() => this.#showTyping(), 3200);
  }

  #showTyping() {
    const now = Date.now();
    const names = [...this.#typing].filter(([, at]) => now - at < 3000).map(([id]) => this.#room.nameOf(id));
    part("chat-typing").textContent = names.length ? fill(words.typing, { name: names.slice(0, 2).join(", ") }) : "";
  }
}
