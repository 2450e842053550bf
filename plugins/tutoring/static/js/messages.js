// Messages of a conversation as they are shown: their words with links, and what one can do with one's own.
import { element } from "contrada/dom.js";

const LINK = /https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?()[\]]/g;

/**
 * Put words into a message; addresses become links that tell the other site nothing of this page.
 * @param {Element | null} bubble
 * @param {string} text
 */
export function write(bubble, text) {
  let at = 0;
  bubble?.replaceChildren();
  for (const found of text.matchAll(LINK)) {
    bubble?.append(text.slice(at, found.index), element("a", { href: found[0], target: "_blank", rel: "noopener noreferrer" }, found[0]));
    at = found.index + found[0].length;
  }
  bubble?.append(text.slice(at));
}

/**
 * Let a message that has just arrived be taken back, and changed if it is words.
 * @param {HTMLElement} chat the element with the pattern and the address of messages
 * @param {HTMLElement} item
 * @param {{ seq: number, at: string, text: string | null }} message
 */
export function addTools(chat, item, { seq, at, text }) {
  const pattern = chat.querySelector("template[data-part=own]");
  if (!(pattern instanceof HTMLTemplateElement) || !chat.querySelector("[data-part=write]:not([hidden])")) return;
  const tools = /** @type {HTMLElement} */ (pattern.content.firstElementChild?.cloneNode(true));
  for (const form of tools.querySelectorAll("form")) form.action = `${chat.dataset.messages}/${seq}/${form.dataset.do === "change" ? "change" : "withdraw"}`;
  const change = tools.querySelector("details");
  const field = tools.querySelector("textarea");
  if (text === null) change?.remove();
  else if (change && field) {
    change.dataset.at = at;
    field.defaultValue = text;
  }
  item.append(tools);
}

/**
 * The words of a message are others now.
 * @param {HTMLElement | null} item
 * @param {string} text
 * @param {string} mark what says so beside the time
 */
export function rewrite(item, text, mark) {
  write(item?.querySelector(".ui-bubble") ?? null, text);
  const field = item?.querySelector("textarea");
  if (field) field.value = field.defaultValue = text;
  const who = item?.querySelector(".ui-chat-who");
  if (who && !who.textContent?.endsWith(mark)) who.append(` · ${mark}`);
}

/**
 * Do it without leaving the page; what came of it arrives as everything else does.
 * @param {HTMLElement} chat
 * @param {SubmitEvent} submit
 */
export async function act(chat, submit) {
  const form = submit.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.do) return;
  submit.preventDefault();
  const button = form.querySelector("button");
  button?.setCustomValidity("");
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) return form.closest("details")?.removeAttribute("open");
  const problem = answer ? await answer.json().catch(() => null) : null;
  button?.setCustomValidity(problem?.error?.message ?? chat.dataset.textRefused ?? "");
  button?.reportValidity();
}

/** After a while the words stay as they are. @param {HTMLElement} chat */
export function endChanges(chat) {
  const limit = Date.now() - Number(chat.dataset.changeMs);
  for (const change of chat.querySelectorAll("details[data-part=change]")) {
    if (change instanceof HTMLDetailsElement && !change.open && Date.parse(change.dataset.at ?? "") < limit) change.remove();
  }
}
