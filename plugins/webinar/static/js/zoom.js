// How much of a slide one sees: buttons, keys, wheel, fingers. The room and the replay place a slide by the same sums.

/** Hundredths of the whole slide, and the thousandths of its width and height that stand in the middle. @typedef {{ scale: number, x: number, y: number }} View */

export const WHOLE = /** @type {View} */ ({ scale: 100, x: 500, y: 500 });
const MOST = 400;
const STEP = 1.25;
const PAN_PART = 0.15;
const TAP_SCALE = 200;

/**
 * The nearest view in which no empty edge is shown beside a slide that could fill it.
 * @param {View} view
 * @param {{ width: number, height: number }} frame
 * @param {{ width: number, height: number }} sheet the whole slide, not zoomed
 * @returns {View}
 */
export function within(view, frame, sheet) {
  const scale = Math.round(Math.min(MOST, Math.max(100, view.scale)));
  const axis = (/** @type {number} */ wanted, /** @type {number} */ room, /** @type {number} */ size) => {
    const half = (room / 2 / ((size * scale) / 100)) * 1000;
    return half >= 500 ? 500 : Math.round(Math.min(1000 - half, Math.max(half, wanted)));
  };
  return { scale, x: axis(view.x, frame.width, sheet.width), y: axis(view.y, frame.height, sheet.height) };
}

/**
 * What is to be done to a sheet that stands in the middle of its frame.
 * @param {View} view
 * @param {{ width: number, height: number }} sheet
 */
export function transformOf({ scale, x, y }, sheet) {
  if (scale === 100) return "";
  return `translate(${(((500 - x) / 1000) * sheet.width * scale) / 100}px, ${(((500 - y) / 1000) * sheet.height * scale) / 100}px) scale(${scale / 100})`;
}

/**
 * A frame in which one looks closer at a sheet. Dispatches `look` (detail: View) when its person changed the view.
 */
export class Zoom extends EventTarget {
  #frame;
  #sheet;
  view = WHOLE;
  /** @type {Map<number, { x: number, y: number }>} */
  #fingers = new Map();

  /**
   * @param {HTMLElement} frame
   * @param {HTMLElement} sheet
   */
  constructor(frame, sheet) {
    super();
    this.#frame = frame;
    this.#sheet = sheet;
    new ResizeObserver(() => this.show(this.view)).observe(frame);
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("dblclick", (event) => this.#look(this.view.scale > 100 ? WHOLE : this.#around(TAP_SCALE, event)));
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, (event) => this.#fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
  }

  /** @param {View} view */
  show(view) {
    this.view = within(view, this.#frameSize, this.#sheetSize);
    this.#sheet.style.transform = transformOf(this.view, this.#sheetSize);
    this.#sheet.style.setProperty("--zoom", String(this.view.scale / 100));
    this.#frame.classList.toggle("is-zoomed", this.view.scale > 100);
  }

  closer() {
    this.#look({ ...this.view, scale: this.view.scale * STEP });
  }

  farther() {
    this.#look({ ...this.view, scale: this.view.scale / STEP });
  }

  /**
   * True if the key did something.
   * @param {KeyboardEvent} event
   */
  takes(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    if (event.key === "+" || event.key === "=") this.closer();
    else if (event.key === "-") this.farther();
    else if (this.view.scale > 100 && event.key.startsWith("Arrow")) this.#step(event.key);
    else return false;
    return true;
  }

  /** @param {string} key */
  #step(key) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
    this.#pan(by[0] * this.#frameSize.width * PAN_PART, by[1] * this.#frameSize.height * PAN_PART);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.#look(this.#around(this.view.scale * Math.exp(-event.deltaY / 300), event));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#frame.setPointerCapture(event.pointerId);
  }

  /** One finger or the mouse moves the slide, two make it larger or smaller. @param {PointerEvent} event */
  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.#fingers.set(event.pointerId, now);
    if (!other) {
      if (this.view.scale > 100) this.#pan(before.x - now.x, before.y - now.y);
      return;
    }
    const apart = Math.hypot(before.x - other.x, before.y - other.y);
    const middle = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 };
    if (apart > 0) this.#look(this.#around((this.view.scale * Math.hypot(now.x - other.x, now.y - other.y)) / apart, middle));
  }

  /**
   * @param {number} right in pixels
   * @param {number} down
   */
  #pan(right, down) {
    const { width, height } = this.#sheetSize;
    const { scale, x, y } = this.view;
    this.#look({ scale, x: x + (right / ((width * scale) / 100)) * 1000, y: y + (down / ((height * scale) / 100)) * 1000 });
  }

  /**
   * The view at a scale in which what is under a point stays there.
   * @param {number} wanted
   * @param {{ clientX: number, clientY: number }} point
   * @returns {View}
   */
  #around(wanted, point) {
    const scale = Math.min(MOST, Math.max(100, wanted));
    const box = this.#frame.getBoundingClientRect();
    const { width, height } = this.#sheetSize;
    const axis = (/** @type {number} */ middle, /** @type {number} */ away, /** @type {number} */ size) => middle + ((away / size) * 1000) * (100 / this.view.scale - 100 / scale);
    return { scale, x: axis(this.view.x, point.clientX - box.left - box.width / 2, width), y: axis(this.view.y, point.clientY - box.top - box.height / 2, height) };
  }

  /** @param {View} view */
  #look(view) {
    const before = JSON.stringify(this.view);
    this.show(view);
    if (JSON.stringify(this.view) !== before) this.dispatchEvent(new CustomEvent("look", { detail: this.view }));
  }

  get #frameSize() {
    return { width: this.#frame.clientWidth || 1, height: this.#frame.clientHeight || 1 };
  }

  get #sheetSize() {
    return { width: this.#sheet.offsetWidth || 1, height: this.#sheet.offsetHeight || 1 };
  }
}
