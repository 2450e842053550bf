// Tabs by the ARIA pattern: arrow keys move, the address keeps the choice. Without this script: links to sections.

export class Tabs extends HTMLElement {
  /** @type {HTMLAnchorElement[]} */
  tabs = [];

  connectedCallback() {
    const list = this.querySelector(".ui-tablist");
    if (!list) return;
    list.setAttribute("role", "tablist");
    this.tabs = [...list.querySelectorAll("a")];
    for (const tab of this.tabs) {
      const panel = this.panelOf(tab);
      if (!panel) continue;
      tab.id ||= `${panel.id}-tab`;
      tab.parentElement?.setAttribute("role", "presentation");
      for (const [name, value] of [["role", "tab"], ["aria-controls", panel.id]]) tab.setAttribute(name, value);
      for (const [name, value] of [["role", "tabpanel"], ["aria-labelledby", tab.id], ["tabindex", "0"]]) panel.setAttribute(name, value);
    }
    list.addEventListener("click", (event) => this.#open(/** @type {MouseEvent} */ (event)));
    list.addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    this.select(this.tabs.find((tab) => tab.hash === location.hash) ?? this.tabs[0]);
  }

  /** @param {HTMLAnchorElement} tab */
  panelOf(tab) {
    return document.getElementById(tab.hash.slice(1));
  }

  /** @param {HTMLAnchorElement} chosen */
  select(chosen) {
    for (const tab of this.tabs) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      const panel = this.panelOf(tab);
      if (panel) panel.hidden = tab !== chosen;
    }
  }

  /** @param {MouseEvent} event */
  #open(event) {
    const tab = event.target instanceof Element ? event.target.closest("a") : null;
    if (!tab) return;
    event.preventDefault();
    history.replaceState(history.state, "", tab.hash);
    this.select(tab);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const tabs = this.tabs;
    const here = tabs.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    const turn = getComputedStyle(this).direction === "rtl" ? -1 : 1;
    /** @type {Record<string, number>} */
    const moves = { ArrowRight: here + turn, ArrowLeft: here - turn, Home: 0, End: tabs.length - 1 };
    if (here < 0 || !(event.key in moves)) return;
    event.preventDefault();
    const next = tabs[(moves[event.key] + tabs.length) % tabs.length];
    next.focus();
    next.click();
  }
}
customElements.define("ui-tabs", Tabs);
