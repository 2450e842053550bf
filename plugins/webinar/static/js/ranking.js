// Options that somebody puts in order: by two buttons in each row, by the arrow keys on them, or by drawing a row to its place.
import { element, fill } from "contrada/dom.js";
import { announce, pattern, words } from "./parts.js";

/** @typedef {{ id: string, text: string }} Choice */

/** The order that somebody has made so far, kept by the poll: a list that is drawn anew goes on from it. @type {Map<string, string[]>} */
const drafts = new Map();

/**
 * A list of options; `order()` reads it.
 * @param {string} poll
 * @param {Choice[]} options
 */
export function ranking(poll, options) {
  const draft = drafts.get(poll) ?? [];
  const first = (/** @type {Choice} */ each) => (draft.includes(each.id) ? draft.indexOf(each.id) : draft.length);
  const list = element("ol", { class: "webinar-ranking" }, ...[...options].sort((a, b) => first(a) - first(b)).map(rowOf));
  const order = () => rows(list).map((row) => row.dataset.option ?? "");
  const changed = () => {
    drafts.set(poll, order());
    showEnds(list);
  };
  list.addEventListener("click", (event) => {
    const button = buttonOf(event);
    if (button) step(list, button, Number(button.dataset.by), changed);
  });
  list.addEventListener("keydown", (event) => {
    const button = buttonOf(event);
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!button || !by) return;
    event.preventDefault();
    step(list, button, by, changed);
  });
  list.addEventListener("pointerdown", (event) => draw(list, event, changed));
  showEnds(list);
  return { list, order, done: () => drafts.delete(poll) };
}

/** @param {Choice} option */
function rowOf(option) {
  const row = pattern("ranking-row");
  row.dataset.option = option.id;
  const text = /** @type {HTMLElement} */ (row.querySelector("[data-part=text]"));
  text.textContent = option.text;
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("[data-by]"))) button.setAttribute("aria-label", fill(button.dataset.label, { option: option.text }));
  return row;
}

/** @param {HTMLElement} list */
function rows(list) {
  return /** @type {HTMLElement[]} */ ([...list.children]);
}

/** @param {Event} event */
function buttonOf(event) {
  return /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-by]"));
}

/**
 * One place up or down. The button keeps the focus, so that pressing again goes on.
 * @param {HTMLElement} list
 * @param {HTMLElement} button
 * @param {number} by
 * @param {() => void} changed
 */
function step(list, button, by, changed) {
  const row = /** @type {HTMLElement} */ (button.closest("li"));
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (other) {
    if (by < 0) other.before(row);
    else other.after(row);
    changed();
    button.focus();
  }
  tell(list, row);
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 */
function tell(list, row) {
  const places = rows(list);
  announce(fill(words.rankingPlace, { option: row.querySelector("[data-part=text]")?.textContent ?? "", place: places.indexOf(row) + 1, count: places.length }));
}

/**
 * Draw a row at its sign with mouse, pen or finger: it takes the place over which it is.
 * @param {HTMLElement} list
 * @param {PointerEvent} event
 * @param {() => void} changed
 */
function draw(list, event, changed) {
  const grip = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-part=grip]"));
  const row = grip?.closest("li");
  if (!grip || !row || event.button !== 0) return;
  event.preventDefault();
  /** @type {HTMLElement | null} */ (row.querySelector("[data-by]"))?.focus({ preventScroll: true });
  grip.setPointerCapture(event.pointerId);
  row.classList.add("is-drawn");
  // The others make room: the browser lets go of a pointer whose own element moves.
  const move = (/** @type {PointerEvent} */ at) => {
    for (let next = row.nextElementSibling; next && at.clientY > middle(next); next = row.nextElementSibling) row.before(next);
    for (let before = row.previousElementSibling; before && at.clientY < middle(before); before = row.previousElementSibling) row.after(before);
  };
  const end = () => {
    row.classList.remove("is-drawn");
    grip.removeEventListener("pointermove", move);
    changed();
    tell(list, row);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}

/** @param {Element} row */
function middle(row) {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}

/** The first goes no further up and the last no further down; they can still be reached, and say where they are. @param {HTMLElement} list */
function showEnds(list) {
  const places = rows(list);
  for (const [place, row] of places.entries()) {
    row.querySelector('[data-by="-1"]')?.setAttribute("aria-disabled", String(place === 0));
    row.querySelector('[data-by="1"]')?.setAttribute("aria-disabled", String(place === places.length - 1));
  }
}
