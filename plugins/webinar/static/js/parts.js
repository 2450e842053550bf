// Small things that all panels of the room use.
import { fillAvatar } from "contrada/presence.js";
import { toast } from "contrada/toast.js";

/** @typedef {import("./room.js").PersonInfo} PersonInfo */

/** The words of the page, written by the server in the person's language. */
export const words = /** @type {DOMStringMap} */ ({ ...document.getElementById("webinar-words")?.dataset, ...document.getElementById("webinar-poll-words")?.dataset });

/**
 * @param {string} name
 * @param {ParentNode} [within]
 * @returns {HTMLElement}
 */
export function part(name, within = document) {
  return /** @type {HTMLElement} */ (within.querySelector(`[data-part="${name}"]`));
}

/**
 * A copy of a pattern of the page.
 * @param {string} name
 * @returns {HTMLElement}
 */
export function pattern(name) {
  const template = /** @type {HTMLTemplateElement} */ (document.querySelector(`template[data-part="${name}"]`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * @param {Element} item
 * @param {PersonInfo | undefined} person
 */
export function showAvatar(item, person) {
  fillAvatar(item.querySelector(".ui-avatar"), person ? { id: person.id, name: person.name, initials: person.initials, hue: person.hue } : null);
}

/**
 * Say a refusal in the server's words: what is wrong with what was written, where it says that.
 * @param {unknown} problem
 */
export function complain(problem) {
  const { fields, message } = /** @type {{ fields?: Record<string, string>, message?: string }} */ (problem instanceof Error ? problem : {});
  toast(Object.values(fields ?? {}).join(" ") || message || (words.noConnection ?? ""), "warn");
}

/**
 * Let a screen reader say something that is seen elsewhere.
 * @param {string} text
 */
export function announce(text) {
  const region = part("announcer");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}

/**
 * How long ago, in words of the language.
 * @param {string} moment
 */
export function age(moment) {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(moment)) / 1000));
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: seconds < 60 ? "second" : "minute", unitDisplay: "short" });
  return format.format(seconds < 60 ? seconds : Math.floor(seconds / 60));
}

/**
 * Replace the children of a list without touching those that stay the same, so that focus and open menus survive. Of one that goes, the list has the focus then.
 * @param {HTMLElement} list
 * @param {{ id: string, stamp: string, make: () => HTMLElement }[]} wanted
 */
export function keepList(list, wanted) {
  const known = new Map([...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.id ?? "", /** @type {HTMLElement} */ (child)]));
  const held = list.contains(document.activeElement);
  let place = list.firstElementChild;
  for (const { id, stamp, make } of wanted) {
    let item = known.get(id);
    known.delete(id);
    const hasFocus = item?.contains(document.activeElement) ?? false;
    if (!item || (item.dataset.stamp !== stamp && !hasFocus)) {
      const made = make();
      made.dataset.id = id;
      made.dataset.stamp = stamp;
      if (item) {
        if (place === item) place = made;
        item.replaceWith(made);
      }
      item = made;
    }
    if (item === place) place = item.nextElementSibling;
    else list.insertBefore(item, place);
  }
  for (const left of known.values()) left.remove();
  if (held && !list.contains(document.activeElement)) {
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
  }
}
