// The theme switch: writes a cookie that the server reads, so the next page comes in the right colours.
import { isDark, onTheme, root } from "./tokens.js";

function label(button) {
  const words = button.querySelector("[data-theme-label]");
  if (words) words.textContent = isDark() ? button.dataset.light : button.dataset.dark;
  button.setAttribute("aria-label", isDark() ? button.dataset.light : button.dataset.dark);
}

export function start() {
  const buttons = document.querySelectorAll("[data-theme-switch]");
  buttons.forEach((button) => {
    button.hidden = false;
    label(button);
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      document.cookie = "theme=" + root.dataset.theme + ";path=/;max-age=31536000;samesite=lax";
      document.dispatchEvent(new CustomEvent("gf:theme"));
    });
  });
  onTheme(() => buttons.forEach(label));
}
