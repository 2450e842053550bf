// Making elements. Texts always come from the page (translated by the server), never from a script.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {string | undefined} sprite address of the icon sprite
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(sprite, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "ui-icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {string | undefined} sprite
 * @param {string} name
 * @param {string} label
 * @returns {HTMLButtonElement}
 */
export function iconButton(sprite, name, label) {
  return element("button", { type: "button", class: "btn ui-quiet ui-icon-button", "aria-label": label }, icon(sprite, name));
}

/**
 * Put values into a text such as "Saved {time}".
 * @param {string | undefined} text
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function fill(text, values) {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Hours and minutes in the zone in which the server writes the times of the page, whatever the zone of the device.
 * @param {string | Date} moment
 */
export function clock(moment) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.documentElement.dataset.zone }).format(new Date(moment));
}
