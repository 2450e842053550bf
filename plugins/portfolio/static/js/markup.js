// Markup that our own server rendered, put into its place.

/**
 * @param {Element} place what it held is gone afterwards
 * @param {string} html
 */
export function putMarkup(place, html) {
  place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}
