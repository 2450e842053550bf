// The person's choice of light or dark. The server writes it on <html data-theme>; stylesheets need no script for it.
// Bootstrap's own data-bs-theme follows, for themes that an office drops in.

const root = document.documentElement;
const device = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  const chosen = root.dataset.theme ?? "auto";
  root.dataset.bsTheme = chosen === "dark" || (chosen === "auto" && device.matches) ? "dark" : "light";
}

device.addEventListener("change", follow);
follow();

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this);
  }

  /** @param {Event} event */
  handleEvent(event) {
    const form = this.querySelector("form");
    if (!form || !(event.target instanceof HTMLInputElement)) return;
    root.dataset.theme = event.target.value;
    follow();
    void keep(form);
  }
}
customElements.define("ui-theme-switch", ThemeSwitch);

/**
 * The look has changed already; if the server cannot keep it, it lasts until the next page.
 * @param {HTMLFormElement} form
 */
async function keep(form) {
  const { request, RequestError } = await import("./request.js");
  try {
    await request(form.action, { method: "POST", body: new FormData(form) });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    console.warn("The look could not be kept, status", error.status);
  }
}
