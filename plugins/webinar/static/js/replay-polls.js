// The polls of a replay: each appears at its moment and can be answered once; then it says how the meeting answered.
import { element, fill } from "contrada/dom.js";
import { request } from "contrada/request.js";
import { announce, complain, words } from "./parts.js";
import { resultsOf, votingForm } from "./poll-parts.js";

/** @typedef {import("./poll-parts.js").Asked & { id: string, at: number, until: number, has_voted: boolean, is_anonymous: boolean }} Moment */
/** @typedef {import("./poll-parts.js").Answer & { has_voted: boolean }} Own */
/** @typedef {{ own: Own, is_from_meeting: boolean, meeting?: import("./poll-parts.js").Counted, replay?: import("./poll-parts.js").Counted, right?: string[] }} Standing */

export class ReplayPolls {
  #place;
  #address;
  #leads;
  /** @type {Moment[]} */
  polls = [];
  /** @type {string | null} */
  #shown = null;
  /** Those that were put away. @type {Set<string>} */
  #away = new Set();
  /** @type {() => void} */
  onAnswered = () => undefined;

  /**
   * @param {HTMLElement} place
   * @param {string} address
   * @param {boolean} leads
   */
  constructor(place, address, leads) {
    this.#place = place;
    this.#address = address;
    this.#leads = leads;
  }

  /** Show the poll of a moment; while somebody is in it, it stays. @param {number} at */
  showAt(at) {
    if (this.#place.contains(document.activeElement)) return;
    const found = this.polls.filter((each) => each.at <= at && at < each.until).at(-1);
    const poll = found && !this.#away.has(found.id) ? found : null;
    if (this.#shown === (poll?.id ?? null)) return;
    this.#shown = poll?.id ?? null;
    this.#place.hidden = !poll;
    if (!poll) return this.#place.replaceChildren();
    this.#draw(poll, null);
    announce(fill(words.newPoll, { question: poll.question }));
    if (poll.has_voted || this.#leads) void this.#learn(poll);
    return undefined;
  }

  /** Somebody goes to a moment: what was put away there comes back. @param {number} at */
  recall(at) {
    for (const each of this.polls) if (each.at <= at && at < each.until) this.#away.delete(each.id);
  }

  /** @param {Moment} poll */
  async #learn(poll) {
    try {
      const standing = await request(`${this.#address}/${poll.id}`);
      if (this.#shown === poll.id) this.#draw(poll, standing);
    } catch (problem) {
      complain(problem);
    }
  }

  /**
   * @param {Moment} poll
   * @param {import("./poll-parts.js").Answer} answer
   */
  async #answer(poll, answer) {
    const body = new FormData();
    for (const each of answer.options) body.append("options", each);
    if (answer.number !== null) body.set("number", String(answer.number));
    if (answer.text !== null) body.set("text", answer.text);
    /** @type {Standing} */
    let standing;
    try {
      standing = await request(`${this.#address}/${poll.id}`, { method: "POST", body });
    } catch (problem) {
      complain(problem);
      return false;
    }
    poll.has_voted = true;
    this.#draw(poll, standing);
    this.#place.focus();
    announce([words.voted, this.#feedback(standing)].filter(Boolean).join(" "));
    this.onAnswered();
    return true;
  }

  /**
   * @param {Moment} poll
   * @param {Standing | null} standing
   */
  #draw(poll, standing) {
    const title = element("h2", { id: "replay-poll" }, poll.question);
    const close = element("button", { type: "button", class: "btn btn-sm ui-quiet" }, words.pollClose ?? "");
    close.addEventListener("click", () => {
      this.#away.add(poll.id);
      /** @type {HTMLElement | null} */ (document.querySelector("webinar-replay [data-part=play]"))?.focus();
      this.#shown = null;
      this.#place.hidden = true;
    });
    const content = poll.has_voted ? [] : [votingForm(poll.id, poll, (answer) => this.#answer(poll, answer))];
    const notes = [poll.is_anonymous ? words.pollAnonymous : "", standing?.is_from_meeting ? words.fromMeeting : ""].filter(Boolean).join(" · ");
    const rest = standing?.meeting ? this.#results(poll, standing) : [];
    this.#place.tabIndex = -1;
    this.#place.replaceChildren(title, ...content, ...rest, element("p", { class: "small text-muted" }, notes), close);
  }

  /**
   * @param {Moment} poll
   * @param {Standing} standing
   */
  #results(poll, standing) {
    const own = standing.own.has_voted ? standing.own : undefined;
    const feedback = this.#feedback(standing);
    /** @type {HTMLElement[]} */
    const parts = feedback ? [element("p", { class: "webinar-replay-feedback" }, feedback)] : [];
    const right = standing.right ?? [];
    for (const [counted, title, marks] of /** @type {const} */ ([[standing.meeting, words.pollInMeeting, right], [standing.replay, words.pollInReplay, []]])) {
      if (!counted || (counted.voters === 0 && counted === standing.replay)) continue;
      parts.push(element("h3", {}, fill(title, { number: counted.voters })), resultsOf({ ...poll, ...counted, right: [...marks] }, own));
    }
    return parts;
  }

  /** Whether one's answer was right, where that was shown. @param {Standing} standing */
  #feedback(standing) {
    const right = standing.right ?? [];
    if (!standing.own.has_voted || right.length === 0) return "";
    const isRight = right.length === standing.own.options.length && right.every((each) => standing.own.options.includes(each));
    return (isRight ? words.answerRight : words.answerWrong) ?? "";
  }
}
