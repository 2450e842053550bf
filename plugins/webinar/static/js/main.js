// The page of a room: first the door, then the room with its panels and its bar.
import { request } from "contrada/request.js";
import { element } from "contrada/dom.js";
import { toast } from "contrada/toast.js";
import { Agenda } from "./agenda.js";
import { Chat } from "./chat.js";
import { canShareScreen } from "./devices.js";
import { Live } from "./live.js";
import { announce, complain, part, words } from "./parts.js";
import { People } from "./people.js";
import { PollBank } from "./poll-bank.js";
import { Polls } from "./polls.js";
import { PreparedPolls } from "./prepared-polls.js";
import { Prejoin } from "./prejoin.js";
import { Captions, Questions, Timer } from "./questions.js";
import { Queue } from "./queue.js";
import { PuttingOut } from "./putting-out.js";
import { Recording } from "./recording.js";
import { Room } from "./room.js";
import { Slides } from "./slides.js";
import { SlideZoom } from "./slide-zoom.js";
import { Stage } from "./stage.js";
import { Videos } from "./videos.js";

const page = /** @type {HTMLElement} */ (document.getElementById("webinar"));
const live = /** @type {HTMLElement} */ (document.querySelector(".ui-live"));
const side = /** @type {HTMLElement} */ (document.querySelector(".ui-live-side"));
const form = /** @type {HTMLFormElement} */ (document.getElementById("webinar-enter"));
const SIGN_MS = 4000;
const OLD_MS = 30000;

/** What was told to this person alone before they came in is no news. */
let heardUntil = 0;
/** @type {Room | null} */
let room = null;
/** @type {Live | null} */
let media = null;
/** @type {{ camera: MediaStreamTrack | null, microphone: MediaStreamTrack | null }} */
let brought = { camera: null, microphone: null };

const prejoin = new Prejoin(async (name) => {
  const body = new FormData();
  body.set("name", name);
  const entered = await request(form.action, { method: "POST", body });
  prejoin.close();
  brought = { camera: prejoin.camera, microphone: prejoin.microphone };
  heardUntil = entered.heard;
  begin(entered.person, entered.state);
});
live.dataset.view = "prejoin";

/**
 * @param {string} me
 * @param {string} state
 */
function begin(me, state) {
  const made = (room = new Room({ room: page.dataset.room ?? "", office: page.dataset.office ?? "", me, rights: (page.dataset.rights ?? "").split(" ") }));
  made.addEventListener("mine", (event) => hear(/** @type {CustomEvent} */ (event).detail));
  if (state === "inside") open();
  else wait();
}

function wait() {
  live.dataset.view = "lobby";
  part("lobby").hidden = false;
  document.getElementById("webinar-waiting")?.focus();
}

let isOpen = false;

function open() {
  if (isOpen || !room) return;
  isOpen = true;
  live.dataset.view = "room";
  part("lobby").hidden = true;
  const inside = room;
  const stage = new Stage(inside, /** @type {any} */ (page.dataset.layout));
  const people = new People(inside);
  const chat = new Chat(inside);
  new Queue(inside);
  new Slides(inside, stage, page.dataset.slides ?? "");
  new SlideZoom(inside, stage, page.dataset.slides ?? "");
  new Videos(inside, stage, page.dataset.videos ?? "");
  new Recording(inside);
  new Timer(inside);
  new Agenda(inside);
  new Captions(inside);
  new PollBank(inside);
  new PreparedPolls(inside);
  new Polls(inside).onNew = () => note("polls");
  new Questions(inside).onNew = () => note("questions");
  people.mayWhisper = () => chat.isPrivateAllowed && inside.rights.has("chat");
  people.onWhisper = (person) => {
    openPanel("chat", false);
    chat.whisperTo(person);
  };
  onPanel = (name) => void (name === "chat" && chat.seen());
  const puttingOut = new PuttingOut(inside);
  people.onRemove = (person) => puttingOut.ask(person);
  chat.heardUntil = heardUntil;
  people.onPin = (person) => stage.pin(person);
  people.sendsOf = (person) => stage.sendsOf(person);
  chat.onNew = () => note("chat");
  part("people-filter").addEventListener("input", () => people.show());
  inside.addEventListener("change", showBar);
  inside.addEventListener("connection", (event) => showConnection(/** @type {CustomEvent} */ (event).detail));
  inside.addEventListener("happened", (event) => happened(/** @type {CustomEvent} */ (event).detail));
  inside.addEventListener("hint", (event) => showSign(/** @type {CustomEvent} */ (event).detail));
  inside.open();
  const live_ = (media = new Live(inside, stage));
  live_.addEventListener("sources", () => people.show());
  void live_.bring(brought.microphone, brought.camera).catch(() => undefined);
  if (matchMedia("(min-width: 62rem)").matches) openPanel("chat", false);
  document.getElementById("content")?.focus({ preventScroll: true }); // the door is gone, and what had the focus there
  announce(words.inside ?? "");
}

/** What is for this person alone. @param {import("contrada/channel.js").LiveEvent} event */
function hear(event) {
  if (event.seq <= heardUntil) return;
  if (event.kind === "lobby.changed" && event.payload.state === "inside") open();
  if (event.kind === "lobby.changed" && event.payload.state === "removed") leave(words.removed ?? "", true);
  if (event.kind === "lobby.changed" && event.payload.state === "refused") leave(words.removed ?? "", false);
  if (event.kind === "lobby.changed" && event.payload.state === "banned") leave(words.banned ?? "", false);
  if (event.kind !== "person.asked" || Date.now() - Date.parse(event.at) > OLD_MS) return;
  if (event.payload.kind === "speak") toast(words.floorYours ?? "", "info");
  else media?.asked(String(event.payload.kind));
}

/** @param {import("contrada/channel.js").LiveEvent} event */
function happened(event) {
  if (event.kind === "room.ended") leave(words.over ?? "", room?.rights.has("moderate") ?? false); // it can be opened again
  if (event.kind === "room.stopped" && room?.state.people[room.me]?.role === "participant") media?.asked(event.payload.right === "speak" ? "mute" : "camera_off");
}

/**
 * @param {string} why
 * @param {boolean} mayReturn
 */
function leave(why, mayReturn) {
  live.dataset.view = "gone";
  void media?.close();
  void room?.close();
  part("lobby").hidden = true;
  part("gone-text").textContent = why;
  part("come-back").hidden = !mayReturn;
  part("gone").hidden = false;
  document.querySelector("ui-toasts")?.replaceChildren(); // what was said of the room holds no more
  part("gone-text").focus();
}

// --- the side

/** What a panel does when it is opened. @type {(name: string) => void} */
let onPanel = () => undefined;

/**
 * @param {string} name
 * @param {boolean} [takesFocus]
 */
function openPanel(name, takesFocus = true) {
  side.classList.add("is-open"); // what is not seen cannot take the focus
  live.dataset.side = name;
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-panel]"))) {
    const isChosen = tab.dataset.panel === name;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    const panel = document.getElementById(`panel-${tab.dataset.panel}`);
    if (panel) panel.hidden = !isChosen;
    if (isChosen && takesFocus) tab.focus();
  }
  note(name, true);
  onPanel(name);
  showOpeners();
}

function closeSide() {
  side.classList.remove("is-open");
  const name = live.dataset.side ?? "";
  delete live.dataset.side;
  showOpeners();
  const openers = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-opens-panel]"))].filter((each) => each.checkVisibility());
  (openers.find((each) => each.dataset.opensPanel === name) ?? openers.at(-1))?.focus();
}

// On a phone the side lies over the stage and the bar; what cannot be seen does not get the focus.
const narrow = matchMedia("(max-width: 47.99rem)");
narrow.addEventListener("change", showOpeners);

function showOpeners() {
  const isCovered = narrow.matches && live.dataset.view === "room" && Boolean(live.dataset.side);
  for (const covered of [part("stage"), document.querySelector(".webinar-bar")]) covered?.toggleAttribute("inert", isCovered);
  for (const opener of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-opens-panel]"))) opener.setAttribute("aria-expanded", String(opener.dataset.opensPanel === live.dataset.side));
}

/** Count what is new in a panel that is not open. @param {string} name @param {boolean} [isSeen] */
function note(name, isSeen = false) {
  for (const count of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-new="${name}"]`))) {
    if (isSeen || live.dataset.side === name) count.textContent = "";
    else count.textContent = String(Number(count.textContent) + 1);
    count.hidden = !count.textContent;
  }
}

for (const opener of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-opens-panel]"))) {
  opener.addEventListener("click", () => (live.dataset.side === opener.dataset.opensPanel ? closeSide() : openPanel(opener.dataset.opensPanel ?? "")));
}
part("side-close").addEventListener("click", closeSide);
part("panel-tabs").addEventListener("click", (event) => {
  const tab = /** @type {HTMLElement} */ (event.target).closest("[data-panel]");
  if (tab instanceof HTMLElement) openPanel(tab.dataset.panel ?? "");
});
part("panel-tabs").addEventListener("keydown", (event) => {
  const tabs = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-panel]"))].filter((tab) => tab.checkVisibility());
  const here = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const moves = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 };
  if (here < 0 || !(event.key in moves)) return;
  event.preventDefault();
  openPanel(tabs[(moves[event.key] + tabs.length) % tabs.length].dataset.panel ?? "");
});

// --- the bar

/** @param {string} name */
const toggleOf = (name) => /** @type {HTMLButtonElement} */ (document.querySelector(`[data-toggle="${name}"]`));

function showBar() {
  if (!room) return;
  const rights = room.rights;
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-right-needed]"))) {
    const right = button.dataset.rightNeeded;
    if (right) button.hidden = !rights.has(right) || (right === "share" && !canShareScreen);
  }
  const me = room.me;
  const isUp = room.state.hands.some((each) => each.person === me);
  toggleOf("hand").setAttribute("aria-pressed", String(isUp));
  toggleOf("hand").hidden = room.isModerator;
  /** @type {HTMLInputElement} */ (part("away")).checked = room.state.people[me]?.is_away ?? false;
}

toggleOf("hand").addEventListener("click", () => {
  if (!room) return;
  const isUp = toggleOf("hand").getAttribute("aria-pressed") === "true";
  room.order(isUp ? "hand.lower" : "hand.raise").then(() => announce((isUp ? words.handDown : words.handUp) ?? ""), complain);
});

part("away").addEventListener("change", () => void room?.order("away.set", { is_away: /** @type {HTMLInputElement} */ (part("away")).checked }).catch(complain));

for (const lock of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-lock]"))) {
  lock.addEventListener("change", () => void room?.order("lock.set", { right: lock.dataset.lock, is_locked: lock.checked }).catch(complain));
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-help]"))) {
  button.addEventListener("click", () => {
    closeMenus();
    room?.order("help.call", { problem: button.dataset.help }).then(() => toast(words.helpCalled ?? "", "info"), complain);
  });
}

part("mute-all").addEventListener("click", () => void room?.order("all.stop", { right: "speak" }).then(() => announce(words.allMuted ?? ""), complain));
part("stop-cameras").addEventListener("click", () => void room?.order("all.stop", { right: "camera" }).then(() => announce(words.allCamerasOff ?? ""), complain));

part("leave").addEventListener("click", () => leave(words.left ?? "", true));
part("end").addEventListener("click", () => void room?.order("room.end").catch(complain));
part("come-back").addEventListener("click", () => location.reload());
window.addEventListener("pagehide", () => void room?.close());

// --- signs

part("signs").addEventListener("click", (event) => {
  const button = /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest("[data-sign]"));
  if (!button || !room) return;
  closeMenus();
  room.hint("reaction", { name: button.dataset.sign });
  floatSign(button.dataset.sign ?? "", "");
});

/** @param {{ kind: string, payload: Record<string, unknown>, by: string }} hint */
function showSign({ kind, payload, by }) {
  if (kind === "reaction") floatSign(String(payload.name), room?.personOf(by)?.name ?? "");
}

/**
 * @param {string} name
 * @param {string} who
 */
function floatSign(name, who) {
  const text = /** @type {HTMLElement | null} */ (document.querySelector(`[data-sign="${CSS.escape(name)}"]`))?.dataset.text;
  if (!text) return;
  const made = element("span", { class: "webinar-sign" }, text, element("small", {}, who.split(" ")[0] ?? ""));
  part("reactions").append(made);
  setTimeout(() => made.remove(), SIGN_MS);
}

function closeMenus() {
  for (const menu of document.querySelectorAll(".webinar-menu[open]")) menu.removeAttribute("open");
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".webinar-menu[open]")) if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
});

/** @param {string} state */
function showConnection(state) {
  const place = part("connection");
  const text = state === "offline" ? words.offline : state === "refused" ? words.refused : "";
  if (state === "live" && !place.hidden) announce(words.back ?? "");
  place.textContent = text ?? "";
  place.hidden = !text;
}
