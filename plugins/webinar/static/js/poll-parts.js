// A poll as it is answered and as it stands; in the room, and in the replay of one.
import { element, fill } from "contrada/dom.js";
import { pattern, words } from "./parts.js";
import { ranking } from "./ranking.js";

/** @typedef {{ id: string, text: string }} Choice */
/** @typedef {{ kind: string, question: string, options: Choice[] }} Asked */
/** @typedef {{ voters: number, is_hidden: boolean, counts: Record<string, number>, texts: string[] }} Counted */
/** @typedef {{ options: string[], number: number | null, text: string | null }} Answer */

/**
 * The form with which somebody answers. `answer` says whether it was taken.
 * @param {string} id
 * @param {Asked} poll
 * @param {(answer: Answer) => Promise<boolean>} answer
 */
export function votingForm(id, poll, answer) {
  const form = element("form", { class: "webinar-vote" });
  const group = element("fieldset", {}, element("legend", { class: "visually-hidden" }, poll.question));
  const order = poll.kind === "ranking" ? ranking(id, poll.options) : null;
  if (order) group.append(element("p", { class: "small text-muted" }, words.rankingHow ?? ""), order.list);
  if (poll.kind === "text") group.append(element("label", { class: "visually-hidden", for: `vote-${id}` }, poll.question), element("input", { class: "form-control", id: `vote-${id}`, name: "text", maxlength: "300", required: "" }));
  for (const choice of order || poll.kind === "text" ? [] : choicesOf(poll)) {
    const box = element("input", { type: poll.kind === "multiple" ? "checkbox" : "radio", name: "choice", value: choice.id, id: `vote-${id}-${choice.id}` });
    group.append(element("label", { class: "ui-choice", for: box.id }, box, element("span", {}, choice.text)));
  }
  form.append(group, element("button", { class: "btn btn-sm btn-primary" }, words.vote ?? ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form);
    const chosen = order ? order.order() : given.getAll("choice").map(String);
    if (poll.kind !== "text" && chosen.length === 0) return;
    const isScale = poll.kind === "scale";
    void answer({ options: isScale ? [] : chosen, number: isScale ? Number(chosen[0]) : null, text: String(given.get("text") ?? "") || null }).then((isTaken) => {
      if (isTaken) order?.done();
    });
  });
  return form;
}

/**
 * How a poll stands: bars with numbers, an order with average places, or the words that were written.
 * @param {Asked & Counted & { right?: string[] }} poll
 * @param {Answer | undefined} own
 */
export function resultsOf(poll, own) {
  const right = poll.right ?? [];
  if (poll.is_hidden && right.length === 0) return element("p", {}, words.pollHidden ?? "");
  if (poll.kind === "text") return element("ul", { class: "webinar-answers" }, ...poll.texts.map((text) => element("li", {}, text)));
  if (poll.kind === "ranking" && !poll.is_hidden) return orderOf(poll, own);
  const rows = choicesOf(poll).map((choice) => {
    const count = poll.counts[choice.id] ?? 0;
    const isMine = own?.options.includes(choice.id) || String(own?.number) === choice.id;
    const label = `${choice.text}${isMine ? ` · ${words.yourVote}` : ""}`;
    const item = element("li", {}, element("span", {}, label));
    if (right.includes(choice.id)) {
      item.classList.add("is-right");
      item.firstElementChild?.append(" ", pattern("right-answer"));
    }
    if (!poll.is_hidden) item.append(element("strong", {}, String(count)), element("meter", { min: "0", max: String(Math.max(1, poll.voters)), value: String(count), "aria-label": `${choice.text}: ${count}` }));
    return item;
  });
  const bars = element("ul", { class: "webinar-bars" }, ...rows);
  return poll.is_hidden ? element("div", {}, element("p", {}, words.pollHidden ?? ""), bars) : bars;
}

/**
 * The order on which all together agree most: by points (for each voter as many as options come after it), said as the average place.
 * @param {Asked & Counted} poll
 * @param {Answer | undefined} own
 */
function orderOf(poll, own) {
  const most = Math.max(1, poll.voters * (poll.options.length - 1));
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const points = (/** @type {Choice} */ choice) => poll.counts[choice.id] ?? 0;
  const rows = [...poll.options].sort((a, b) => points(b) - points(a)).map((choice) => {
    const mine = own?.options.indexOf(choice.id) ?? -1;
    const place = 1 + poll.options.filter((each) => points(each) > points(choice)).length;
    const name = poll.voters ? `${place}. ${choice.text}` : choice.text;
    const item = element("li", {}, element("span", {}, `${name}${mine < 0 ? "" : ` · ${fill(words.rankingMine, { place: mine + 1 })}`}`));
    if (!poll.voters) return item;
    const average = fill(words.rankingAverage, { place: format.format(poll.options.length - points(choice) / poll.voters) });
    item.append(element("strong", {}, average), element("meter", { min: "0", max: String(most), value: String(points(choice)), "aria-label": `${name}: ${average}` }));
    return item;
  });
  return element("ul", { class: "webinar-bars" }, ...rows);
}

/**
 * @param {Asked} poll
 * @returns {Choice[]}
 */
function choicesOf(poll) {
  return poll.kind === "scale" ? [1, 2, 3, 4, 5].map((each) => ({ id: String(each), text: String(each) })) : poll.options;
}
