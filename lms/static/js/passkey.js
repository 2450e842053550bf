// <pass-key>: a button that creates or uses a passkey (WebAuthn Level 3). Without it there are other ways to sign in.
import { request, RequestError } from "./request.js";

/** @typedef {{challenge: string, allowCredentials?: {id: string}[], excludeCredentials?: {id: string}[], user?: {id: string}}} Options */

class PassKey extends HTMLElement {
  connectedCallback() {
    this.#part("without-script")?.remove();
    if (!window.isSecureContext || !("PublicKeyCredential" in window)) {
      this.#say(this.dataset.textUnsupported);
      return;
    }
    for (const name of ["start", "name-field"]) this.#part(name)?.removeAttribute("hidden");
    this.#part("start")?.addEventListener("click", () => void this.#run());
  }

  async #run() {
    const button = /** @type {HTMLButtonElement} */ (this.#part("start"));
    button.disabled = true;
    this.#say("");
    try {
      const options = await request(this.dataset.options ?? "", { method: "POST" });
      const credential = this.dataset.kind === "create"
        ? await navigator.credentials.create({ publicKey: /** @type {any} */ (readable(options)) })
        : await navigator.credentials.get({ publicKey: /** @type {any} */ (readable(options)) });
      const name = /** @type {HTMLInputElement | null} */ (this.#part("name"))?.value ?? "";
      const body = JSON.stringify({ credential: asJson(/** @type {PublicKeyCredential} */ (credential)), name });
      const answer = await request(this.dataset.answer ?? "", { method: "POST", body, headers: { "Content-Type": "application/json" } });
      location.assign(answer.next);
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof DOMException)) throw error;
      this.#say((error instanceof RequestError && error.message) || this.dataset.textFailed);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {string} name */
  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  /** @param {string | undefined} text */
  #say(text) {
    const place = /** @type {HTMLElement} */ (this.#part("problem"));
    place.textContent = text ?? "";
    place.hidden = !text;
  }
}
customElements.define("pass-key", PassKey);

/**
 * The server's JSON with its base64url texts as bytes.
 * @param {Options} options
 */
function readable(options) {
  const withBytes = (/** @type {{id: string}} */ each) => ({ ...each, id: bytes(each.id) });
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: withBytes(options.user) }),
    allowCredentials: options.allowCredentials?.map(withBytes),
    excludeCredentials: options.excludeCredentials?.map(withBytes),
  };
}

/** @param {PublicKeyCredential} credential */
function asJson(credential) {
  const given = /** @type {Record<string, any>} */ (/** @type {unknown} */ (credential.response));
  /** @type {Record<string, string>} */
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[name]) response[name] = text(given[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

/** @param {string} base64url */
function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
