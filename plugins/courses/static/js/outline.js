// The outline editor: dragging, moving by keys, renaming in place. Without it, the buttons of each step do the same.
import Sortable from "sortablejs";
import { fill } from "contrada/dom.js";
import { request, RequestError } from "contrada/request.js";
import { toast } from "contrada/toast.js";

class Outline extends HTMLElement {
  connectedCallback() {
    const list = /** @type {HTMLElement | null} */ (this.querySelector(".courses-outline"));
    if (!list) return;
    this.list = list;
    Sortable.create(list, {
      handle: ".courses-handle", forceFallback: true, animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120, ghostClass: "is-carried",
      onEnd: (/** @type {{ item: HTMLElement, oldIndex?: number, newIndex?: number }} */ event) => { if (event.oldIndex !== event.newIndex) void this.arrange(event.item); },
    });
    list.addEventListener("keydown", (event) => this.press(event));
    for (const field of list.querySelectorAll("textarea.courses-title")) this.watch(/** @type {HTMLTextAreaElement} */ (field));
    // A browser gives the focus up when it has scrolled to the place that the address names: so after that.
    if (document.readyState === "complete") this.arrive();
    else window.addEventListener("load", () => requestAnimationFrame(() => this.arrive()), { once: true });
  }

  /** Go on at the step that the address names: the one just added or moved. */
  arrive() {
    const shown = location.hash ? document.getElementById(location.hash.slice(1)) : null;
    if (shown && this.list?.contains(shown)) /** @type {HTMLElement | null} */ (shown.querySelector("textarea.courses-title"))?.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const row = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest(".courses-row")) : null;
    if (!row || !event.altKey || !this.list) return;
    const rows = [...this.list.children];
    const here = rows.indexOf(row);
    if (event.key === "ArrowUp" && here > 0) rows[here - 1].before(row);
    else if (event.key === "ArrowDown" && here < rows.length - 1) rows[here + 1].after(row);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.level(row, event.key === "ArrowRight" ? "1" : "0");
    else return;
    event.preventDefault();
    if (event.target instanceof HTMLElement) event.target.focus();
    void this.arrange(row);
  }

  /**
   * @param {HTMLElement} row
   * @param {string} level
   */
  level(row, level) {
    if (row.classList.contains("is-section")) return;
    row.dataset.level = level;
    row.classList.toggle("is-inside", level === "1");
  }

  /** @param {HTMLElement} row the one that moved */
  async arrange(row) {
    if (!this.list) return;
    const rows = /** @type {HTMLElement[]} */ ([...this.list.children]);
    const order = rows.map((each) => `${each.dataset.step}:${each.dataset.level}`).join(",");
    if (order === this.dataset.order) return;
    const before = this.dataset.order;
    this.dataset.order = order;
    const status = this.querySelector("[data-announce]");
    if (status) status.textContent = fill(this.dataset.textMoved, { place: rows.indexOf(row) + 1, count: rows.length });
    try {
      await this.send({ do: "arrange", order, step: row.dataset.step ?? "" });
      this.offerUndo(before ?? "");
    } catch (error) {
      this.dataset.order = before;
      this.fail(error);
    }
  }

  /** @param {string} order the one before the last change */
  offerUndo(order) {
    const template = /** @type {HTMLTemplateElement | null} */ (this.querySelector("template[data-undo]"));
    if (!template) return;
    document.querySelector("ui-undo-bar")?.remove();
    const bar = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    bar.querySelector('input[name="order"]')?.setAttribute("value", order);
    this.append(bar);
  }

  /** @param {HTMLTextAreaElement} field */
  watch(field) {
    let before = field.value;
    const save = async () => {
      const title = field.value.split(/\s+/).filter(Boolean).join(" ");
      if (!title) field.value = before;
      if (!title || title === before) return;
      try {
        await this.send({ do: "rename", step: /** @type {HTMLElement | null} */ (field.closest(".courses-row"))?.dataset.step ?? "", title });
        before = title;
      } catch (error) {
        this.fail(error);
      }
    };
    field.addEventListener("change", () => void save());
    field.form?.addEventListener("submit", (event) => { event.preventDefault(); field.blur(); });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault(); // a title is one line, however often it is broken
      if (event.key === "Escape") field.value = before;
      fit(field);
      field.blur();
    });
    field.addEventListener("input", () => fit(field));
    fit(field);
  }

  /** @param {Record<string, string>} data */
  send(data) {
    return request(this.dataset.action ?? "", { method: "POST", body: new URLSearchParams(data) });
  }

  /** @param {unknown} error */
  fail(error) {
    toast((error instanceof RequestError && error.message) || (this.dataset.textFailed ?? ""), "danger");
  }
}
customElements.define("courses-outline", Outline);

/**
 * Show the whole title, where the browser does not do it by itself.
 * @param {HTMLTextAreaElement} field
 */
function fit(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
}

/** Kinds of steps, narrowed while one types. */
class Palette extends HTMLElement {
  connectedCallback() {
    const place = this.querySelector("[data-palette-search]");
    const field = place?.querySelector("input");
    place?.removeAttribute("hidden");
    field?.addEventListener("input", () => this.narrow(field.value));
    field?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      /** @type {HTMLButtonElement | null} */ (this.querySelector("li:not([hidden]) button"))?.click();
    });
  }

  /** @param {string} text */
  narrow(text) {
    const wanted = text.trim().toLocaleLowerCase();
    let shown = 0;
    for (const kind of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".courses-palette li"))) {
      kind.hidden = !(kind.textContent ?? "").toLocaleLowerCase().includes(wanted);
      if (!kind.hidden) shown += 1;
    }
    this.querySelector("[data-palette-none]")?.toggleAttribute("hidden", shown > 0);
  }
}
customElements.define("courses-palette", Palette);
