// While one types, rows that do not contain all the words are hidden. Enter still asks the server, which knows more rows.
import { fill } from "./dom.js";

/** @param {string} text */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class TableFilter extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    const table = document.getElementById(this.dataset.table ?? "");
    if (!(event.target instanceof HTMLInputElement) || !(table instanceof HTMLTableElement)) return;
    const words = plain(event.target.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const text = plain(row.textContent ?? "");
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    const none = document.querySelector(`[data-none-for="${CSS.escape(table.id)}"]`);
    if (none instanceof HTMLElement) none.hidden = shown > 0;
    const status = this.querySelector("[role=status]");
    if (status) status.textContent = fill(this.dataset.textFound, { number: shown });
  }
}
customElements.define("ui-table-filter", TableFilter);
