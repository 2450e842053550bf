// Remembers where the person is in a step, so that they go on exactly there, even if the device dies: when the page is left,
// and when it rests elsewhere after scrolling. Counts minutes where they count.
const MINUTE_MS = 60_000;
const REST_MS = 2_000;
const ELSEWHERE = 20; // thousandths of the page

class Place extends HTMLElement {
  kept = 0;

  connectedCallback() {
    if (!("counts" in this.dataset)) return;
    this.return();
    this.keep(false);
    this.leave = () => { if (document.visibilityState === "hidden") this.keep(false); };
    document.addEventListener("visibilitychange", this.leave);
    this.scrolled = () => { window.clearTimeout(this.resting); this.resting = window.setTimeout(() => this.rest(), REST_MS); };
    addEventListener("scroll", this.scrolled, { passive: true });
    if ("minutes" in this.dataset) this.clock = window.setInterval(() => { if (document.visibilityState === "visible") this.keep(true); }, MINUTE_MS);
  }

  disconnectedCallback() {
    if (this.leave) document.removeEventListener("visibilitychange", this.leave);
    if (this.scrolled) removeEventListener("scroll", this.scrolled);
    window.clearTimeout(this.resting);
    window.clearInterval(this.clock);
  }

  /** How far down the page is, in thousandths. */
  get depth() {
    const room = document.documentElement.scrollHeight - innerHeight;
    return room > 0 ? Math.round((1000 * scrollY) / room) : 0;
  }

  /** Scroll to where the person left, unless they asked for a place of the page themselves. */
  return() {
    const depth = Number(this.dataset.depth ?? 0);
    if (depth > 0 && !location.hash) window.scrollTo({ top: (depth / 1000) * (document.documentElement.scrollHeight - innerHeight), behavior: "instant" });
  }

  rest() {
    if (Math.abs(this.depth - this.kept) >= ELSEWHERE) this.keep(false);
  }

  /** @param {boolean} isMinute a minute of work has passed */
  keep(isMinute) {
    this.kept = this.depth;
    const data = new URLSearchParams({ page: this.dataset.page ?? "", depth: String(this.kept) });
    if (isMinute) data.set("minute", "1");
    void fetch(this.dataset.action ?? "", { method: "POST", body: data, keepalive: true, headers: { Accept: "application/json" } }).catch(() => undefined);
  }
}
customElements.define("courses-place", Place);
