"""What a page that plays a recording shows."""

from __future__ import annotations

from playwright.sync_api import Page


def replayed(page: Page) -> float:
    """Seconds that the picture of a replay has played, of which pictures were seen."""
    found: float = page.evaluate(
        """() => {
          const videos = [...document.querySelectorAll("webinar-replay video")].filter((each) => each.checkVisibility());
          const isSeen = videos.length > 0 && videos.every((each) => each.getVideoPlaybackQuality().totalVideoFrames > 10);
          return isSeen ? Math.min(...videos.map((each) => each.currentTime)) : 0;
        }"""
    )
    return found


def lies_apart(page: Page) -> float:
    """Seconds between the moments of what is played together, in the middle of ten looks."""
    found: float = page.evaluate(
        """async () => {
          const replay = document.querySelector("webinar-replay");
          const { tracks } = await (await fetch(replay.dataset.source)).json();
          const media = [...replay.querySelectorAll("video, audio")];
          const players = tracks.map((track) => [track.started_at, media.find((each) => each.src.endsWith(track.id))]);
          const played = players.filter(([, each]) => each); // only what is near has a player
          const looks = [];
          while (looks.length < 10) {
            await new Promise(requestAnimationFrame);
            const moments = played.filter(([, each]) => !each.paused).map(([begins, each]) => begins + each.currentTime);
            if (moments.length < 2) throw new Error("less than two are played");
            looks.push(Math.max(...moments) - Math.min(...moments));
          }
          return looks.sort((a, b) => a - b)[5];
        }"""
    )
    return found
