// The one way scripts talk to our own server: JSON back, and a refusal as an error with the server's own words.

/** A refusal or failure; `message` is written for a person when the server sent one, otherwise empty. */
export class RequestError extends Error {
  /**
   * @param {number} status HTTP status; 0 when the server could not be reached
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.name = "RequestError";
    this.status = status;
  }
}

/**
 * Read `{"error": {"message": ...}}` out of an answer's text; empty when it is something else.
 * @param {string | undefined} text
 * @returns {string}
 */
export function refusalIn(text) {
  try {
    const data = JSON.parse(text ?? "");
    return typeof data?.error?.message === "string" ? data.error.message : "";
  } catch (error) {
    if (error instanceof SyntaxError) return "";
    throw error;
  }
}

/**
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<any>} the decoded JSON, or null when the answer has none
 */
export async function request(url, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestError(0, "");
  }
  const text = await response.text();
  if (!response.ok) throw new RequestError(response.status, refusalIn(text));
  return response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : null;
}
