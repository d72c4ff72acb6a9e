// Colours and faces of the design tokens, read when something is drawn, so a theme change needs no reload.

export const root = document.documentElement;
export const zh = root.lang.startsWith("zh");

export const token = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
export const fontFamily = () => getComputedStyle(document.body).fontFamily;
export const isPhone = () => window.matchMedia("(max-width: 760px)").matches;

export function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

// Calls back when the reader switches the theme or the system does.
export function onTheme(callback) {
  document.addEventListener("gf:theme", callback);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}

// Grouped digits; axes count in 万 and 亿 in Chinese, in k and M in English, from 10,000.
export function short(value) {
  const size = Math.abs(value);
  const trim = (number) => String(Math.round(number * 10) / 10);
  if (size < 10000) return (Math.round(value * 100) / 100).toLocaleString("en-US");
  if (zh) return size < 1e8 ? trim(value / 1e4) + " 万" : trim(value / 1e8) + " 亿";
  return size < 1e6 ? trim(value / 1e3) + "k" : trim(value / 1e6) + "M";
}

// Every digit, grouped: for labels and tables, where an axis would shorten.
export const exact = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

// How wide words come out, near enough to decide whether they fit.
export const wide = (words, size) =>
  [...words].reduce((sum, letter) => sum + (letter > "\u2e80" ? size : size * 0.58), 0);
