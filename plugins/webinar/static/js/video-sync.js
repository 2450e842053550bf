// A video that follows a clock: gently while it is near, at once where it is not.

/** Farther off than this it jumps. */
const JUMP_SECONDS = 0.5;
const NEAR_SECONDS = 0.04;
const GENTLY = 0.1;

/**
 * @param {HTMLMediaElement} media
 * @param {number} wanted where it should be now, in its seconds
 * @param {boolean} isPlaying
 * @param {number} [speed]
 * @returns {Promise<void> | undefined} what the browser says of beginning to play
 */
export function follow(media, wanted, isPlaying, speed = 1) {
  if (media.readyState === 0) return undefined;
  const drift = wanted - media.currentTime;
  if (!isPlaying) {
    media.pause();
    if (Math.abs(drift) > NEAR_SECONDS && !media.seeking) media.currentTime = wanted;
    return undefined;
  }
  const isFar = Math.abs(drift) > JUMP_SECONDS;
  if (isFar && !media.seeking) media.currentTime = wanted;
  const rate = speed * (isFar || Math.abs(drift) < NEAR_SECONDS ? 1 : 1 + Math.max(-GENTLY, Math.min(GENTLY, drift)));
  if (media.playbackRate !== rate) media.playbackRate = rate;
  return media.paused ? media.play() : undefined;
}

/**
 * Where a video is.
 * @param {{ position: number, is_playing: boolean, seconds: number }} video
 * @param {number} since seconds since it was at `position`
 * @returns {{ at: number, isMoving: boolean }}
 */
export function whereIs({ position, is_playing: isPlaying, seconds }, since) {
  const at = Math.min(seconds, position + (isPlaying ? Math.max(0, since) : 0));
  return { at, isMoving: isPlaying && at < seconds };
}

/** @param {number} seconds */
export function clockOf(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
