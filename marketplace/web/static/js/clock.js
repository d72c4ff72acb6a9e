// A clock that runs down, as <span class="clock" data-left="582" data-total="600">. The seconds left come
// from the server, so a wrong clock in the browser does no harm. It speaks at 5 min, 1 min and zero only.

const SPEAK = [300, 60, 0];

const text = (left) =>
  String(Math.floor(left / 60)).padStart(2, "0") + ":" + String(left % 60).padStart(2, "0");

function tick(clock, left) {
  clock.textContent = text(left);
  const ring = clock.closest(".hold")?.querySelector(".ring");
  if (ring) ring.style.setProperty("--p", String(left / Number(clock.dataset.total || left || 1)));
  if (SPEAK.includes(left)) {
    const speaker = document.getElementById("spoken");
    if (speaker) speaker.textContent = left ? (clock.dataset.says || "") + " " + text(left) : clock.dataset.over || "";
  }
}

function over(clock) {
  const holder = clock.closest("[data-clock-holder]");
  if (!holder) return;
  holder.classList.add("over");
  holder.querySelectorAll("[data-before]").forEach((part) => (part.hidden = true));
  holder.querySelectorAll("[data-after]").forEach((part) => (part.hidden = false));
}

function run(clock) {
  const ends = performance.now() + Number(clock.dataset.left) * 1000;
  let shown = -1;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    if (left === shown) return;
    shown = left;
    tick(clock, left);
    if (left > 0 && clock.isConnected) return;
    clearInterval(timer);
    if (left === 0) over(clock);
  }, 250);
}

export function start(within = document) {
  within.querySelectorAll("[data-left]").forEach(run);
}
