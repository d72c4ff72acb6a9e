// Draws every [data-chart] from the JSON block it names by data-source, and again when the theme or the size
// of the page changes. Kinds: gantt (gantt.js), line, bar, heat (plots.js).
import * as gantt from "./gantt.js";
import * as plots from "./plots.js";
import { fontFamily, onTheme, token } from "./tokens.js";

const drawn = new Map(); // place -> { chart, data }

const kinds = { gantt: gantt.option, line: plots.line, bar: plots.bar, heat: plots.heat };

// Parts that all kinds share, read from the tokens at draw time.
function common() {
  const font = fontFamily();
  const label = { fontFamily: font, fontSize: 12, color: token("ink-3") };
  return {
    label,
    base: { animation: false, textStyle: { fontFamily: font, fontSize: 12, color: token("ink-2") } },
    tooltip: {
      backgroundColor: token("raised"), borderColor: token("line"), padding: [8, 12], confine: true,
      extraCssText: "box-shadow: var(--shadow-3); border-radius: var(--r-2)",
      textStyle: { color: token("ink"), fontFamily: font, fontSize: 13 },
    },
    axis: (extra) => ({
      axisLine: { show: false }, axisTick: { show: false }, axisLabel: label,
      splitLine: { lineStyle: { color: token("grid-line") } }, nameTextStyle: label, ...extra,
    }),
  };
}

function paint(place) {
  const { chart, data } = drawn.get(place);
  chart.setOption(kinds[place.dataset.chart](data, place, common()), true);
}

function begin(place) {
  const data = JSON.parse(document.getElementById(place.dataset.source).textContent);
  const isGantt = place.dataset.chart === "gantt";
  if (isGantt) gantt.fit(place, data);
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  drawn.set(place, { chart, data });
  paint(place);
  if (isGantt) gantt.follow(chart, data);
}

function forget() {
  for (const [place, { chart }] of drawn) {
    if (place.isConnected) continue;
    chart.dispose();
    drawn.delete(place);
  }
}

export function draw(within) {
  forget();
  within.querySelectorAll("[data-chart]").forEach((place) => drawn.has(place) || begin(place));
}

let resizing = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(() => {
    for (const [place, { chart, data }] of drawn) {
      if (place.dataset.chart === "gantt") gantt.fit(place, data);
      chart.resize();
      paint(place);
    }
  });
});
onTheme(() => drawn.forEach((_, place) => paint(place)));
