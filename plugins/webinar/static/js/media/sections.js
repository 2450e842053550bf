// The sections of the two offers. Their order says what they are; `a=content:slides` (RFC 4796) marks the screen.

/** What is sent, in the order of the sections. A camera comes in three sizes, lowest first, of which everybody gets what they need. */
export const SENDERS = {
  microphone: { media: "audio", encodings: [{ maxBitrate: 48_000, networkPriority: "high" }] },
  camera: {
    media: "video",
    encodings: [
      { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
      { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
      { rid: "h", maxBitrate: 1_700_000 },
    ],
  },
  screen: { media: "video", encodings: [{ maxBitrate: 2_500_000 }] },
  screen_sound: { media: "audio", encodings: [{ maxBitrate: 96_000 }] },
};

const SCREENS = ["screen", "screen_sound"];

/** @type {WeakMap<RTCRtpTransceiver, boolean>} */
const shared = new WeakMap();

/** @param {RTCPeerConnection} peer */
export function addSenders(peer) {
  for (const [kind, { media, encodings }] of Object.entries(SENDERS)) {
    const sendEncodings = /** @type {RTCRtpEncodingParameters[]} */ (encodings);
    shared.set(peer.addTransceiver(media, { direction: "sendonly", sendEncodings }), SCREENS.includes(kind));
  }
}

/**
 * @param {RTCPeerConnection} peer
 * @param {{audio: number, video: number, screen: number}} slots
 */
export function addReceivers(peer, slots) {
  const add = (/** @type {"audio" | "video"} */ media, /** @type {number} */ count, isShared = false) => {
    for (let number = 0; number < count; number += 1) shared.set(peer.addTransceiver(media, { direction: "recvonly" }), isShared);
  };
  add("audio", slots.audio);
  add("video", slots.video);
  add("video", slots.screen, true);
}

/**
 * The offer as it goes to the engine: with the mark of the screen, of which browsers know nothing.
 * @param {RTCPeerConnection} peer
 */
export function describe(peer) {
  const screens = new Set(peer.getTransceivers().filter((each) => shared.get(each)).map((each) => `a=mid:${each.mid}`));
  const lines = (peer.localDescription?.sdp ?? "").split("\r\n");
  return lines.flatMap((line) => (screens.has(line) ? [line, "a=content:slides"] : [line])).join("\r\n");
}
