// Remembers where the person is in a step, so that they go on exactly there; counts minutes where they count.
const MINUTE_MS = 60_000;

class Place extends HTMLElement {
  connectedCallback() {
    if (!("counts" in this.dataset)) return;
    this.return();
    this.keep(false);
    this.leave = () => { if (document.visibilityState === "hidden") this.keep(false); };
    document.addEventListener("visibilitychange", this.leave);
    if ("minutes" in this.dataset) this.clock = window.setInterval(() => { if (document.visibilityState === "visible") this.keep(true); }, MINUTE_MS);
  }

  disconnectedCallback() {
    if (this.leave) document.removeEventListener("visibilitychange", this.leave);
    window.clearInterval(this.clock);
  }

  /** Scroll to where the person left, unless they asked for a place of the page themselves. */
  return() {
    const depth = Number(this.dataset.depth ?? 0);
    if (depth > 0 && !location.hash) window.scrollTo({ top: (depth / 1000) * (document.documentElement.scrollHeight - innerHeight), behavior: "instant" });
  }

  /** @param {boolean} isMinute a minute of work has passed */
  keep(isMinute) {
    const room = document.documentElement.scrollHeight - innerHeight;
    const data = new URLSearchParams({ page: this.dataset.page ?? "", depth: String(room > 0 ? Math.round((1000 * scrollY) / room) : 0) });
    if (isMinute) data.set("minute", "1");
    void fetch(this.dataset.action ?? "", { method: "POST", body: data, keepalive: true, headers: { Accept: "application/json" } }).catch(() => undefined);
  }
}
customElements.define("courses-place", Place);
