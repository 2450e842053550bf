// A slide that one looks at closely gets a sharper picture, as large on the page as the one before. Who sees it whole loads none.

/** @typedef {import("./zoom.js").View} View */

/** From so many screen points for each point of the picture on it looks soft. */
const SOFT = 1.1;

export class SharpSlide {
  #picture;
  #address = "";

  /** @param {HTMLImageElement} picture */
  constructor(picture) {
    this.#picture = picture;
  }

  /** True where the plain picture has too few points for what the screen shows. @param {View} view */
  isNeeded({ scale }) {
    const { naturalWidth, offsetWidth } = this.#picture;
    return scale > 100 && naturalWidth > 0 && (offsetWidth * scale * devicePixelRatio) / 100 > naturalWidth * SOFT;
  }

  /** Load it, and show it once it is there, if the slide is still the same. @param {string} address */
  async load(address) {
    if (this.#address === address) return;
    this.#address = address;
    const sharp = new Image();
    sharp.src = address;
    try {
      await sharp.decode();
    } catch {
      if (this.#address === address) this.#address = "";
      return;
    }
    if (this.#address !== address) return;
    // By its width the browser knows the density: the picture keeps its size on the page.
    this.#picture.sizes = `${this.#picture.naturalWidth}px`;
    this.#picture.srcset = `${address} ${sharp.naturalWidth}w`;
  }

  /** Another slide comes. */
  forget() {
    this.#address = "";
    this.#picture.removeAttribute("srcset");
    this.#picture.removeAttribute("sizes");
  }
}
