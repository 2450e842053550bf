// Sends a recording while it is being made (tus 1.0 with creation-defer-length): in pieces, going on after a lost
// network or a new page from where the server says it is, until the server has made a take of it.
import { refusalIn } from "contrada/request.js";

const PIECE_BYTES = 4 * 1024 * 1024;
const PAUSES_MS = [500, 1000, 3000, 5000, 10000, 20000];
const TUS = { "Tus-Resumable": "1.0.0" };

/** @typedef {import("./film-store.js").LocalTake} LocalTake */

/**
 * @typedef {object} Listener
 * @property {(sent: number, total: number) => void} progress bytes
 * @property {() => void} offline it goes on by itself
 * @property {(reason: string) => void} failed the server's own words; it does not go on by itself
 * @property {() => void} done the server has it
 * @property {(take: LocalTake) => Promise<void>} keep what is known of the take has changed
 */

class Refused extends Error {}
class Gone extends Error {}
class Busy extends Error {}

export class TakeSender {
  /** @type {(() => void) | null} */
  #wake = null;
  #isRunning = false;
  #isDropped = false;
  #tries = 0;

  /**
   * @param {LocalTake} take
   * @param {Blob[]} pieces grows while it is being made
   * @param {{endpoint: string, takes: string}} addresses
   * @param {Listener} listener
   */
  constructor(take, pieces, addresses, listener) {
    this.take = take;
    this.pieces = pieces;
    this.addresses = addresses;
    this.listener = listener;
    window.addEventListener("online", this.more);
  }

  /** There is more to send, or the network is back. */
  more = () => {
    this.#wake?.();
    void this.#run();
  };

  /** Throw it away, here and there. */
  drop() {
    this.#isDropped = true;
    window.removeEventListener("online", this.more);
    this.#wake?.();
    if (this.take.url) void fetch(this.take.url, { method: "DELETE", headers: TUS }).catch(() => undefined);
  }

  async #run() {
    if (this.#isRunning || this.#isDropped) return;
    this.#isRunning = true;
    try {
      while (!this.#isDropped && !(await this.#step()));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.listener.failed(error.message);
    } finally {
      this.#isRunning = false;
    }
  }

  /** @returns {Promise<boolean>} whether it is finished */
  async #step() {
    try {
      if (!this.take.url) await this.#announce();
      await this.#send();
      await this.#hand();
      window.removeEventListener("online", this.more);
      this.listener.done();
      return true;
    } catch (error) {
      if (error instanceof Refused) throw error;
      if (error instanceof Gone) {
        await this.#know("");
        return false;
      }
      if (!(error instanceof Busy)) this.listener.offline();
      await this.#pause(PAUSES_MS[Math.min(this.#tries++, PAUSES_MS.length - 1)] ?? 0);
      return false;
    }
  }

  async #announce() {
    const told = `filename ${base64(this.take.name)},filetype ${base64(this.take.kind)}`;
    const answer = await ask(this.addresses.endpoint, { method: "POST", headers: { ...TUS, "Upload-Defer-Length": "1", "Upload-Metadata": told } });
    await this.#know(answer.headers.get("Location") ?? "");
  }

  async #send() {
    let offset = await this.#offset();
    for (;;) {
      const whole = new Blob(this.pieces);
      const ended = this.take.ended;
      const part = whole.slice(offset, offset + PIECE_BYTES);
      const isLast = ended && offset + part.size === whole.size;
      if (part.size === 0 && !ended) {
        await this.#pause(0);
        if (this.#isDropped) return;
        continue;
      }
      const headers = { ...TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset), ...(isLast && { "Upload-Length": String(whole.size) }) };
      const answer = await ask(this.take.url, { method: "PATCH", headers, body: part });
      offset = Number(answer.headers.get("Upload-Offset"));
      this.#tries = 0;
      this.listener.progress(offset, whole.size);
      if (answer.headers.get("Upload-File") || (isLast && offset === whole.size)) return;
    }
  }

  async #offset() {
    const answer = await ask(this.take.url, { method: "HEAD", headers: TUS });
    return Number(answer.headers.get("Upload-Offset"));
  }

  async #hand() {
    if (this.#isDropped) return;
    const body = new FormData();
    body.set("upload", this.take.url);
    body.set("key", this.take.key);
    body.set("duration_ms", String(Math.round(this.take.duration)));
    await ask(this.addresses.takes, { method: "POST", body, headers: { Accept: "application/json" } });
  }

  /** @param {string} url */
  async #know(url) {
    this.take.url = url;
    await this.listener.keep(this.take);
  }

  /** @param {number} milliseconds 0 to wait until there is more */
  async #pause(milliseconds) {
    await new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      if (milliseconds) setTimeout(resolve, milliseconds);
    });
    this.#wake = null;
  }
}

/**
 * @param {string} url
 * @param {RequestInit} options
 */
async function ask(url, options) {
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  if (answer.ok) return answer;
  if (answer.status === 404 || answer.status === 410) {
    if (options.method === "POST") throw new Refused(refusalIn(await answer.text()));
    throw new Gone();
  }
  if (answer.status === 409 || answer.status === 423) throw new Busy();
  if (answer.status < 500 && answer.status !== 429) throw new Refused(refusalIn(await answer.text()));
  throw new Busy();
}

/** @param {string} text */
function base64(text) {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
