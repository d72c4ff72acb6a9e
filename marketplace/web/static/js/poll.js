// Keeps a fragment fresh: <div data-poll="/plans/7/progress" data-poll-every="1000">. The server answers with
// the new inside of the element, 204 or 304 for "nothing new", and ends the polling by a fragment that holds
// [data-poll-stop] (with [data-poll-reload] the page is loaded again). A hidden tab does not ask.

const SLOWEST = 15000;

function swap(place, html) {
  place.innerHTML = html;
  place.dispatchEvent(new CustomEvent("gf:swapped", { bubbles: true }));
  const milestone = place.querySelector("[data-milestone]");
  const speaker = document.getElementById("spoken");
  if (milestone && speaker && speaker.textContent !== milestone.textContent) {
    speaker.textContent = milestone.textContent;
  }
}

async function ask(place, state) {
  const headers = { "X-Requested-With": "fetch" };
  if (state.etag) headers["If-None-Match"] = state.etag;
  const answer = await fetch(place.dataset.poll, { headers, credentials: "same-origin", cache: "no-store" });
  if (answer.status === 204 || answer.status === 304) return true;
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return false;
  if (!answer.ok) throw new Error("status " + answer.status);
  state.etag = answer.headers.get("ETag");
  swap(place, await answer.text());
  if (place.querySelector("[data-poll-reload]")) window.location.reload();
  return !place.querySelector("[data-poll-stop]");
}

function keep(place) {
  const every = Number(place.dataset.pollEvery || 1000);
  const state = { etag: place.dataset.pollEtag || null, wait: every };
  const again = () => setTimeout(round, state.wait);
  async function round() {
    if (!place.isConnected) return;
    if (document.hidden) return again();
    try {
      const more = await ask(place, state);
      state.wait = every;
      if (more) again();
    } catch {
      state.wait = Math.min(state.wait * 2, SLOWEST);
      again();
    }
  }
  again();
}

export function start() {
  document.querySelectorAll("[data-poll]").forEach(keep);
}
