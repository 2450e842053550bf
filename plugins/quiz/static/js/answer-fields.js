// The fields of a question on the page: read as its form would send them, and filled with what was kept or came from elsewhere.
import { Gaps, Order } from "./questions.js";

/** @param {HTMLElement} section */
export function position(section) {
  return Number(section.dataset.position);
}

/**
 * @param {HTMLElement} section
 * @returns {number} the number of the answer that the page knows
 */
export function numberOf(section) {
  return Number(/** @type {HTMLInputElement | null} */ (section.querySelector(`[name="a${position(section)}.seq"]`))?.value ?? 0);
}

/**
 * @param {HTMLElement} section
 * @returns {[string, string][]} the fields of a question as its form would send them
 */
export function fieldsOf(section) {
  /** @type {[string, string][]} */
  const found = [];
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input, select, textarea"))) {
    const isOff = ["checkbox", "radio"].includes(field.type) && !field.checked;
    if (field.name && field.type !== "file" && !isOff && !field.name.endsWith(".seq")) found.push([field.name, field.value]);
  }
  return found;
}

/**
 * @param {HTMLElement} section
 * @returns {boolean} whether its fields hold something else than what the server wrote into the page
 */
export function isTouched(section) {
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>} */ (section.querySelectorAll("input, select, textarea"));
  return hasChosenFile(section) || [...fields].some((field) => {
    if (field instanceof HTMLSelectElement) return field.selectedOptions[0] !== ([...field.options].find((each) => each.defaultSelected) ?? field.options[0]);
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    return field.type !== "file" && field.value !== field.defaultValue;
  });
}

/** @param {HTMLElement} section */
export function hasChosenFile(section) {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input[type=file]"))].some((field) => field.files?.length);
}

/**
 * @param {HTMLElement} section
 * @param {[string, string][]} fields
 */
export function fillIn(section, fields) {
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("input, select, textarea"))) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (!field.name || field.type === "file" || field.name.endsWith(".seq")) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  const order = section.querySelector("quiz-order");
  if (order instanceof Order) order.arrange();
  const gaps = section.querySelector("quiz-gaps");
  if (gaps instanceof Gaps) gaps.mark();
}
