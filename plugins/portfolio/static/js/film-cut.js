// Cutting by ear and eye: where the player stands becomes the beginning, the end, or the picture.
import { prepareUpload } from "contrada/upload.js";
import { FilmPlayer } from "./film-player.js";

class Cut extends HTMLElement {
  connectedCallback() {
    const player = this.querySelector("pf-film");
    if (!(player instanceof FilmPlayer)) return;
    this.#part("tools").hidden = false;
    this.#on("begin", () => this.#set("starts", player.media.currentTime));
    this.#on("end", () => this.#set("ends", player.media.currentTime));
    this.#on("try", () => this.#try(player));
    this.#on("picture", () => void this.#picture(/** @type {HTMLVideoElement} */ (player.media)));
  }

  /**
   * @param {string} name
   * @param {number} seconds
   */
  #set(name, seconds) {
    const field = this.#field(name);
    field.value = String(Math.round(seconds * 10) / 10);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @param {FilmPlayer} player */
  #try(player) {
    const whole = { starts: player.dataset.starts ?? "0", ends: player.dataset.ends ?? "0" };
    player.cut(Number(this.#field("starts").value) || 0, Number(this.#field("ends").value) || Number(whole.ends));
    player.moment = 0;
    player.media.addEventListener("pause", () => player.cut(Number(whole.starts), Number(whole.ends)), { once: true });
    void player.play().catch(() => undefined);
  }

  /** @param {HTMLVideoElement} video */
  async #picture(video) {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")?.drawImage(video, 0, 0);
    const blob = await new Promise((/** @type {(made: Blob | null) => void} */ resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    if (!blob) return this.#tell(this.dataset.textFailed ?? "");
    prepareUpload(new File([blob], "picture.jpg", { type: "image/jpeg" }), this.dataset.endpoint ?? "", {
      failed: (reason) => this.#tell(reason || (this.dataset.textFailed ?? "")),
      done: (_id, url) => void this.#save(url, blob),
    }).start();
  }

  /**
   * @param {string} url
   * @param {Blob} blob
   */
  async #save(url, blob) {
    const body = new FormData();
    body.set("poster", url);
    const answer = await fetch(this.dataset.poster ?? "", { method: "POST", body, headers: { Accept: "application/json" } });
    this.#tell((answer.ok ? this.dataset.textSaved : this.dataset.textFailed) ?? "");
    const shown = /** @type {HTMLImageElement} */ (this.#part("poster"));
    if (!answer.ok) return;
    shown.src = URL.createObjectURL(blob);
    shown.hidden = false;
  }

  /** @param {string} text */
  #tell(text) {
    this.#part("status").textContent = text;
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`[name="${name}"]`));
  }

  /**
   * @param {string} name
   * @param {() => void} act
   */
  #on(name, act) {
    this.#part(name)?.addEventListener("click", act);
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`:scope [data-part="${name}"]`));
  }
}
customElements.define("pf-cut", Cut);
