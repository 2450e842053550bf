// Questions to those who present, the most wanted first; the timer; captions.
import { element, fill } from "contrada/dom.js";
import { announce, complain, keepList, part, words } from "./parts.js";
import { newId } from "./polls.js";
import { toast } from "contrada/toast.js";

/** @typedef {import("./room.js").Room} Room */

const LONGEST_CHOICE = 80;

export class Questions {
  #room;
  #list = part("question-list");
  #wanted = new Set();
  #count = 0;
  /** @type {{ id: string, text: string }[]} */
  #shown = [];
  /** How one's own questions stood when they were last looked at. @type {Map<string, string>} */
  #mine = new Map();
  /** @type {() => void} */
  onNew = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    room.addEventListener("happened", (event) => this.#heard(/** @type {CustomEvent} */ (event).detail));
    const form = /** @type {HTMLFormElement} */ (part("question-form"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = String(new FormData(form).get("text") ?? "").trim();
      room.order("question.ask", { question: newId(), text }).then(() => form.reset(), complain);
    });
  }

  #show() {
    const room = this.#room;
    part("question-form").hidden = !room.rights.has("ask");
    const rank = { open: 0, answered: 1, done: 2 };
    const found = Object.entries(room.state.questions)
      .filter(([, each]) => each.state in rank)
      .sort(([id, a], [other, b]) => Number(this.#isNow(other)) - Number(this.#isNow(id)) || rank[/** @type {keyof typeof rank} */ (a.state)] - rank[/** @type {keyof typeof rank} */ (b.state)] || b.votes - a.votes || a.at.localeCompare(b.at));
    this.#shown = found.map(([id, each]) => ({ id, text: each.text }));
    part("question-empty").hidden = found.length > 0;
    if (found.length > this.#count) this.onNew();
    this.#count = found.length;
    const rights = [room.rights.has("present"), room.isModerator, room.rights.has("vote"), found.length > 1];
    keepList(this.#list, found.map(([id, each]) => {
      const merged = this.#mergedWith(id);
      const names = [each, ...merged.map(([, one]) => one)].map((one) => room.nameOf(one.person));
      return { id, stamp: JSON.stringify([each, merged, names, rights, this.#isWanted(id), this.#isNow(id)]), make: () => this.#item(id, each, merged) };
    }));
    this.#tellMine();
  }

  /** It is being answered aloud. @param {string} id */
  #isNow(id) {
    return this.#room.state.question_now === id;
  }

  /** @param {import("contrada/channel.js").LiveEvent} event */
  #heard({ kind, payload }) {
    const all = this.#room.state.questions;
    const id = String(payload.question);
    if (kind !== "question.taken" || !all[id]) return;
    const isMine = [all[id], ...this.#mergedWith(id).map(([, one]) => one)].some((one) => one.person === this.#room.me);
    const text = fill(isMine ? words.yoursNow : words.answeredNow, { question: all[id].text });
    if (isMine) toast(text, "info");
    else announce(text);
  }

  /**
   * What goes with a question.
   * @param {string} id
   * @returns {[string, any][]}
   */
  #mergedWith(id) {
    return Object.entries(this.#room.state.questions).filter(([, each]) => each.state === "merged" && each.into === id);
  }

  /** @param {string} id */
  #isWanted(id) {
    return [id, ...this.#mergedWith(id).map(([one]) => one)].some((one) => this.#wanted.has(one));
  }

  /** Who asked hears that it was answered, or goes with another one; not what was so when the page was loaded. */
  #tellMine() {
    const all = this.#room.state.questions;
    for (const [id, each] of Object.entries(all)) {
      if (each.person !== this.#room.me) continue;
      const first = each.state === "merged" ? (all[each.into] ?? each) : each;
      const before = this.#mine.get(id);
      const isAnswered = first.state === "answered" || first.state === "done";
      this.#mine.set(id, `${each.state} ${isAnswered}`);
      if (before === undefined || before === this.#mine.get(id)) continue;
      if (isAnswered && before.endsWith("false")) toast(fill(words.yoursAnswered, { question: each.text }), "info");
      else if (each.state === "merged" && !before.startsWith("merged")) toast(fill(words.yoursMerged, { question: first.text }), "info");
    }
  }

  /**
   * @param {string} id
   * @param {any} each
   * @param {[string, any][]} merged
   */
  #item(id, each, merged) {
    const room = this.#room;
    const isMine = each.person === room.me;
    const notes = [this.#isNow(id) ? words.answeringNow : each.state === "open" ? "" : each.state === "answered" ? words.answered : words.answeredAloud, each.is_published ? words.inReplay : ""].filter(Boolean).map((note) => ` · ${note}`).join("");
    const item = element("li", { class: "webinar-question" }, element("p", { class: "small text-muted" }, `${isMine ? words.you : room.nameOf(each.person)}${notes}`), element("p", {}, each.text));
    item.classList.toggle("is-now", this.#isNow(id));
    if (merged.length) item.append(this.#together(merged));
    if (each.answer) item.append(element("p", { class: "webinar-quote" }, each.answer));
    const deeds = element("p", { class: "webinar-question-deeds" });
    const askers = [each, ...merged.map(([, one]) => one)].map((one) => one.person);
    if (each.state === "open") {
      const isWanted = this.#isWanted(id);
      const want = this.#button(`▲ ${each.votes}`, () => {
        for (const one of [id, ...merged.map(([other]) => other)]) this.#wanted.delete(one);
        if (!isWanted) this.#wanted.add(id);
        this.#leaveItem();
        this.#show();
        /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-id="${id}"] [data-want]`))?.focus();
        return room.order("question.want", { question: id, is_wanted: !isWanted });
      });
      want.dataset.want = "";
      want.setAttribute("aria-label", fill(words.wantToo, { number: each.votes }));
      want.setAttribute("aria-pressed", String(isWanted));
      want.disabled = askers.includes(room.me) || !room.rights.has("vote");
      deeds.append(want);
      if (room.rights.has("present")) deeds.append(this.#takeUp(id), this.#button(words.answeredAloud, () => this.#settle(id, "done")), this.#button(words.writeAnswer, () => this.#writeAnswer(item, id)));
      if (room.isModerator && this.#shown.length > 1) deeds.append(this.#button(words.mergeQuestion, () => this.#chooseOther(item, id)));
      if (isMine || room.isModerator) deeds.append(this.#button(isMine ? words.takeBack : words.remove, () => this.#settle(id, "removed")));
    } else if (room.isModerator && !document.querySelector("[data-part=record-never]")) deeds.append(this.#publish(id, Boolean(each.is_published)));
    item.append(deeds);
    return item;
  }

  /**
   * @param {string} id
   * @param {"done" | "removed"} state
   */
  #settle(id, state) {
    this.#leaveItem();
    return this.#room.order("question.settle", { question: id, state });
  }

  /** @param {string} id */
  #takeUp(id) {
    return this.#button(this.#isNow(id) ? words.notNow : words.answerNow, () => {
      this.#leaveItem();
      return this.#room.order("question.take", { question: this.#isNow(id) ? null : id });
    });
  }

  /**
   * Whether it stands in the replay.
   * @param {string} id
   * @param {boolean} isPublished
   */
  #publish(id, isPublished) {
    return this.#button(isPublished ? words.unpublish : words.publish, () => {
      this.#leaveItem();
      return this.#room.order("question.publish", { question: id, is_published: !isPublished });
    });
  }

  /**
   * The questions that go with one, with their askers.
   * @param {[string, any][]} merged
   */
  #together(merged) {
    const room = this.#room;
    const rows = merged.map(([id, each]) => {
      const row = element("li", {}, element("span", {}, each.text, element("small", {}, each.person === room.me ? (words.you ?? "") : room.nameOf(each.person))));
      if (!room.isModerator) return row;
      const apart = this.#button(words.separateQuestion, () => {
        this.#leaveItem();
        return room.order("question.separate", { question: id });
      });
      apart.setAttribute("aria-label", fill(words.separateOne, { question: each.text }));
      row.append(apart);
      return row;
    });
    return element("ul", { class: "webinar-together", "aria-label": words.askedTogether ?? "" }, ...rows);
  }

  /**
   * With which one it goes: chosen from a list, so that it works by keyboard and touch alike.
   * @param {HTMLElement} item
   * @param {string} id
   */
  #chooseOther(item, id) {
    const choices = this.#shown.filter((each) => each.id !== id).map((each) => element("option", { value: each.id }, each.text.length > LONGEST_CHOICE ? `${each.text.slice(0, LONGEST_CHOICE)}…` : each.text));
    const field = element("select", { class: "form-select form-select-sm", id: `merge-${id}` }, ...choices);
    const form = element("form", {}, element("label", { class: "ui-label", for: field.id }, words.mergeWith ?? ""), field, element("button", { class: "btn btn-sm btn-primary mt-2" }, words.mergeQuestion ?? ""));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const into = field.value;
      this.#leaveItem();
      this.#room.order("question.merge", { question: id, into }).then(() => announce(words.merged ?? ""), complain);
    });
    item.querySelector("form")?.remove();
    item.append(form);
    field.focus();
  }

  /** What has the focus is not made anew: give it to the list, from where the next Tab goes on. */
  #leaveItem() {
    this.#list.focus({ preventScroll: true });
  }

  /**
   * @param {HTMLElement} item
   * @param {string} id
   */
  #writeAnswer(item, id) {
    const field = element("textarea", { class: "form-control", rows: "2", maxlength: "2000", required: "", "aria-label": words.writeAnswer ?? "" });
    const form = element("form", {}, field, element("button", { class: "btn btn-sm btn-primary mt-2" }, words.send ?? ""));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#leaveItem();
      this.#room.order("question.settle", { question: id, state: "answered", answer: field.value }).catch(complain);
    });
    item.querySelector("form")?.remove();
    item.append(form);
    field.focus();
  }

  /**
   * @param {string | undefined} text
   * @param {() => unknown} deed
   */
  #button(text, deed) {
    const button = element("button", { type: "button", class: "btn btn-sm ui-quiet" }, text ?? "");
    button.addEventListener("click", () => void Promise.resolve(deed()).catch(complain));
    return button;
  }
}

/** How much time is left, for everybody. */
export class Timer {
  #room;
  #told = "";

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    setInterval(() => this.#show(), 500);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-timer]"))) {
      button.addEventListener("click", () => {
        const seconds = Number(button.dataset.timer);
        void (seconds ? room.order("timer.start", { seconds }) : room.order("timer.stop")).catch(complain);
      });
    }
  }

  #show() {
    const place = part("timer");
    const timer = this.#room.state.timer;
    place.hidden = !timer;
    if (!timer) return;
    const left = Math.max(0, Math.ceil((Date.parse(timer.at) + timer.seconds * 1000 - Date.now()) / 1000));
    part("timer-text").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    place.classList.toggle("is-late", left <= 30);
    const stamp = `${timer.at} ${left === 0 ? "over" : left <= 60 ? "minute" : ""}`;
    if (stamp !== this.#told && left <= 60) announce((left === 0 ? words.timeOver : words.minuteLeft) ?? "");
    this.#told = stamp;
  }
}

/** Lines that somebody types, under the stage. */
export class Captions {
  #room;
  #isOn = false;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    setInterval(() => this.#show(), 2000);
    const wish = /** @type {HTMLInputElement} */ (part("captions-wish"));
    wish.addEventListener("change", () => {
      this.#isOn = wish.checked;
      this.#show();
    });
    const form = /** @type {HTMLFormElement} */ (part("caption-form"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = String(new FormData(form).get("text") ?? "").trim();
      if (text) room.order("caption.say", { text }).catch(complain);
      form.reset();
    });
  }

  #show() {
    const lines = this.#room.state.captions.filter((/** @type {{ at: string }} */ each) => Date.now() - Date.parse(each.at) < 12000);
    const place = part("captions");
    place.hidden = !this.#isOn || lines.length === 0;
    const text = lines.map((/** @type {{ text: string }} */ each) => each.text).join("\n");
    if (place.textContent !== text) place.textContent = text;
  }
}
