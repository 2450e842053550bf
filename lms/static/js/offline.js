// The quiet page without a connection: as soon as the site answers again, the page that was asked for is opened.
// A device often believes to be online when it is not, so the site itself is asked.
const SECONDS_BETWEEN = 3;

async function look() {
  const answer = await fetch("/live", { cache: "no-store" }).catch(() => Response.error());
  if (answer.ok) location.reload();
}

addEventListener("online", () => void look());
setInterval(() => void (document.hidden || look()), SECONDS_BETWEEN * 1000);
