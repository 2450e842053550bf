// A file that was uploaded goes into the conversation: once, and as soon as there is a connection.
import { newKey } from "contrada/channel.js";

const AGAIN_MS = 3000;

/**
 * Put an upload into the conversation; waits for a connection where there is none. The key makes a second try the same as the first.
 * @param {string} action
 * @param {string} url
 * @returns {Promise<boolean>} false when it was refused
 */
export async function share(action, url) {
  const body = new FormData();
  body.set("files", url);
  body.set("key", newKey());
  for (;;) {
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status < 502) return answer.ok; // 502 to 504: the server is being started again
    } catch {
      // no connection: the next try sends the same
    }
    await untilAgain();
  }
}

/** @returns {Promise<void>} when the connection may be back */
function untilAgain() {
  return new Promise((done) => {
    const timer = setTimeout(again, AGAIN_MS);
    function again() {
      clearTimeout(timer);
      removeEventListener("online", again);
      done();
    }
    addEventListener("online", again);
  });
}
