// Camera, microphone, loudspeaker: asked for when they are wanted, and shown before anybody else sees them.
import { element } from "contrada/dom.js";

const KEPT = "webinar-devices";
const METER_MS = 80;

/** Phones cannot show their screen in a page. */
export const canShareScreen = "getDisplayMedia" in (navigator.mediaDevices ?? {});

/** @typedef {{ camera?: string, microphone?: string, speaker?: string }} Chosen */

/** @returns {Chosen} */
export function chosenDevices() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

/** @param {Chosen} changes */
export function chooseDevices(changes) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...chosenDevices(), ...changes }));
  } catch {
    // Storage is full or forbidden: the choice then lives as long as the page.
  }
}

/** @param {string | undefined} device */
function wanted(device) {
  return device ? { deviceId: { ideal: device } } : {};
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openCamera() {
  const video = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 }, ...wanted(chosenDevices().camera) };
  const stream = await navigator.mediaDevices.getUserMedia({ video });
  return stream.getVideoTracks()[0];
}

/** @returns {Promise<MediaStreamTrack>} */
export async function openMicrophone() {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...wanted(chosenDevices().microphone) };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  return stream.getAudioTracks()[0];
}

/**
 * Why a device could not be opened, as the name of a text of the page.
 * @param {unknown} problem
 */
export function whyNot(problem) {
  const name = problem instanceof DOMException ? problem.name : "";
  if (name === "NotAllowedError") return "deviceForbidden";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "deviceMissing";
  if (name === "NotReadableError" || name === "AbortError") return "deviceBusy";
  return navigator.mediaDevices ? "deviceBusy" : "deviceInsecure";
}

/**
 * Fill choices of devices; empty while the browser does not name them.
 * @param {"videoinput" | "audioinput" | "audiooutput"} kind
 * @param {HTMLSelectElement} select
 * @param {string | undefined} chosen
 */
export async function listDevices(kind, select, chosen) {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const found = all.filter((each) => each.kind === kind && each.label);
  select.replaceChildren(...found.map((each) => element("option", { value: each.deviceId }, each.label)));
  if (found.some((each) => each.deviceId === chosen)) select.value = chosen ?? "";
  const field = /** @type {HTMLElement | null} */ (select.closest("[data-part]"));
  if (field) field.hidden = found.length < 2;
}

/** Shows how loud a microphone is, in a <meter> from 0 to 1. */
export class LevelMeter {
  #context = new AudioContext();
  #timer = 0;
  #source;

  /**
   * @param {MediaStreamTrack} track
   * @param {HTMLMeterElement} meter
   */
  constructor(track, meter) {
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudness = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
      meter.value = Math.min(1, Math.max(0, 1 + Math.log10(loudness + 0.001) / 3) * 1.2);
    }, METER_MS);
  }

  close() {
    clearInterval(this.#timer);
    this.#source.disconnect();
    void this.#context.close();
  }
}

/** A short pleasant sound to try the loudspeaker. */
export function playTone() {
  const context = new AudioContext();
  const gain = context.createGain();
  gain.connect(context.destination);
  [523, 659, 784].forEach((frequency, number) => {
    const tone = context.createOscillator();
    const start = context.currentTime + number * 0.18;
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(start);
    tone.stop(start + 0.16);
  });
  gain.gain.value = 0.15;
  setTimeout(() => void context.close(), 1200);
}
