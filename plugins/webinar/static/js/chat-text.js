// What stands in a message: words, links, and people who are mentioned, in the log as <@id> so that it holds no names.
import { element } from "contrada/dom.js";

const PARTS = /<@([0-9a-f-]{36})>|https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?()[\]]/g;

/**
 * @param {string} text
 * @param {(person: string) => string} nameOf
 * @param {string} me
 * @returns {(Node | string)[]}
 */
export function show(text, nameOf, me) {
  /** @type {(Node | string)[]} */
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(PARTS)) {
    nodes.push(text.slice(done, found.index));
    const [whole, person] = found;
    if (person) nodes.push(element("span", { class: person === me ? "webinar-mention is-me" : "webinar-mention" }, `@${nameOf(person)}`));
    else nodes.push(element("a", { href: whole, target: "_blank", rel: "noopener noreferrer nofollow" }, whole));
    done = found.index + whole.length;
  }
  return [...nodes, text.slice(done)];
}

/**
 * The same as plain words, to be read aloud or quoted.
 * @param {string} text
 * @param {(person: string) => string} nameOf
 */
export function asWords(text, nameOf) {
  return text.replace(/<@([0-9a-f-]{36})>/g, (_whole, person) => `@${nameOf(person)}`);
}
