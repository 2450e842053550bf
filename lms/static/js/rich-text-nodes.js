// What the editor knows beyond ordinary text: own files, boxes, and tables without inline styles. Stored shape: lms/richtext.py.
import { Mark, mergeAttributes, Node, Table } from "tiptap";

/** An attribute that stands in the HTML under another name. @param {string} name @param {string} html */
const kept = (name, html) => ({
  [name]: { default: "", parseHTML: (/** @type {HTMLElement} */ node) => node.getAttribute(html) ?? "", renderHTML: (/** @type {Record<string, string>} */ held) => (held[name] || html === "alt" ? { [html]: held[name] } : {}) },
});

/**
 * A picture, video or sound of one's own files.
 * @param {"img" | "video" | "audio"} tag
 * @param {string} files address under which files are
 */
export function media(tag, files) {
  return Node.create({
    name: tag,
    group: "block",
    atom: true,
    draggable: true,
    addAttributes: () => ({ ...kept("file", "data-file"), ...(tag === "img" ? kept("alt", "alt") : kept("label", "aria-label")) }),
    parseHTML: () => [{ tag: `${tag}[data-file]` }],
    renderHTML: ({ node, HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes, { src: `${files}/${node.attrs.file}/content` }, tag === "img" ? {} : { controls: "", preload: "metadata" })],
  });
}

/** A link to one of one's own files. */
export const FileLink = Mark.create({
  name: "fileLink",
  priority: 1100,
  inclusive: false,
  excludes: "link",
  addAttributes: () => kept("file", "data-file"),
  parseHTML: () => [{ tag: "a[data-file]" }],
  renderHTML: ({ HTMLAttributes }) => ["a", HTMLAttributes, 0],
});

/** A box: note, tip or warning. */
export const Callout = Node.create({
  name: "callout",
  group: "block",
  content: "block+",
  defining: true,
  addAttributes: () => ({ kind: { default: "note", parseHTML: (node) => node.getAttribute("data-callout") ?? "note", renderHTML: (held) => ({ "data-callout": held.kind }) } }),
  parseHTML: () => [{ tag: "aside[data-callout]" }],
  renderHTML: ({ HTMLAttributes }) => ["aside", HTMLAttributes, 0],
});

/** A table whose HTML carries no widths. Tab goes from cell to cell, and from the last one out of the text as everywhere else. */
export const plainTable = Table.extend({
  addKeyboardShortcuts() {
    return { ...this.parent?.(), Tab: () => this.editor.commands.goToNextCell() };
  },
  renderHTML: ({ HTMLAttributes }) => ["table", HTMLAttributes, ["tbody", 0]],
}).configure({ resizable: false });
