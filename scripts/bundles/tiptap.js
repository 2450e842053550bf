// What lms/static/js/rich-text.js needs of TipTap, as one module (scripts/vendor bundles it).
export { Editor, Mark, mergeAttributes, Node } from "@tiptap/core";
export { StarterKit } from "@tiptap/starter-kit";
export { Table, TableKit } from "@tiptap/extension-table";
export { Placeholder } from "@tiptap/extensions";
