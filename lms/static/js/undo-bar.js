// Undo without leaving the page: the form is sent, then the page is read again. Without this script it is an ordinary form.
import { request } from "./request.js";
import { toast } from "./toast.js";

class UndoBar extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => void this.undo(event));
    this.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-closes]")) this.remove();
    });
  }

  /** @param {SubmitEvent} event */
  async undo(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    try {
      await request(form.action, { method: "POST", body: new FormData(form) });
    } catch (error) {
      toast((error instanceof Error && error.message) || (this.dataset.textFailed ?? ""), "danger");
      return;
    }
    this.remove();
    if (this.dispatchEvent(new CustomEvent("ui:undone", { bubbles: true, cancelable: true }))) location.reload();
  }
}
customElements.define("ui-undo-bar", UndoBar);
