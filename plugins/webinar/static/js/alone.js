// What was written to one person or to those who lead, as it stands now: written anew and taken back as messages for everybody are.

/** @typedef {import("contrada/channel.js").LiveEvent} LiveEvent */

/**
 * @param {LiveEvent[]} log one channel, in its order
 * @param {string} kind of the messages
 * @returns {{ event: LiveEvent, text: string, isEdited: boolean }[]}
 */
export function standing(log, kind) {
  /** @type {Map<string, { event: LiveEvent, text: string, isEdited: boolean }>} */
  const found = new Map();
  for (const event of log) {
    const target = String(event.payload.target ?? "");
    const known = found.get(target);
    if (event.kind === kind) found.set(event.key, { event, text: String(event.payload.text), isEdited: false });
    else if (event.kind === "alone.gone") found.delete(target);
    else if (event.kind === "alone.edited" && known) found.set(target, { ...known, text: String(event.payload.text), isEdited: true });
  }
  return [...found.values()];
}
