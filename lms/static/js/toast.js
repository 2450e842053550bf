// Short messages at the foot of the page, read politely. Good news leaves by itself; problems stay until closed.
import { element, icon, iconButton } from "./dom.js";

const SHOWN_MS = 8000;
const symbols = { success: "check-circle", info: "info-circle", warn: "exclamation-triangle", danger: "exclamation-circle" };

class Toasts extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("[data-closes]")) event.target.closest(".ui-toast")?.remove();
    });
    document.addEventListener("focusin", () => this.giveWay());
    for (const shown of this.querySelectorAll(".ui-toast")) this.expire(shown);
  }

  // In a room nothing can be scrolled from under a message: it goes to the other end of the window if it hides what has the focus.
  giveWay() {
    const focused = document.activeElement;
    if (!focused || focused === document.body || this.contains(focused)) return;
    const held = focused.getBoundingClientRect();
    const hides = [...this.children].some((each) => {
      const box = each.getBoundingClientRect();
      return box.top < held.bottom && box.bottom > held.top && box.left < held.right && box.right > held.left;
    });
    if (hides && held.height < innerHeight / 2) this.toggleAttribute("data-aside");
  }

  /**
   * @param {string} text
   * @param {keyof typeof symbols} tone
   */
  show(text, tone) {
    const close = iconButton(this.dataset.icons, "x-lg", this.dataset.textClose ?? "");
    close.classList.add("btn-sm");
    close.classList.remove("ui-quiet");
    close.setAttribute("data-closes", "");
    const made = element("div", { class: "ui-toast", "data-tone": tone }, icon(this.dataset.icons, symbols[tone]), element("p", {}, text), close);
    if (!this.querySelector(".ui-toast")) this.removeAttribute("data-aside");
    this.append(made);
    this.expire(made);
    this.giveWay();
  }

  /**
   * The clock stands still while the pointer or the focus is on the message.
   * @param {Element} toast
   */
  expire(toast) {
    const tone = toast.getAttribute("data-tone");
    if (tone === "danger" || tone === "warn") return;
    let timer = 0;
    const start = () => { timer = window.setTimeout(() => toast.remove(), SHOWN_MS); };
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
    start();
  }
}
customElements.define("ui-toasts", Toasts);

/**
 * Say something to the person. The text must be translated already.
 * @param {string} text
 * @param {keyof typeof symbols} [tone]
 */
export function toast(text, tone = "success") {
  const region = document.querySelector("ui-toasts");
  if (region instanceof Toasts) region.show(text, tone);
}
