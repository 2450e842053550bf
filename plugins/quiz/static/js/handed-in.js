// After handing in: what the browser still kept of the attempt is not needed any more.
import { Journal } from "./journal.js";

const attempt = /** @type {HTMLElement | null} */ (document.querySelector("script[data-attempt]"))?.dataset.attempt;
if (attempt) new Journal(attempt).clear();
