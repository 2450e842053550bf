// The chat of the room: for everybody, and between one person and those who lead.
import { newKey } from "contrada/channel.js";
import { clock, element, fill } from "contrada/dom.js";
import { toast } from "contrada/toast.js";
import { asWords, show } from "./chat-text.js";
import { standing } from "./alone.js";
import { Mentions } from "./mentions.js";
import { Signs } from "./signs.js";
import { announce, complain, part, pattern, showAvatar, words } from "./parts.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */
/** @typedef {{ id: string, at: string, by: string, text: string, seq: number, key: string, replyTo: number | null, about: string, isEdited: boolean, mentions: string[], to: string }} Entry */

/** Before the id of a person in the list of those to whom one writes. */
const PRIVATE = "private-";
/** What is pasted by mistake must not hold the page up; the server says how long a message may be. */
const LONGEST_PASTE = 20_000;

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
  /** What is written anew: the number of a message for everybody, or the key of another. @type {number | string | null} */
  #editing = null;
  /** What the list shows, in its order. @type {Entry[]} */
  #entries = [];
  #mentions;
  #signs;
  /** The first message that came while nobody looked; the line "New" stands above it. */
  #newFrom = "";
  #isUnseen = false;
  #newLine = pattern("new-line");
  /** The last event for this person alone that is no news. */
  heardUntil = 0;
  /** @type {() => void} */
  onNew = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    this.#field.maxLength = LONGEST_PASTE;
    this.#mentions = new Mentions(room, this.#field);
    this.#signs = new Signs(room, this.#log);
    this.#signs.onChange = () => this.#show();
    room.addEventListener("change", () => this.#show());
    room.addEventListener("happened", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("mine", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("staff", (event) => this.#heard(/** @type {CustomEvent<LiveEvent>} */ (event).detail));
    room.addEventListener("hint", (event) => this.#hint(/** @type {CustomEvent} */ (event).detail));
    document.getElementById("webinar-say")?.addEventListener("submit", (event) => this.#say(event));
    this.#field.addEventListener("keydown", (event) => {
      if (this.#mentions.takes(event)) return;
      if (event.key === "Escape" && !part("chat-reply").hidden) return this.#endOf();
      if (event.key === "ArrowUp" && !this.#field.value) return this.#editLast(event);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      /** @type {HTMLFormElement | null} */ (this.#field.form)?.requestSubmit();
    });
    this.#field.addEventListener("input", () => {
      if (Date.now() - this.#typedAt < 2000 || this.#to.value) return;
      this.#typedAt = Date.now();
      room.hint("typing");
    });
    part("chat-reply-end").addEventListener("click", () => this.#endOf());
    part("chat-rules").addEventListener("change", () => this.#rule());
  }

  /** @param {Event} submit */
  #say(submit) {
    submit.preventDefault();
    const typed = this.#field.value.trim();
    if (!typed) return;
    const key = newKey();
    const to = this.#to.value;
    const editing = this.#editing;
    const text = to || typeof editing === "string" ? typed : this.#mentions.toLog(typed);
    const sent = editing
      ? this.#room.order(typeof editing === "string" ? "alone.edit" : "chat.edit", { text, target: editing }, key)
      : to.startsWith(PRIVATE)
        ? this.#room.order("chat.whisper", { text, person: to.slice(PRIVATE.length) }, key)
      : to
        ? this.#room.order("staff.tell", { text, person: to === "staff" ? null : to }, key)
        : this.#room.order("chat.say", { text, reply_to: this.#replyTo }, key);
    this.#endOf();
    this.#field.value = "";
    this.#mentions.forget();
    this.#newFrom = "";
    sent.catch((problem) => {
      if (!this.#field.value) {
        this.#field.value = this.#mentions.toField(text);
        this.#editing = editing;
        if (editing) this.#showIntent(words.editing, words.endEdit, to);
      }
      complain(problem);
    });
  }

  /** @param {LiveEvent} event */
  #heard(event) {
    if (event.kind === "chat.gone") return;
    if (event.kind !== "chat.said" && event.kind !== "staff.told" && event.kind !== "chat.whispered") return;
    if (event.kind === "chat.whispered" && event.seq <= this.heardUntil) return;
    if (event.kind === "staff.told" && Date.parse(event.at) < performance.timeOrigin) return;
    const by = String(event.payload.by ?? event.payload.person);
    if (by === this.#room.me) return;
    this.#typing.delete(by);
    this.#markNew(event);
    this.onNew();
    const isPrivate = event.kind === "chat.whispered";
    const mentions = /** @type {string[]} */ (event.payload.mentions ?? []);
    const isForMe = mentions.includes(this.#room.me);
    const name = this.#room.nameOf(by);
    if (isForMe && !this.#log.checkVisibility()) toast(fill(words.mentioned, { name }), "info");
    if (isPrivate && !this.#log.checkVisibility()) toast(fill(words.toldPrivately, { name }), "info");
    announce(fill(isPrivate ? words.wrotePrivately : isForMe ? words.mentionedIn : words.wrote, { name, text: asWords(String(event.payload.text), (id) => this.#room.nameOf(id)) }));
  }

  /** @param {LiveEvent} event */
  #markNew(event) {
    if (this.#isUnseen || (this.#log.checkVisibility() && !document.hidden)) return;
    this.#isUnseen = true;
    this.#newFrom = idOf(event);
  }

  /** The panel is open: what is new is on the screen, from its line on. */
  seen() {
    if (!this.#isUnseen) return;
    this.#isUnseen = false;
    this.#show();
    this.#newLine.scrollIntoView({ block: "start" });
  }

  /** Everything in the order in which it was said. */
  #show() {
    const room = this.#room;
    const told = standing(room.isModerator ? room.staffLog : room.ownLog, "staff.told");
    const whispered = standing(room.ownLog, "chat.whispered");
    /** @type {Entry[]} */
    const entries = [
      ...room.state.chat.map((each) => ({ id: `c${each.seq}`, at: each.at, by: each.person, text: each.text, seq: each.seq, key: "", replyTo: each.reply_to, about: "", isEdited: each.is_edited ?? false, mentions: each.mentions ?? [], to: "" })),
      ...told.map(({ event: each, text, isEdited }) => ({ id: `s${each.seq}`, at: each.at, by: String(each.payload.by), text, seq: 0, key: each.key, replyTo: null, about: String(each.payload.person), isEdited, mentions: [], to: "" })),
      ...whispered.map(({ event: each, text, isEdited }) => ({ id: idOf(each), at: each.at, by: String(each.payload.by), text, seq: 0, key: each.key, replyTo: null, about: "", isEdited, mentions: [], to: String(each.payload.to) })),
    ].sort((a, b) => a.at.localeCompare(b.at));
    this.#entries = entries;
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 60;
    const wanted = new Set(entries.map((each) => each.id));
    for (const [id, item] of this.#shown) {
      if (!wanted.has(id)) {
        if (item.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
        item.remove();
        this.#shown.delete(id);
      }
    }
    /** @type {(() => void)[]} */
    const goOn = [];
    for (const entry of entries) {
      const known = this.#shown.get(entry.id);
      const name = room.nameOf(entry.by);
      const stamp = `${name} ${room.isModerator} ${entry.isEdited} ${asWords(entry.text, (id) => room.nameOf(id))}`;
      if (known?.dataset.stamp === stamp) continue;
      const item = this.#item(entry, name);
      item.dataset.stamp = stamp;
      if (known) goOn.push(this.#signs.carry(known, item));
      if (known) known.replaceWith(item);
      else this.#log.append(item);
      this.#shown.set(entry.id, item);
    }
    for (const each of room.state.chat) {
      const item = this.#shown.get(`c${each.seq}`);
      if (item) this.#signs.show(item, each.seq, each.signs ?? {});
    }
    for (const each of goOn) each();
    const first = this.#shown.get(this.#newFrom);
    if (!first) this.#newLine.remove();
    else if (first.previousElementSibling !== this.#newLine) first.before(this.#newLine);
    part("chat-empty").hidden = entries.length > 0;
    if (isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
    this.#showWriting();
    this.#showRules();
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
   * @param {Entry} entry
   * @param {string} name
   */
  #item(entry, name) {
    const room = this.#room;
    const item = pattern("chat-item");
    const isOwn = entry.by === room.me;
    item.classList.toggle("is-own", isOwn);
    const about = entry.about ? ` · ${entry.about === entry.by || isOwn && !room.isModerator ? words.toStaff : fill(words.toOne, { name: room.nameOf(entry.about) })}` : "";
    const privately = entry.to ? ` · ${isOwn ? fill(words.privately, { name: room.nameOf(entry.to) }) : words.privatelyYou}` : "";
    item.classList.toggle("is-private", Boolean(entry.to));
    part("who", item).textContent = `${isOwn ? words.you : name} · ${clock(entry.at)}${about}${privately}${entry.isEdited ? ` · ${words.edited}` : ""}`;
    item.classList.toggle("is-for-me", entry.mentions.includes(room.me));
    if (isOwn) item.querySelector(".ui-avatar")?.remove();
    else showAvatar(item, room.people.get(entry.by));
    const bubble = part("text", item);
    const answered = entry.replyTo ? room.state.chat.find((each) => each.seq === entry.replyTo) : undefined;
    if (answered) bubble.append(element("span", { class: "webinar-quote" }, this.#quote(answered)));
    bubble.append(...show(entry.text, (id) => room.nameOf(id), room.me));
    const reply = part("reply", item);
    const remove = part("remove", item);
    const partner = entry.to && isOwn ? entry.to : entry.by;
    reply.hidden = !entry.seq && !entry.to && !(room.isModerator && entry.about && entry.about !== room.me);
    reply.addEventListener("click", () => (entry.seq ? this.#reply(entry.seq) : entry.to ? this.whisperTo(partner) : this.#writeTo(entry.about, fill(words.toOne, { name: room.nameOf(entry.about) }))));
    remove.hidden = !(isOwn || (room.isModerator && !entry.to));
    remove.addEventListener("click", () => void this.#takeBack(entry).catch(complain));
    const change = part("change", item);
    change.hidden = !isOwn;
    change.addEventListener("click", () => this.#edit(entry));
    part("remove-text", item).textContent = (isOwn ? words.takeBack : words.remove) ?? "";
    return item;
  }

  /** @param {import("./state.js").Message} message */
  #quote(message) {
    return `${this.#room.nameOf(message.person)}: ${asWords(message.text, (id) => this.#room.nameOf(id)).slice(0, 80)}`;
  }

  /** @param {number} seq */
  #reply(seq) {
    const answered = this.#room.state.chat.find((each) => each.seq === seq);
    if (!answered) return;
    if (this.#editing) this.#endOf();
    this.#replyTo = seq;
    this.#showIntent(this.#quote(answered), words.endReply);
  }

  /** @param {Entry} entry */
  #edit(entry) {
    this.#replyTo = null;
    this.#editing = entry.seq || entry.key;
    this.#field.value = entry.seq ? this.#mentions.toField(entry.text) : entry.text;
    this.#showIntent(words.editing, words.endEdit, entry.to ? `${PRIVATE}${entry.to}` : entry.about === this.#room.me ? "staff" : entry.about);
  }

  /** @param {Entry} entry */
  async #takeBack(entry) {
    await (entry.seq ? this.#room.order("chat.take_back", { target: entry.seq }) : this.#room.order("alone.take_back", { target: entry.key }));
    announce(words.messageGone ?? "");
  }

  /** @param {KeyboardEvent} event */
  #editLast(event) {
    const mine = this.#entries.filter((each) => each.by === this.#room.me).at(-1);
    if (!mine) return;
    event.preventDefault();
    this.#edit(mine);
  }

  /**
   * @param {string | undefined} text
   * @param {string | undefined} ending
   * @param {string} [to] to whom it goes
   */
  #showIntent(text, ending, to = "") {
    part("chat-reply").hidden = false;
    part("chat-reply-text").textContent = text ?? "";
    part("chat-reply-end").setAttribute("aria-label", ending ?? "");
    this.#writeTo(to, fill(to.startsWith(PRIVATE) ? words.toPrivately : words.toOne, { name: this.#room.nameOf(to.replace(PRIVATE, "")) }));
    this.#to.disabled = Boolean(this.#editing);
  }

  /** A new message comes next. */
  #endOf() {
    if (this.#editing) this.#field.value = "";
    this.#replyTo = this.#editing = null;
    this.#to.disabled = false;
    part("chat-reply").hidden = true;
  }

  #rule() {
    const [slow, links] = ["chat-slow", "chat-links"].map((id) => /** @type {HTMLSelectElement} */ (document.getElementById(id)).value);
    this.#room.order("chat.rule", { slow_seconds: Number(slow), links, private: this.#privateBox.checked }).catch(complain);
  }

  get #privateBox() {
    return /** @type {HTMLInputElement} */ (document.getElementById("chat-private"));
  }

  /** Whether people may write to one another alone. */
  get isPrivateAllowed() {
    return this.#room.state.chat_rules ? Boolean(this.#room.state.chat_rules.private) : part("chat-rules").dataset.private === "true";
  }

  /** What holds in the chat now, for who must follow it and for who sets it. */
  #showRules() {
    const rules = this.#room.state.chat_rules;
    const form = part("chat-rules");
    const slow = /** @type {HTMLSelectElement} */ (document.getElementById("chat-slow"));
    const links = /** @type {HTMLSelectElement} */ (document.getElementById("chat-links"));
    if (rules && !form.contains(document.activeElement)) {
      [slow.value, links.value] = [String(rules.slow_seconds), rules.links];
      this.#privateBox.checked = this.isPrivateAllowed;
    }
    for (const option of /** @type {NodeListOf<HTMLOptionElement>} */ (this.#to.querySelectorAll(`option[value^="${PRIVATE}"]`))) option.disabled = !this.isPrivateAllowed || !this.#room.rights.has("chat");
    if (this.#to.selectedOptions[0]?.disabled) this.#to.value = this.#room.rights.has("chat") ? "" : "staff";
    const seconds = rules ? rules.slow_seconds : Number(form.dataset.slow);
    const isBound = !this.#room.rights.has("present");
    const notes = [seconds && isBound ? fill(words.slow, { number: seconds }) : "", isBound && (rules?.links ?? form.dataset.links) === "leaders" ? words.noLinks : "", this.isPrivateAllowed ? words.privateOn : ""];
    part("chat-rule-text").textContent = notes.filter(Boolean).join(" ");
    part("chat-rule-text").hidden = !part("chat-rule-text").textContent;
  }

  /** The next message goes to this person and to nobody else. @param {string} person */
  whisperTo(person) {
    this.#endOf();
    this.#writeTo(`${PRIVATE}${person}`, fill(words.toPrivately, { name: this.#room.nameOf(person) }));
  }

  /**
   * @param {string} value
   * @param {string} label
   */
  #writeTo(value, label) {
    if (!this.#to.querySelector(`option[value="${CSS.escape(value)}"]`)) this.#to.append(element("option", { value }, label));
    this.#to.value = value;
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

/** By what the list knows a message. @param {LiveEvent} event */
function idOf(event) {
  return `${{ "chat.said": "c", "staff.told": "s" }[event.kind] ?? "p"}${event.seq}`;
}
