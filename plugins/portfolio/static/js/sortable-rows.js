// Rows that can be dragged (mouse and touch). The buttons in each row do the same for the keyboard and without this script.
import Sortable from "sortablejs";
import { fill } from "contrada/dom.js";
import { request } from "contrada/request.js";
import { toast } from "contrada/toast.js";

class SortableRows extends HTMLElement {
  connectedCallback() {
    const list = /** @type {HTMLElement | null} */ (this.querySelector("[data-list], ul, ol"));
    if (!list || list.children.length < 2) return;
    this.classList.add("is-sortable");
    Sortable.create(list, {
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      draggable: this.dataset.items ?? "[data-id]",
      handle: this.dataset.handle,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "pf-ghost",
      filter: "input, textarea, select",
      preventOnFilter: false,
      onEnd: (/** @type {{oldIndex?: number, newIndex?: number, item: HTMLElement}} */ event) => {
        if (event.oldIndex !== event.newIndex) void this.save(list, event.item);
      },
    });
  }

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} moved
   */
  async save(list, moved) {
    const rows = /** @type {HTMLElement[]} */ ([...list.children]).filter((row) => row.dataset.id);
    const body = new FormData();
    body.set("order", rows.map((row) => row.dataset.id).join(","));
    try {
      await request(this.dataset.action ?? "", { method: "POST", body });
    } catch (error) {
      toast(error instanceof Error ? error.message : "", "danger");
      location.reload();
      return;
    }
    toast(fill(this.dataset.textMoved, { title: moved.dataset.title ?? "", place: rows.indexOf(moved) + 1, count: rows.length }));
    this.dispatchEvent(new CustomEvent("pf:sorted", { bubbles: true }));
  }
}
customElements.define("pf-sortable", SortableRows);
