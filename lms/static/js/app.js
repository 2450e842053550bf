// Entry of every page. It is small on purpose: the script of a component is loaded when the first of its kind appears.
import "./theme.js";

/** @type {Record<string, () => Promise<unknown>>} */
const islands = {
  ".ui-toast": () => import("./toast.js"),
  "ui-tabs": () => import("./tabs.js"),
  "ui-undo-bar": () => import("./undo-bar.js"),
  "ui-table-filter": () => import("./table-filter.js"),
  "ui-autosave": () => import("./autosave.js"),
  "ui-file-drop": () => import("./file-drop.js"),
  "ui-rich-text": () => import("./rich-text.js"),
  "ui-person-picker": () => import("./person-picker.js"),
};
const waiting = new Set(Object.keys(islands));

// Looks now, and again whenever something is added to the page.
function watchIslands() {
  load();
  new MutationObserver(load).observe(document.body, { childList: true, subtree: true });
}

function load() {
  for (const name of waiting) {
    if (document.querySelector(name)) {
      waiting.delete(name);
      void islands[name]();
    }
  }
}

watchIslands();

// The quiet page without a connection (lms/web/service_worker). A browser that wants no worker shows its own.
addEventListener("load", () => void navigator.serviceWorker?.register("/service-worker.js").catch(() => undefined));

// A form that came back with problems: its summary is read first.
const summary = document.querySelector("[data-takes-focus]");
if (summary instanceof HTMLElement) summary.focus();

// Forms are checked by the server, which never sees what a browser cannot read: half of a date, a number that is none.
document.addEventListener(
  "submit",
  (event) => {
    if (event.submitter instanceof HTMLButtonElement && event.submitter.formNoValidate) return;
    const fields = event.target instanceof HTMLFormElement ? [...event.target.elements] : [];
    const unread = fields.find((each) => each instanceof HTMLInputElement && each.validity.badInput);
    if (!(unread instanceof HTMLInputElement)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    unread.closest("details")?.setAttribute("open", "");
    unread.reportValidity();
  },
  { capture: true },
);

// Where tabs are wider than the screen, the present one is in sight.
const present = document.querySelector('.ui-tablist [aria-current="page"]');
const tablist = present?.closest(".ui-tablist");
if (present && tablist) tablist.scrollBy({ left: present.getBoundingClientRect().left - tablist.getBoundingClientRect().left - 24 });

// --- what opens and closes: menus and dialogs

// Menus are <details>. They close on Escape, on a click elsewhere, and when focus moves on.
const openMenus = () => /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.ui-menu[open]"));

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(/** @type {Node} */ (event.target))) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary")?.focus();
  }
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-prints]")) print();
});

// Openers of dialogs are links with data-opens="id of the dialog"; without this script they lead to a page that does the same.

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.getAttribute("data-opens") ?? "");
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target instanceof HTMLDialogElement && isOutside(event.target, event)) {
    event.target.close();
  }
});

/**
 * @param {HTMLDialogElement} dialog
 * @param {MouseEvent} event
 */
function isOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
