// The one script of every page. Charts and their library are loaded only where a chart stands.
import { start as clocks } from "./clock.js";
import { start as polling } from "./poll.js";
import { start as theme } from "./theme.js";
import { start as manners } from "./ui.js";

function library() {
  if (window.echarts) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=echarts]").content;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

async function charts(within) {
  if (!within.querySelector("[data-chart]")) return;
  const [drawing] = await Promise.all([import("./charts.js"), library()]);
  drawing.draw(within);
}

theme();
manners();
clocks();
polling();
charts(document);
document.addEventListener("gf:swapped", (event) => {
  clocks(event.target);
  charts(event.target);
});
