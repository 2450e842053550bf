// Blocks are changed where they stand: their form comes into their place and saves itself; "Done" shows them again.
import { toast } from "contrada/toast.js";
import { putMarkup } from "./markup.js";

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = /** @type {HTMLAnchorElement | null} */ (target?.closest("a[data-edit]") ?? null);
  if (opener && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    void open(opener);
  }
});

/** @param {HTMLAnchorElement} opener */
async function open(opener) {
  const body = /** @type {HTMLElement | null} */ (opener.closest(".pf-block")?.querySelector("[data-body]") ?? null);
  if (!body) return;
  if (body.dataset.open) return close(body);
  const html = await read(`${opener.href}?fragment=1`);
  if (html === null) return location.assign(opener.href);
  body.dataset.open = "1";
  putMarkup(body, html);
  body.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void finish(body);
  });
  body.addEventListener("ui:uploaded", () => body.querySelector("form.pf-upload")?.dispatchEvent(new SubmitEvent("submit", { bubbles: true })), { once: true });
  body.querySelector("form.pf-upload")?.addEventListener("submit", (event) => void upload(event, body));
  const first = /** @type {HTMLElement | null} */ (body.querySelector("input:not([type=hidden]), select, textarea, [contenteditable]"));
  first?.focus();
}

/**
 * @param {Event} event
 * @param {HTMLElement} body
 */
async function upload(event, body) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  if (answer.ok) return close(body);
  toast(await words(answer), "danger");
}

/** @param {HTMLElement} body what was typed last is sent before the block is shown again */
async function finish(body) {
  const form = body.querySelector("form");
  if (!form) return;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", headers: { Accept: "application/json" } });
  if (answer.ok) return close(body);
  toast(await words(answer), "danger");
}

/** @param {HTMLElement} body */
async function close(body) {
  const html = await read(body.dataset.shown ?? "");
  delete body.dataset.open;
  if (html !== null) putMarkup(body, html);
  /** @type {HTMLElement | null} */ (body.closest(".pf-block")?.querySelector("a[data-edit]") ?? null)?.focus();
}

/**
 * @param {string} url
 * @returns {Promise<string | null>}
 */
async function read(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  return answer.ok ? answer.text() : null;
}

/** @param {Response} answer */
async function words(answer) {
  try {
    return (await answer.json())?.error?.message ?? "";
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}
