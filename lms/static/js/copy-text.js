// <copy-text>: a field with a button that copies it. Without this script the button is not there; the field can be selected.

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => void this.copy());
    this.querySelector("input")?.addEventListener("focus", (event) => /** @type {HTMLInputElement} */ (event.target).select());
  }

  async copy() {
    await navigator.clipboard.writeText(this.querySelector("input")?.value ?? "");
    const said = this.dataset.textCopied ?? "";
    for (const place of this.querySelectorAll("button span, [role=status]")) place.textContent = said;
  }
}
customElements.define("copy-text", CopyText);
