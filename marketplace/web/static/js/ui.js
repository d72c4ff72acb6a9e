// Small manners of every page. Each works without this file too, only less comfortably.

const SCROLL = "gf:scroll";

// A language switch keeps the place on the page.
function keepScroll() {
  document.querySelectorAll("[data-keep-scroll]").forEach((link) => {
    link.addEventListener("click", () => sessionStorage.setItem(SCROLL, String(window.scrollY)));
  });
  const kept = sessionStorage.getItem(SCROLL);
  if (kept !== null) {
    sessionStorage.removeItem(SCROLL);
    window.scrollTo(0, Number(kept));
  }
}

// A done sentence goes after eight seconds, but not under the pointer or the focus.
function dismiss(toast) {
  let left = 8;
  const timer = setInterval(() => {
    if (toast.matches(":hover") || toast.contains(document.activeElement)) return;
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    toast.remove();
  }, 1000);
}

// One menu at a time; Escape and a click elsewhere close it.
function menus() {
  const close = (except) =>
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu !== except && (menu.open = false));
  document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
}

// A form is sent once; its button says that it is busy and keeps its words.
function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (!button || (form.method || "get") === "get") return;
  form.dataset.sent = "yes";
  button.setAttribute("aria-busy", "true");
}

// Coming back by the browser's back button must not find a dead form.
function revive() {
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}

export function start() {
  keepScroll();
  menus();
  document.querySelectorAll(".toast").forEach(dismiss);
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", revive);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  const wrong = document.querySelector(".errsum") || document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
}
