// How long a script takes to say, counted while one writes.
import { fill } from "contrada/dom.js";

class ScriptLength extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.count());
    this.count();
  }

  count() {
    const pace = Number(this.dataset.pace) || 130;
    let all = 0;
    for (const part of this.querySelectorAll(".pf-part")) {
      const words = (part.querySelector("textarea")?.value ?? "").split(/\s+/).filter(Boolean).length;
      all += words;
      const line = part.querySelector("[data-length]");
      if (line) line.textContent = words ? fill(this.dataset.text, { words, seconds: Math.round((words * 60) / pace) }) : "";
    }
    const line = this.querySelector("[data-all]");
    if (line) line.textContent = all ? fill(this.dataset.textAll, { seconds: Math.round((all * 60) / pace) }) : "";
  }
}
customElements.define("pf-script-length", ScriptLength);
