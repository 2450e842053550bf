// The stage: who is seen, and how large. It shows the tracks it is given and says which cameras it wants.
import { complain, part, pattern, showAvatar, words } from "./parts.js";
import { fill } from "contrada/dom.js";

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./room.js").PersonInfo} PersonInfo */
/** @typedef {"speaker" | "gallery" | "slides_speaker" | "slides"} Layout */

const ON_PAGE = 9;
const STRIP = 4;
const SMALL_ROOM = 12;

export class Stage extends EventTarget {
  #room;
  #element = part("stage");
  #tiles = part("tiles");
  #board = part("board");
  /** @type {Map<string, HTMLElement>} */
  #shown = new Map();
  /** @type {Map<string, MediaStreamTrack>} */
  #cameras = new Map();
  /** @type {MediaStreamTrack | null} */
  #screen = null;
  /** @type {Set<string>} */
  #speaking = new Set();
  /** @type {string[]} who spoke last, first */
  #spoke = [];
  /** @type {Map<string, Set<string>>} */
  #sources = new Map();
  /** @type {Layout | ""} own choice; empty follows the presenter */
  #own = "";
  /** @type {string | null} */
  #pinned = null;
  #page = 0;
  #fallback;
  hasSlides = false;
  hasVideo = false;
  /** Low data: no cameras at all. */
  isWithoutVideo = false;

  /**
   * @param {Room} room
   * @param {Layout} fallback how the room begins
   */
  constructor(room, fallback) {
    super();
    this.#room = room;
    this.#fallback = fallback;
    room.addEventListener("change", () => this.show());
    part("page-next").addEventListener("click", () => this.#turn(1));
    part("page-back").addEventListener("click", () => this.#turn(-1));
    for (const choice of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[name=webinar-layout]"))) {
      choice.addEventListener("change", () => {
        this.#own = /** @type {Layout | ""} */ (choice.value);
        this.show();
        this.dispatchEvent(new Event("layout"));
      });
    }
    part("layout-for-all").addEventListener("click", () => {
      this.#room.order("layout.set", { layout: this.layout, pinned: this.#pinned }).catch(complain);
      this.#own = "";
      this.dispatchEvent(new Event("layout"));
      this.#checkChoice();
    });
  }

  /** Whether one sees what the presenter shows, as they show it. */
  get followsPresenter() {
    return this.#own === "";
  }

  /** @returns {Layout} */
  get layout() {
    return this.#own || /** @type {Layout} */ (this.#room.state.layout) || this.#fallback;
  }

  /** @param {string} person */
  pin(person) {
    this.#pinned = this.#pinned === person ? null : person;
    this.show();
  }

  /**
   * @param {string} person
   * @param {MediaStreamTrack | null} track
   */
  setCamera(person, track) {
    if (track) this.#cameras.set(person, track);
    else this.#cameras.delete(person);
    this.show();
  }

  /** Cameras of others, by person; one's own stays. @param {Map<string, MediaStreamTrack>} cameras */
  setCameras(cameras) {
    const own = this.#cameras.get(this.#room.me);
    this.#cameras = new Map(cameras);
    if (own) this.#cameras.set(this.#room.me, own);
    this.show();
  }

  /** @param {MediaStreamTrack | null} track */
  setScreen(track) {
    if (track === this.#screen) return;
    this.#screen = track;
    const video = /** @type {HTMLVideoElement} */ (part("screen"));
    video.hidden = !track;
    video.srcObject = track ? new MediaStream([track]) : null;
    if (track) void video.play().catch(() => undefined);
    this.show();
  }

  /** @param {string[]} persons loudest first */
  setSpeaking(persons) {
    this.#speaking = new Set(persons.filter((each) => this.sendsOf(each).has("microphone")));
    if (persons[0] && persons[0] !== this.#room.me) this.#spoke = [persons[0], ...this.#spoke.filter((each) => each !== persons[0])].slice(0, 8);
    this.show();
  }

  /** @param {{ person: string, kind: string }[]} sources */
  setSources(sources) {
    this.#sources = new Map();
    for (const { person, kind } of sources) this.#sources.set(person, (this.#sources.get(person) ?? new Set()).add(kind));
    for (const each of this.#speaking) if (!this.sendsOf(each).has("microphone")) this.#speaking.delete(each);
    this.show();
  }

  /** @param {string} person */
  sendsOf(person) {
    return this.#sources.get(person) ?? new Set();
  }

  get isScreenShared() {
    return [...this.#sources.values()].some((kinds) => kinds.has("screen"));
  }

  show() {
    const layout = this.layout;
    const hasBoard = layout.startsWith("slides") || this.hasVideo ? this.hasSlides || this.hasVideo || this.isScreenShared || this.#screen !== null : this.isScreenShared || this.#screen !== null;
    const people = this.#chosen(layout, hasBoard);
    this.#element.dataset.layout = hasBoard ? (layout === "slides" ? "slides" : "slides_speaker") : layout === "speaker" ? "speaker" : "gallery";
    this.#board.hidden = !hasBoard;
    part("slides").hidden = this.#screen !== null || this.hasVideo || !this.hasSlides;
    part("video").hidden = this.#screen !== null || !this.hasVideo;
    part("screen-name").hidden = this.#screen === null;
    const sharing = [...this.#sources].find(([, kinds]) => kinds.has("screen"))?.[0];
    part("screen-name").textContent = sharing ? fill(words.sharesScreen, { name: this.#room.nameOf(sharing) }) : "";
    this.#tiles.dataset.count = String(people.length);
    this.#tiles.hidden = people.length === 0;
    this.#place(people);
    this.#checkChoice();
    this.#wish(people, hasBoard);
  }

  /** Who is on the stage, the most important first. @param {Layout} layout @param {boolean} hasBoard */
  #chosen(layout, hasBoard) {
    const state = this.#room.state;
    const present = this.#room.present;
    const rank = (/** @type {PersonInfo} */ one) => {
      if (one.id === this.#pinned) return 0;
      if (one.id === state.pinned) return 1;
      if (one.id === state.floor) return 2;
      const spoke = this.#spoke.indexOf(one.id);
      if (spoke >= 0) return 3 + spoke;
      return 20 + (["host", "presenter", "cohost"].indexOf(state.people[one.id]?.role ?? "") + 4) % 4 + (this.sendsOf(one.id).has("camera") ? 0 : 4);
    };
    const leads = (/** @type {PersonInfo} */ one) => (state.people[one.id]?.role ?? "participant") !== "participant";
    const isOn = (/** @type {PersonInfo} */ one) => leads(one) || this.sendsOf(one.id).has("camera") || [state.floor, state.pinned, this.#pinned].includes(one.id) || this.#speaking.has(one.id);
    const isSmall = present.length <= SMALL_ROOM && this.#fallback === "gallery";
    const wanted = present.filter((one) => isSmall || isOn(one));
    if (layout === "gallery" && !hasBoard) {
      const pages = Math.max(1, Math.ceil(wanted.length / ON_PAGE));
      this.#page = Math.min(this.#page, pages - 1);
      this.#showPages(pages);
      return wanted.slice(this.#page * ON_PAGE, (this.#page + 1) * ON_PAGE);
    }
    this.#showPages(1);
    if (layout === "slides" && hasBoard) return [];
    return [...wanted].sort((a, b) => rank(a) - rank(b)).slice(0, hasBoard ? STRIP : STRIP + 1);
  }

  /** @param {number} pages */
  #showPages(pages) {
    part("pages").hidden = pages < 2;
    part("page-text").textContent = fill(words.pageOf, { page: this.#page + 1, pages });
    /** @type {HTMLButtonElement} */ (part("page-back")).disabled = this.#page === 0;
    /** @type {HTMLButtonElement} */ (part("page-next")).disabled = this.#page >= pages - 1;
  }

  /** @param {number} by */
  #turn(by) {
    this.#page = Math.max(0, this.#page + by);
    this.show();
  }

  /** @param {PersonInfo[]} people */
  #place(people) {
    const wanted = new Set(people.map((one) => one.id));
    for (const [id, tile] of this.#shown) {
      if (wanted.has(id)) continue;
      tile.remove();
      this.#shown.delete(id);
    }
    people.forEach((one, index) => {
      const tile = this.#shown.get(one.id) ?? this.#make(one);
      if (this.#tiles.children[index] !== tile) this.#tiles.insertBefore(tile, this.#tiles.children[index] ?? null);
      this.#fillTile(tile, one);
    });
  }

  /** @param {PersonInfo} one */
  #make(one) {
    const tile = pattern("tile");
    showAvatar(tile, one);
    tile.dataset.id = one.id;
    this.#shown.set(one.id, tile);
    return tile;
  }

  /**
   * @param {HTMLElement} tile
   * @param {PersonInfo} one
   */
  #fillTile(tile, one) {
    const state = this.#room.state;
    const isMe = one.id === this.#room.me;
    const video = /** @type {HTMLVideoElement} */ (tile.querySelector("video"));
    const track = this.#cameras.get(one.id) ?? null;
    const shown = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : null;
    if (track !== (shown ?? null)) {
      video.srcObject = track ? new MediaStream([track]) : null;
      if (track) void video.play().catch(() => undefined);
    }
    tile.classList.toggle("has-video", track !== null);
    tile.classList.toggle("is-own", isMe);
    tile.classList.toggle("is-speaking", this.#speaking.has(one.id));
    part("name", tile).textContent = isMe ? fill(words.me, { name: one.name }) : one.name;
    part("muted", tile).hidden = this.sendsOf(one.id).has("microphone");
    part("hand", tile).hidden = !state.hands.some((each) => each.person === one.id);
    part("pinned", tile).hidden = one.id !== this.#pinned && one.id !== state.pinned;
  }

  #checkChoice() {
    for (const choice of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[name=webinar-layout]"))) choice.checked = choice.value === this.#own;
    part("layout-for-all").hidden = !this.#room.rights.has("present");
  }

  /**
   * @param {PersonInfo[]} people
   * @param {boolean} hasBoard
   */
  #wish(people, hasBoard) {
    const others = people.filter((one) => one.id !== this.#room.me && this.sendsOf(one.id).has("camera"));
    const videos = this.isWithoutVideo ? [] : others.map((one) => ({ person: one.id, height: this.#heightOf(one.id) }));
    this.dispatchEvent(new CustomEvent("wish", { detail: { videos, speakers: 0, screen: hasBoard } }));
  }

  /** In steps, so that every small change of the window is not a new wish. @param {string} person */
  #heightOf(person) {
    const height = this.#shown.get(person)?.clientHeight ?? 180;
    return [180, 360, 720].find((step) => height * devicePixelRatio <= step * 1.15) ?? 720;
  }
}
