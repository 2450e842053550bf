// Polls: made by who presents, answered by everybody once, shown as bars with numbers.
import { element, fill } from "contrada/dom.js";
import { announce, complain, keepList, part, words } from "./parts.js";
import { resultsOf, votingForm } from "./poll-parts.js";

/** @typedef {import("./room.js").Room} Room */

export class Polls {
  #room;
  #list = part("poll-list");
  #form = /** @type {HTMLFormElement} */ (part("poll-form"));
  /** @type {Map<string, { options: string[], number: number | null, text: string | null, has_voted: boolean }>} */
  #own = new Map();
  #known = new Set();
  #answered = new Set();
  /** @type {() => void} */
  onNew = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    room.addEventListener("change", () => this.#show());
    this.#form.addEventListener("submit", (event) => this.#make(event));
    const kind = /** @type {HTMLSelectElement} */ (this.#form.elements.namedItem("kind"));
    kind.addEventListener("change", () => (part("poll-options").hidden = kind.value === "scale" || kind.value === "text"));
  }

  /** @param {Event} event */
  #make(event) {
    event.preventDefault();
    const given = new FormData(this.#form);
    const options = String(given.get("options") ?? "").split("\n").map((line) => line.trim()).filter(Boolean);
    const data = { poll: newId(), kind: given.get("kind"), question: given.get("question"), options, is_anonymous: given.get("is_anonymous") !== null };
    this.#room.order("poll.make", data).then(() => {
      this.#form.reset();
      part("poll-maker").removeAttribute("open");
      part("poll-options").hidden = false;
    }, complain);
  }

  #show() {
    const polls = Object.entries(this.#room.state.polls).sort(([, a], [, b]) => b.at.localeCompare(a.at));
    part("poll-empty").hidden = polls.length > 0;
    const mayVote = this.#room.rights.has("vote");
    const mayClose = this.#room.rights.has("present");
    for (const [id, poll] of polls) {
      this.#tellAnswer(id, poll);
      if (this.#known.has(id)) continue;
      this.#known.add(id);
      if (!poll.is_open) continue;
      void this.#learn(id);
      this.onNew();
      announce(fill(words.newPoll, { question: poll.question }));
    }
    keepList(this.#list, polls.map(([id, poll]) => ({ id, stamp: JSON.stringify([poll, mayVote, mayClose, this.#own.get(id)]), make: () => this.#item(id, poll, mayVote, mayClose) })));
  }

  /**
   * Say what was right when it is shown, not when the page is loaded afterwards.
   * @param {string} id
   * @param {any} poll
   */
  #tellAnswer(id, poll) {
    if (!poll.right?.length || this.#answered.has(id)) return;
    this.#answered.add(id);
    if (!this.#known.has(id)) return;
    const answers = poll.options.filter((/** @type {{ id: string }} */ each) => poll.right.includes(each.id)).map((/** @type {{ text: string }} */ each) => each.text).join(" · ");
    announce(fill(words.answerShown, { question: poll.question, answers }));
  }

  /** @param {string} id */
  async #learn(id) {
    try {
      this.#own.set(id, await this.#room.ask("poll.own", { poll: id, key: "own-vote-read" }));
      this.#show();
    } catch {
      // Without a connection the page shows the poll as not voted; voting again is voting otherwise.
    }
  }

  /**
   * @param {string} id
   * @param {any} poll
   * @param {boolean} mayVote
   * @param {boolean} mayClose
   */
  #item(id, poll, mayVote, mayClose) {
    const own = this.#own.get(id);
    const item = element("li", { class: "webinar-poll" }, element("h2", {}, poll.question));
    const isVoting = poll.is_open && mayVote && !own?.has_voted;
    if (isVoting) item.append(this.#voting(id, poll));
    if (!isVoting || mayClose) item.append(resultsOf(poll, own));
    const notes = [poll.is_open ? "" : words.pollClosed, poll.is_anonymous ? words.pollAnonymous : "", fill(words.pollVoters, { number: poll.voters })].filter(Boolean).join(" · ");
    item.append(element("p", { class: "small text-muted" }, notes));
    const deeds = element("div", { class: "webinar-question-deeds" });
    if (poll.is_open && own?.has_voted && mayVote) deeds.append(this.#button(words.voteAgain, () => {
      this.#own.set(id, { ...own, has_voted: false });
      this.#show();
    }));
    if (poll.has_answer && mayClose && !poll.right?.length) deeds.append(this.#button(poll.is_open ? words.closeAndShow : words.showAnswer, () => this.#room.order("poll.show_answer", { poll: id }).catch(complain)));
    if (poll.is_open && mayClose) deeds.append(this.#button(words.closePoll, () => this.#room.order("poll.close", { poll: id }).catch(complain)));
    if (deeds.hasChildNodes()) item.append(deeds);
    return item;
  }

  /**
   * @param {string} id
   * @param {any} poll
   */
  #voting(id, poll) {
    return votingForm(id, poll, async (answer) => {
      try {
        await this.#room.order("poll.vote", { poll: id, ...answer });
      } catch (problem) {
        complain(problem);
        return false;
      }
      this.#own.set(id, { ...answer, has_voted: true });
      this.#leaveItem();
      this.#show();
      announce(words.voted ?? "");
      return true;
    });
  }

  /**
   * @param {string | undefined} text
   * @param {() => unknown} deed
   */
  #button(text, deed) {
    const button = element("button", { type: "button", class: "btn btn-sm btn-secondary" }, text ?? "");
    button.addEventListener("click", () => {
      this.#leaveItem();
      void deed();
    });
    return button;
  }

  /** What has the focus is not made anew: give it to the list, from where the next Tab goes on. */
  #leaveItem() {
    this.#list.focus({ preventScroll: true });
  }
}

/** A new id as the server takes it. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
