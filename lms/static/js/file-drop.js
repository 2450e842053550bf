// Sends files in pieces that resume after a break (tus 1.0) and shows each one's progress.
import { element, fill, icon, iconButton } from "./dom.js";
import { prepareUpload } from "./upload.js";

class FileDrop extends HTMLElement {
  /** @type {(() => void) | null} */
  #send = null;

  connectedCallback() {
    const input = this.#input();
    const zone = this.querySelector(".ui-drop");
    if (!input || !zone) return;
    input.removeAttribute("name");
    if (input.files?.length) this.#take(input.files); // chosen before this script was there
    this.querySelector("[data-drop-text]")?.removeAttribute("hidden");
    input.addEventListener("change", () => {
      this.#take(input.files);
      input.value = "";
    });
    this.closest("form")?.addEventListener("submit", (event) => this.#hold(event), { capture: true });
    for (const name of ["dragover", "dragleave", "drop"]) zone.addEventListener(name, (event) => this.#drag(zone, /** @type {DragEvent} */ (event)));
  }

  /**
   * A form that is sent too early waits for its files, and then goes by itself.
   * @param {SubmitEvent} event
   */
  #hold(event) {
    const form = event.target, submitter = event.submitter;
    if (!(form instanceof HTMLFormElement) || !this.querySelector(".ui-file.is-on-its-way")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#send = () => form.requestSubmit(submitter);
    const text = this.dataset.textHeld ?? "";
    this.announce(text);
    for (const row of this.querySelectorAll(".ui-file.is-on-its-way .ui-file-state")) row.textContent = text;
  }

  /** A file has arrived, or will not: what waits for it goes on when it was the last, and stays when it failed. */
  settled() {
    if (this.querySelector(".ui-file.is-failed")) this.#send = null;
    if (!this.#send || this.querySelector(".ui-file.is-on-its-way")) return;
    const send = this.#send;
    this.#send = null;
    send();
  }

  #input() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=file]"));
  }

  /**
   * @param {Element} zone
   * @param {DragEvent} event
   */
  #drag(zone, event) {
    event.preventDefault();
    zone.classList.toggle("is-over", event.type === "dragover");
    if (event.type === "drop") this.#take(event.dataTransfer?.files ?? null);
  }

  /** @param {FileList | null} files */
  #take(files) {
    const list = this.querySelector(".ui-files");
    for (const file of files ?? []) {
      if (!this.#input()?.multiple) list?.replaceChildren();
      list?.append(new FileRow(this, file).node);
    }
  }

  /**
   * Why this file need not even be sent; empty when it may. The server judges again.
   * @param {File} file
   * @returns {string}
   */
  refusal(file) {
    const limit = Number(this.dataset.maxBytes ?? 0);
    if (limit && file.size > limit) return fill(this.dataset.textTooLarge, { limit: size(limit) });
    const kinds = (this.#input()?.accept ?? "").split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
    const fits = kinds.some((kind) => kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind)
      : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind);
    return kinds.length && !fits ? (this.dataset.textWrongType ?? "") : "";
  }

  /** @param {string} text */
  announce(text) {
    const status = this.querySelector("[data-announce]");
    if (status) status.textContent = text;
  }
}

/** One file: its row, its upload, its buttons. */
class FileRow {
  /**
   * @param {FileDrop} drop
   * @param {File} file
   */
  constructor(drop, file) {
    this.drop = drop;
    this.file = file;
    this.percent = 0;
    const texts = drop.dataset;
    this.bar = element("progress", { max: "100", value: "0", "aria-label": file.name });
    this.state = element("span", { class: "ui-file-state" }, texts.textWaiting ?? "");
    this.toggle = iconButton(texts.icons, "pause", texts.textPause ?? "");
    const remove = iconButton(texts.icons, "x-lg", `${texts.textRemove ?? ""} ${file.name}`);
    this.node = element("li", { class: "ui-file" }, element("span", { class: "ui-file-name" }, file.name), this.bar, this.state,
      element("span", { class: "ui-file-buttons" }, this.toggle, remove));
    this.isRunning = false;
    /** @type {import("tus-js-client").Upload | null} */
    this.upload = null;
    remove.addEventListener("click", () => void this.remove());
    this.toggle.addEventListener("click", () => void (this.isRunning ? this.pause() : this.start()));
    const refusal = drop.refusal(file);
    if (refusal) this.fail(refusal);
    else void this.begin();
  }

  async begin() {
    this.node.classList.add("is-on-its-way");
    const texts = this.drop.dataset;
    this.upload = prepareUpload(this.file, texts.endpoint ?? "", {
      progress: (sent, total) => this.progress(sent, total),
      offline: () => this.say(texts.textOffline),
      failed: (reason) => this.fail(reason || (texts.textFailed ?? "")),
      done: () => this.done(),
    });
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    await this.start();
  }

  async start() {
    this.isRunning = true;
    this.node.classList.remove("is-failed");
    this.relabel("pause", this.drop.dataset.textPause);
    this.upload?.start();
  }

  async pause() {
    this.isRunning = false;
    await this.upload?.abort();
    this.relabel("play", this.drop.dataset.textResume);
    this.say(fill(this.drop.dataset.textPaused, { percent: this.percent }));
  }

  async remove() {
    const isUnfinished = this.isRunning || this.percent < 100;
    this.node.remove();
    this.drop.settled();
    if (isUnfinished) await this.upload?.abort(true);
    this.drop.querySelector("input[type=file]")?.dispatchEvent(new CustomEvent("ui:removed", { bubbles: true }));
  }

  /**
   * @param {number} sent bytes
   * @param {number} total bytes
   */
  progress(sent, total) {
    this.percent = total ? Math.floor((100 * sent) / total) : 100;
    this.bar.value = this.percent;
    this.say(fill(this.drop.dataset.textProgress, { sent: size(sent), total: size(total), percent: this.percent }));
  }

  done() {
    this.isRunning = false;
    this.percent = 100;
    this.bar.value = 100;
    this.bar.className = "is-done";
    this.node.classList.replace("is-on-its-way", "is-done");
    this.toggle.remove();
    this.say(fill(this.drop.dataset.textDone, { total: size(this.file.size) }));
    this.node.append(element("input", { type: "hidden", name: this.drop.dataset.name ?? "", value: this.upload?.url ?? "" }));
    this.drop.announce(`${this.file.name}: ${this.state.textContent}`);
    this.drop.dispatchEvent(new CustomEvent("ui:uploaded", { bubbles: true, detail: { name: this.file.name, url: this.upload?.url } }));
    this.drop.settled();
  }

  /** @param {string} reason */
  fail(reason) {
    this.isRunning = false;
    this.bar.hidden = true;
    this.node.classList.remove("is-on-its-way");
    this.node.classList.add("is-failed");
    this.toggle.remove();
    this.say(reason);
    this.drop.announce(`${this.file.name}: ${reason}`);
    this.drop.settled();
  }

  /** @param {string | undefined} text */
  say(text) {
    this.state.textContent = text ?? "";
  }

  /**
   * @param {string} name
   * @param {string | undefined} label
   */
  relabel(name, label) {
    this.toggle.replaceChildren(icon(this.drop.dataset.icons, name));
    this.toggle.setAttribute("aria-label", label ?? "");
  }
}
customElements.define("ui-file-drop", FileDrop);

/** @param {number} bytes */
function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const options = /** @type {Intl.NumberFormatOptions} */ ({ style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 });
  return new Intl.NumberFormat(document.documentElement.lang, options).format(bytes / 1000 ** step);
}
