// Comments at a moment of a video: the moment is taken from the player, and a click on it leads back there.
// A film that is cut tells the seconds of the film, not of its file.
import { FilmPlayer } from "./film-player.js";

class CommentForm extends HTMLElement {
  connectedCallback() {
    const button = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-now]"));
    const second = /** @type {HTMLInputElement | null} */ (this.querySelector("[name=at_second]"));
    const block = /** @type {HTMLSelectElement | null} */ (this.querySelector("[name=block_id]"));
    if (!button || !second || !block) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (!block.selectedOptions[0]?.hasAttribute("data-video")) block.value = block.querySelector("[data-video]")?.getAttribute("value") ?? "";
      const player = playerIn(block.value);
      if (player) second.value = String(Math.floor(momentOf(player)));
    });
  }
}
customElements.define("pf-comment-form", CommentForm);

/** @param {string} blockId */
function playerIn(blockId) {
  return /** @type {HTMLMediaElement | null} */ (document.querySelector(`#block-${CSS.escape(blockId)} :is(video, audio)`));
}

/** @param {HTMLMediaElement} player */
function momentOf(player) {
  const film = player.closest("pf-film");
  return film instanceof FilmPlayer ? film.moment : player.currentTime;
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-seek]")) : null;
  const player = link ? playerIn(link.dataset.block ?? "") : null;
  if (!link || !player) return;
  const film = player.closest("pf-film");
  if (film instanceof FilmPlayer) film.moment = Number(link.dataset.seek);
  else player.currentTime = Number(link.dataset.seek);
  void player.play().catch(() => player.focus());
});
