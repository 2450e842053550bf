// The sheet beside the form: read again after each change, without leaving the page.
import { request } from "contrada/request.js";
import { toast } from "contrada/toast.js";
import { putMarkup } from "./markup.js";

class LiveSheet extends HTMLElement {
  connectedCallback() {
    // ui-autosave says "saved" by a state on its own line; that is when the sheet is new.
    const line = this.querySelector(".ui-saved");
    if (line) new MutationObserver(() => { if (line.getAttribute("data-state") === "saved") void this.refresh(); }).observe(line, { attributes: true });
    this.addEventListener("pf:sorted", () => void this.refresh());
    this.addEventListener("submit", (event) => {
      const form = /** @type {HTMLFormElement} */ (event.target);
      if (/\/(hide|show)$/.test(form.action)) {
        event.preventDefault();
        void this.toggle(form);
      }
    });
  }

  /** @param {HTMLFormElement} form */
  async toggle(form) {
    const isHiding = form.action.endsWith("/hide");
    try {
      await request(form.action, { method: "POST", body: new FormData() });
    } catch (error) {
      toast(error instanceof Error ? error.message : "", "danger");
      return;
    }
    form.action = form.action.replace(/(hide|show)$/, isHiding ? "show" : "hide");
    form.closest("li")?.classList.toggle("is-hidden", isHiding);
    form.querySelector("button")?.setAttribute("aria-pressed", String(!isHiding));
    const use = form.querySelector("use");
    use?.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, isHiding ? "#eye-slash" : "#eye"));
    await this.refresh();
  }

  async refresh() {
    const place = this.querySelector("[data-sheet-place]");
    const answer = await fetch(this.dataset.sheet ?? "", { credentials: "same-origin" });
    if (place && answer.ok) putMarkup(place, await answer.text());
  }
}
customElements.define("pf-live-sheet", LiveSheet);
