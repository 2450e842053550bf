// Rows of a form that grow in place: a copy of the last one, emptied. Without this script the button asks the server.

class Rows extends HTMLElement {
  connectedCallback() {
    const button = /** @type {HTMLButtonElement | null} */ (this.querySelector("button[name=more]"));
    button?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#add();
    });
    this.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #rows() {
    return [...this.querySelectorAll(/** @type {"li"} */ (".quiz-row"))];
  }

  #add() {
    const last = this.#rows().at(-1);
    if (!last) return;
    const number = this.#rows().length;
    const row = /** @type {HTMLLIElement} */ (last.cloneNode(true));
    for (const page of row.querySelectorAll(".ui-rich-page")) page.remove(); // each row has an editor of its own
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll("input, textarea"))) {
      if (["radio", "checkbox"].includes(field.type)) {
        field.checked = false;
        field.value = String(number);
      } else field.value = "";
      field.hidden = field.type === "file";
    }
    for (const name of ["id", "for", "aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const each of row.querySelectorAll(`[${name}]`)) each.setAttribute(name, (each.getAttribute(name) ?? "").replace(/-\d+(?=(?:-[a-z-]+)?$)/, `-${number}`));
    }
    for (const words of row.querySelectorAll("label, .visually-hidden")) {
      for (const node of words.childNodes) if (node.nodeType === Node.TEXT_NODE && node.textContent) node.textContent = node.textContent.replace(/\d+/, String(number + 1));
    }
    row.querySelector("details")?.removeAttribute("open");
    last.after(row);
    /** @type {HTMLElement | null} */ (row.querySelector("[contenteditable=true], input[type=text], textarea"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const target = event.target;
    if (event.key !== "Enter" || !(target instanceof HTMLInputElement) || target.type !== "text") return;
    event.preventDefault(); // Enter goes to the next row, as in a list
    const rows = this.#rows();
    const next = rows[rows.findIndex((each) => each.contains(target)) + 1];
    const same = /** @type {HTMLElement | null | undefined} */ (next?.querySelector(`input[name="${target.name}"]`));
    if (same) same.focus(); else if (target.value) this.#add();
  }
}

customElements.define("quiz-rows", Rows);
