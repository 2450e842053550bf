"""What browsers send in other codecs than the one they are asked for is recorded, and can be played."""

from __future__ import annotations

import base64
from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser

from plugins.webinar.remote import RemoteEngine
from plugins.webinar.repacking import for_every_browser
from plugins.webinar.tests.media.engines import EngineProcess
from plugins.webinar.tests.media.pages import MediaPage
from plugins.webinar.tests.media.test_recording import decoded, longest, wait_until_lasting

ONLY = """mime => {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (media, init) {
    const made = add.call(this, media, init);
    if (media === 'video') {
      const known = RTCRtpSender.getCapabilities('video').codecs;
      made.setCodecPreferences(known.filter((each) => [mime, 'video/rtx'].includes(each.mimeType)));
    }
    return made;
  };
}"""

PLAY = """async (src) => {
  const player = Object.assign(document.createElement('video'), { src, muted: true });
  await new Promise((done, fail) => { player.onloadedmetadata = done; player.onerror = () => fail(player.error.message); });
  player.currentTime = player.duration / 2;
  await new Promise((done) => { player.onseeked = done; });
  await player.play();
  await new Promise((done, fail) => { player.onended = done; player.onerror = () => fail(player.error.message); });
  const quality = player.getVideoPlaybackQuality();
  return [player.duration, player.videoHeight, quality.totalVideoFrames, quality.corruptedVideoFrames];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("mime", ["video/VP9", "video/AV1", "video/H264"])
def test_what_a_browser_sends_in_another_codec_is_recorded_and_played(
    mime: str,
    engine: RemoteEngine,
    engine_process: EngineProcess,
    tmp_path: Path,
    chromium_with_devices: Browser,
) -> None:
    folder = tmp_path / "recording"
    ada = MediaPage(chromium_with_devices, engine, engine_process, "ada")
    ada.page.evaluate(ONLY, mime)
    engine.start_recording("room", folder, frozenset({"ada"}))
    ada.page.evaluate("startSending(['camera'])")
    wait_until_lasting(folder, 1, 1.5, "*camera*")
    track = longest(list(engine.stop_recording("room")))[0]
    packed = for_every_browser(track.file)
    shown = av.open(str(packed))
    size = (shown.streams.video[0].width, shown.streams.video[0].height)
    shown.close()
    kind = "video/mp4" if packed.suffix == ".mp4" else track.media_type
    address = f"data:{kind};base64," + base64.b64encode(packed.read_bytes()).decode()
    duration, height, frames_shown, corrupted = ada.page.evaluate(PLAY, address)
    assert duration == pytest.approx(track.seconds, abs=0.15)
    assert size[1] == height > 0
    assert frames_shown > 5
    assert corrupted == 0
    assert decoded(track) > 20
    ada.close()
