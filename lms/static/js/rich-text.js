// The editor over a text field that holds HTML (ui/rich_text.html). The field stays in the form and always says what the editor says.
import { Editor, StarterKit, TableKit, Placeholder } from "tiptap";
import { fill } from "./dom.js";
import { Callout, FileLink, media, plainTable } from "./rich-text-nodes.js";
import { prepareUpload } from "./upload.js";

/** @typedef {import("@tiptap/core").ChainedCommands} Chain */

/** What the buttons do. @type {Record<string, (chain: Chain) => Chain>} */
const deeds = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  bullets: (chain) => chain.toggleBulletList(),
  numbers: (chain) => chain.toggleOrderedList(),
  table: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
  row: (chain) => chain.addRowAfter(),
  column: (chain) => chain.addColumnAfter(),
  "less-row": (chain) => chain.deleteRow(),
  "less-column": (chain) => chain.deleteColumn(),
  "no-table": (chain) => chain.deleteTable(),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
};
/** What a pressed button means. @type {Record<string, string>} */
const marks = { bold: "bold", italic: "italic", bullets: "bulletList", numbers: "orderedList", link: "link" };
const callouts = ["note", "tip", "warning"];

class RichText extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("textarea");
    if (!field || this.editor) return;
    this.querySelector(".ui-rich-page")?.remove(); // of the editor that this one was copied from
    const place = document.createElement("div");
    place.className = "ui-rich-page";
    field.before(place);
    const files = this.dataset.files ?? "";
    this.editor = new Editor({
      element: place,
      content: field.value,
      injectCSS: false,
      extensions: [
        StarterKit.configure({ heading: { levels: [2, 3, 4] }, link: { openOnClick: false, defaultProtocol: "https" } }),
        TableKit.configure({ table: false }), plainTable, Callout, FileLink, media("img", files), media("video", files), media("audio", files),
        Placeholder.configure({ placeholder: this.dataset.textPlaceholder ?? "" }),
      ],
      editorProps: {
        attributes: this.#attributes(field),
        handlePaste: (_view, event) => this.#takes(event.clipboardData?.files),
        handleDrop: (_view, event) => this.#takes(event.dataTransfer?.files),
        handleKeyDown: (_view, event) => this.#toTools(event),
      },
      onUpdate: () => this.#write(field),
      onTransaction: () => this.#reflect(),
    });
    field.hidden = true;
    this.#prepareTools();
    document.querySelector(`label[for="${field.id}"]`)?.addEventListener("click", () => this.editor?.commands.focus());
    this.#reflect();
  }

  disconnectedCallback() {
    this.editor?.destroy();
    this.editor = undefined;
  }

  /** @type {Editor | undefined} */
  editor;

  /** @param {HTMLTextAreaElement} field */
  #attributes(field) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    if (label) label.id ||= `${field.id}-label`;
    /** @type {Record<string, string>} */
    const found = { id: `${field.id}-editor`, role: "textbox", "aria-multiline": "true", class: "form-control ui-prose" };
    if (label) found["aria-labelledby"] = label.id;
    for (const name of ["aria-describedby", "aria-invalid"]) if (field.hasAttribute(name)) found[name] = field.getAttribute(name) ?? "";
    return found;
  }

  /** @param {HTMLTextAreaElement} field */
  #write(field) {
    field.value = this.editor?.isEmpty ? "" : (this.editor?.getHTML() ?? "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #prepareTools() {
    const bar = this.#bar();
    if (!bar) return;
    bar.hidden = false;
    bar.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
      if (button instanceof HTMLElement) this.#do(button.dataset.do ?? "");
    });
    bar.addEventListener("keydown", (event) => this.#walk(event));
    this.#prepareBlocks(/** @type {HTMLSelectElement | null} */ (bar.querySelector("[data-block]")));
    const chosen = /** @type {HTMLInputElement | null} */ (this.querySelector("[data-file-field]"));
    chosen?.addEventListener("change", () => {
      this.#takes(chosen.files);
      chosen.value = "";
    });
  }

  /**
   * Whoever chooses with the mouse writes on at once; with keys each arrow or letter chooses, so the focus stays until Escape.
   * @param {HTMLSelectElement | null} select
   */
  #prepareBlocks(select) {
    let isByKeys = false;
    select?.addEventListener("keydown", () => { isByKeys = true; });
    select?.addEventListener("pointerdown", () => { isByKeys = false; });
    select?.addEventListener("change", () => {
      this.#block(select.value);
      if (!isByKeys) this.editor?.view.focus();
    });
  }

  #bar() {
    return /** @type {HTMLElement | null} */ (this.querySelector("[role=toolbar]"));
  }

  /** @param {string} what */
  #do(what) {
    if (!this.editor) return;
    if (what === "file") return /** @type {HTMLElement | null} */ (this.querySelector("[data-file-field]"))?.click();
    if (what === "link") return void this.#link();
    deeds[what]?.(this.editor.chain().focus()).run();
    this.editor.view.focus(); // the chain does it in the next frame only, and a quick letter would be lost
  }

  async #link() {
    const chain = () => /** @type {Editor} */ (this.editor).chain().focus().extendMarkRange("link");
    const address = await this.#ask("link", this.editor?.getAttributes("link").href ?? "");
    if (address === null) return;
    if (!address) return void chain().unsetLink().run();
    if (this.editor?.state.selection.empty && !this.editor.isActive("link")) chain().insertContent({ type: "text", text: address, marks: [{ type: "link", attrs: { href: address } }] }).run();
    else chain().setLink({ href: address }).run();
  }

  /** @param {string} kind */
  #block(kind) {
    const chain = this.editor?.chain().clearNodes();
    if (!chain) return;
    if (kind === "2" || kind === "3") chain.setHeading({ level: kind === "2" ? 2 : 3 });
    else if (kind === "quote") chain.setBlockquote();
    else if (kind === "code") chain.setCodeBlock();
    else if (callouts.includes(kind)) chain.wrapIn("callout", { kind });
    chain.run();
  }

  /** Buttons and select show what stands at the cursor. */
  #reflect() {
    const editor = this.editor;
    const bar = this.#bar();
    if (!editor || !bar) return;
    for (const [what, name] of Object.entries(marks)) bar.querySelector(`[data-do="${what}"]`)?.setAttribute("aria-pressed", String(editor.isActive(name)));
    for (const what of ["undo", "redo"]) bar.querySelector(`[data-do="${what}"]`)?.setAttribute("aria-disabled", String(!(what === "undo" ? editor.can().undo() : editor.can().redo())));
    bar.querySelector("[data-in-table]")?.toggleAttribute("hidden", !editor.isActive("table"));
    const select = /** @type {HTMLSelectElement | null} */ (bar.querySelector("[data-block]"));
    if (select) select.value = blockAt(editor);
  }

  /**
   * Send files and put each where the cursor is.
   * @param {FileList | null | undefined} files
   * @returns {boolean} whether there were any
   */
  #takes(files) {
    for (const file of files ?? []) this.#send(file);
    return Boolean(files?.length);
  }

  /** @param {File} file */
  #send(file) {
    this.#say(fill(this.dataset.textSending, { name: file.name }));
    const upload = prepareUpload(file, this.dataset.endpoint ?? "", {
      failed: (reason) => this.#say(reason || this.dataset.textFailed),
      done: (fileId) => void this.#insert(file, fileId),
    });
    upload.start();
  }

  /**
   * @param {File} file
   * @param {string} fileId
   */
  async #insert(file, fileId) {
    this.#say("");
    const family = file.type.split("/")[0];
    if (family === "image") this.#place({ type: "img", attrs: { file: fileId, alt: (await this.#ask("alt", "")) ?? "" } });
    else if (family === "video" || family === "audio") this.#place({ type: family, attrs: { file: fileId, label: file.name } });
    else this.editor?.chain().focus().insertContent([{ type: "text", text: file.name, marks: [{ type: "fileLink", attrs: { file: fileId } }] }, { type: "text", text: " " }]).run();
  }

  /**
   * Put a picture or the like behind what is selected, and the cursor behind it: what is written next replaces neither.
   * @param {{ type: string, attrs: Record<string, string> }} node
   */
  #place(node) {
    const editor = /** @type {Editor} */ (this.editor);
    editor.chain().focus().insertContentAt(editor.state.selection.to, node).run();
    const { selection, doc } = editor.state;
    if (selection.$to.parent.inlineContent) return;
    const behind = selection.to;
    const chain = editor.chain();
    if (!doc.nodeAt(behind)?.isTextblock) chain.insertContentAt(behind, { type: "paragraph" });
    chain.setTextSelection(behind + 1).run();
  }

  /**
   * @param {string} what
   * @param {string} value
   * @returns {Promise<string | null>} null when it was given up
   */
  #ask(what, value) {
    const dialog = /** @type {HTMLDialogElement} */ (this.querySelector(`dialog[data-ask="${what}"]`));
    const input = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
    input.value = value;
    dialog.returnValue = "";
    dialog.showModal();
    input.select();
    dialog.onclick = (event) => {
      const button = event.target instanceof Element ? event.target.closest("button[data-answer]") : null;
      if (button) this.#answer(dialog, input, button.getAttribute("data-answer") ?? "");
    };
    input.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // or the form around the editor would be sent
      this.#answer(dialog, input, "yes");
    };
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue ? input.value.trim() : null), { once: true });
    });
  }

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLInputElement} input
   * @param {string} answer empty to cancel
   */
  #answer(dialog, input, answer) {
    if (!answer || input.reportValidity()) dialog.close(answer);
  }

  /** @param {string | undefined} text */
  #say(text) {
    const line = this.querySelector(".ui-rich-status");
    if (line) line.textContent = text ?? "";
  }

  /**
   * Alt+F10 goes to the buttons, as editors have it.
   * @param {KeyboardEvent} event
   */
  #toTools(event) {
    if (!event.altKey || event.key !== "F10") return false;
    /** @type {HTMLElement | null} */ (this.#bar()?.querySelector("button, select") ?? null)?.focus();
    return true;
  }

  /**
   * Arrows walk along the buttons; Escape goes back to the text.
   * @param {KeyboardEvent} event
   */
  #walk(event) {
    if (event.key === "Escape") return this.editor?.view.focus();
    if (!["ArrowLeft", "ArrowRight"].includes(event.key) || event.target instanceof HTMLSelectElement) return;
    const tools = /** @type {HTMLElement[]} */ ([...(this.#bar()?.querySelectorAll("select, .ui-rich-group:not([hidden]) button") ?? [])]);
    const at = tools.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    tools[(at + (event.key === "ArrowRight" ? 1 : tools.length - 1)) % tools.length]?.focus();
    event.preventDefault();
  }
}
customElements.define("ui-rich-text", RichText);

/**
 * @param {Editor} editor
 * @returns {string} the value of the select for where the cursor is
 */
function blockAt(editor) {
  for (const kind of callouts) if (editor.isActive("callout", { kind })) return kind;
  if (editor.isActive("blockquote")) return "quote";
  if (editor.isActive("codeBlock")) return "code";
  for (const level of [2, 3]) if (editor.isActive("heading", { level })) return String(level);
  return "p";
}
