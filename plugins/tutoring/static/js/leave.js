// Leaving at once: the page is blank first, then the session ends, then the start page of the office is there instead.
const PRESSES = 3;
const WITHIN_MS = 1500;
const WAIT_MS = 1500;

class TutoringLeave extends HTMLElement {
  /** @type {number[]} */
  #presses = [];

  connectedCallback() {
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#leave();
    });
    document.addEventListener("keydown", this.#onKey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key !== "Escape") return;
    const now = Date.now();
    this.#presses = [...this.#presses.filter((at) => now - at < WITHIN_MS), now];
    if (this.#presses.length >= PRESSES) void this.#leave();
  };

  async #leave() {
    const action = this.querySelector("form")?.action ?? "";
    document.body.replaceChildren();
    document.title = "";
    sessionStorage.clear();
    const signedOut = fetch(action, { method: "POST", keepalive: true, redirect: "manual" }).catch(() => null);
    await Promise.race([signedOut, new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
    location.replace(this.dataset.to ?? "/");
  }
}
customElements.define("tutoring-leave", TutoringLeave);
