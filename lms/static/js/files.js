// My files: when everything that was dropped has arrived, the list is read again without leaving the page.
const drop = document.querySelector(".files-send ui-file-drop");

drop?.addEventListener("ui:uploaded", () => {
  if (!drop.querySelector(".ui-file:not(.is-done, .is-failed)")) void refresh();
});

async function refresh() {
  const response = await fetch(location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("my-files");
  if (fresh) document.getElementById("my-files")?.replaceWith(document.adoptNode(fresh));
}
