// Everybody looks closer at a slide by themselves; who turned to it takes those along who follow the presenter.
import { announce, complain, part, words } from "./parts.js";
import { SharpSlide } from "./sharp-slide.js";
import { WHOLE, Zoom } from "./zoom.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./zoom.js").View} View */

const TELL_MS = 200;

export class SlideZoom {
  #room;
  #stage;
  #base;
  #sharp = new SharpSlide(/** @type {HTMLImageElement} */ (part("slide-picture")));
  /** The slide for which the sharper picture was asked. */
  #asked = "";
  #zoom = new Zoom(part("slide-view"), part("slide-sheet"));
  /** One looks for oneself, until the next slide or until one follows again. */
  #isOwn = false;
  #slide = "";
  #told = "";
  #tellTimer = 0;
  #sayTimer = 0;

  /**
   * @param {Room} room
   * @param {Stage} stage
   * @param {string} base address of the slides of the room
   */
  constructor(room, stage, base) {
    this.#base = base;
    this.#room = room;
    this.#stage = stage;
    room.addEventListener("change", () => this.#follow());
    stage.addEventListener("layout", () => this.#follow());
    this.#zoom.addEventListener("look", () => this.#looked());
    part("slide-picture").addEventListener("load", () => {
      this.#zoom.show(this.#zoom.view);
      this.#sharpen();
    });
    part("zoom-in").addEventListener("click", () => this.#zoom.closer());
    part("zoom-out").addEventListener("click", () => this.#zoom.farther());
    part("zoom-whole").addEventListener("click", () => this.#back());
    part("slides").addEventListener("keydown", (event) => {
      const isWhole = event.key === "0" && !event.altKey && !event.ctrlKey && !event.metaKey;
      if (isWhole) this.#back();
      if (!isWhole && !this.#zoom.takes(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** True for the person whom the others follow. */
  get #leads() {
    const { slide } = this.#room.state;
    return Boolean(slide) && this.#room.rights.has("present") && (!slide.by || slide.by === this.#room.me);
  }

  /** What who follows the presenter sees now. @returns {View} */
  get #shown() {
    const zoom = this.#room.state.slide?.zoom;
    return zoom && (this.#leads || this.#stage.followsPresenter) ? zoom : WHOLE;
  }

  #follow() {
    const { slide } = this.#room.state;
    const stamp = slide ? `${slide.deck}/${slide.number}` : "";
    if (stamp !== this.#slide) {
      this.#slide = stamp;
      this.#isOwn = false;
      this.#asked = "";
      this.#sharp.forget();
      this.#told = JSON.stringify(slide?.zoom ?? WHOLE);
      clearTimeout(this.#tellTimer);
    }
    if (!this.#isOwn && !(this.#leads && this.#told !== JSON.stringify(slide?.zoom ?? WHOLE))) this.#zoom.show(this.#shown);
    this.#showScale();
  }

  /** To the whole slide; or, for who looked for themselves, to what the presenter shows. */
  #back() {
    const isBack = this.#isOwn && !this.#leads;
    this.#isOwn = !isBack && !this.#leads;
    this.#zoom.show(isBack ? this.#shown : WHOLE);
    if (this.#leads) this.#tell();
    this.#showScale();
    this.#say();
  }

  #looked() {
    this.#isOwn = !this.#leads;
    if (this.#leads) this.#tell();
    this.#showScale();
    this.#say();
  }

  #tell() {
    const { slide } = this.#room.state;
    this.#told = JSON.stringify(this.#zoom.view);
    clearTimeout(this.#tellTimer);
    this.#tellTimer = window.setTimeout(() => {
      this.#room.order("slide.zoom", { deck: slide.deck, number: slide.number, ...this.#zoom.view }).catch(complain);
    }, TELL_MS);
  }

  /** Who uses few data gets the sharper picture only when they look closely themselves; who follows waits until it is drawn. */
  #sharpen() {
    const { slide } = this.#room.state;
    if (!slide || !this.#sharp.isNeeded(this.#zoom.view) || (!this.#isOwn && !this.#leads && sparesData())) return;
    if (slide.is_sharp) return void this.#sharp.load(`${this.#base}/${slide.deck}/${slide.number}-sharp.webp`);
    if (!this.#isOwn || this.#asked === this.#slide) return;
    const asked = (this.#asked = this.#slide);
    this.#room.ask("slide.sharpen", { deck: slide.deck, number: slide.number }).catch(() => {
      if (this.#asked === asked) this.#asked = "";
    });
  }

  #showScale() {
    this.#sharpen();
    const { scale } = this.#zoom.view;
    part("zoom-scale").textContent = `${scale} %`;
    /** @type {HTMLButtonElement} */ (part("zoom-out")).disabled = scale <= 100;
    /** @type {HTMLButtonElement} */ (part("zoom-in")).disabled = scale >= 400;
  }

  /** Once it stands still. */
  #say() {
    clearTimeout(this.#sayTimer);
    this.#sayTimer = window.setTimeout(() => announce(`${words.zoom} ${this.#zoom.view.scale} %`), 500);
  }
}

function sparesData() {
  const wish = /** @type {HTMLInputElement | null} */ (document.querySelector("[name=webinar-data]:checked"));
  const { connection } = /** @type {Navigator & { connection?: { saveData?: boolean } }} */ (navigator);
  return (wish?.value ?? "all") !== "all" || Boolean(connection?.saveData);
}
