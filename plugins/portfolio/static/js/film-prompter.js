// The script over the picture: it runs at the speed of one's voice; with reduced motion it goes part by part instead.

export class Prompter {
  #frame = 0;
  #last = 0;
  #place = 0;

  /**
   * @param {HTMLElement} box
   * @param {HTMLInputElement | null} pace words a minute
   * @param {HTMLSelectElement | null} size
   */
  constructor(box, pace, size) {
    this.box = box;
    this.pace = pace;
    this.words = (box.textContent ?? "").split(/\s+/).filter(Boolean).length;
    const resize = () => (box.dataset.size = size?.value ?? "medium");
    size?.addEventListener("change", resize);
    resize();
  }

  start() {
    this.box.scrollTop = this.#place = 0;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#last = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#run(now));
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.box.scrollTop = 0;
  }

  /** @param {string} name the part of the storyboard that is due; the running text needs no help */
  mark(name) {
    for (const part of this.box.querySelectorAll("[data-prompt]")) part.classList.toggle("is-now", part.getAttribute("data-prompt") === name);
    const due = /** @type {HTMLElement | null} */ (this.box.querySelector(".is-now"));
    if (!this.#frame && due) this.box.scrollTop = due.offsetTop;
  }

  /** @param {number} now */
  #run(now) {
    const length = this.box.scrollHeight - this.box.clientHeight / 2;
    const seconds = (this.words * 60) / (Number(this.pace?.value) || 130);
    this.#place += (length * (now - this.#last)) / 1000 / Math.max(seconds, 1);
    this.#last = now;
    this.box.scrollTop = this.#place;
    this.#frame = requestAnimationFrame((next) => this.#run(next));
  }
}
