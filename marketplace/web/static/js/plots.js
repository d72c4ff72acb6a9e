// Lines, bars and heat maps. Data:
// line { x: { name, min, max, interval, unit, categories }, y: { name, min, max, interval, unit, prefix },
//        series: [{ name, data: [[x, y]] | [y], colour, dash, step, end }], between: [i, j],
//        bands: [{ low: [[x, y]], high: [[x, y]], colour, name }], levels: [{ y, name, tone }],
//        marker: { x, name }, ribbon: [{ from, to, colour, name }] }
// bar  { categories, series: [{ name, data, colour }], unit, prefix, flat (lying bars), stacked }
// heat { cols, rows, cells: [[col, row, value or null]], steps: [20, 35, 50, 65, 80], fine (a decimal below ten) }
// `colour` is the name of a token: "mode-time", "c-1"; null stands for "withheld" or "unknown".
import { exact, isDark, isPhone, short, token, wide } from "./tokens.js";

const order = ["c-1", "c-2", "c-3", "c-4"];
const dashes = ["solid", [6, 4], [2, 3], [8, 3, 2, 3]];
const group = (children) => ({ type: "group", children });
const on = (scale) => (value) => (scale.prefix || "") + short(value) + (scale.unit || "");
const told = (scale) => (value) =>
  value === null || value === undefined ? "—" : (scale.prefix || "") + exact(value) + (scale.unit || "");

function words(text, x, y, ink, font, align = "left") {
  return { type: "text", style: { text, x, y, fill: ink, font, textAlign: align, textVerticalAlign: "middle" } };
}

const over = (z, draw) => ({
  type: "custom", silent: true, z, data: [0], renderItem: (_, api) => group(draw((x, y) => api.coord([x, y]))),
});

// ---- lines

function oneLine(s, i, label) {
  const colour = token(s.colour || order[i] || "c-grey");
  return {
    type: "line", name: s.name, data: s.data, step: s.step ? "end" : false, showSymbol: false, z: 4,
    lineStyle: { color: colour, width: 2.5, type: s.dash === undefined ? dashes[i % 4] : s.dash || "solid" },
    itemStyle: { color: colour },
    endLabel: {
      show: !isPhone() && s.end !== "", formatter: s.end || s.name, color: colour, distance: 6,
      fontFamily: label.fontFamily, fontSize: 12, fontWeight: 600,
    },
    labelLayout: { moveOverlap: "shiftY" },
  };
}

// The corners of a line that goes on level until its next point.
function stairs(points, to) {
  return points.flatMap(([x, y], i) => (i ? [to(x, points[i - 1][1]), to(x, y)] : [to(x, y)]));
}

function area(low, high, colour, stepped) {
  return over(1, (to) => {
    const way = (points) => (stepped ? stairs(points, to) : points.map(([x, y]) => to(x, y)));
    const points = way(high).concat(way(low).reverse());
    return [{ type: "polygon", shape: { points }, style: { fill: token(colour), opacity: 0.1 } }];
  });
}

function level(l, data, font) {
  return over(8, (to) => {
    const [left, y] = to(data.x.min || 0, l.y);
    const right = to(data.x.max, l.y)[0];
    const ink = token(l.tone || "warn");
    const shape = { x1: left, x2: right, y1: Math.round(y) + 0.5, y2: Math.round(y) + 0.5 };
    return [
      { type: "line", shape, style: { stroke: ink, lineWidth: 1.25, lineDash: [2, 3] } },
      words(l.name, right, y - 9, ink, font, "right"),
    ];
  });
}

function marker(m, data, font) {
  return over(8, (to) => {
    const [at, top] = to(m.x, data.y.max);
    const x = Math.round(at) + 0.5;
    const foot = to(m.x, data.y.min || 0)[1];
    const ink = token("ink");
    const line = { type: "line", shape: { x1: x, x2: x, y1: top, y2: foot }, style: { stroke: ink, lineDash: [3, 3] } };
    return [line, words(m.name, x + 6, top + 6, ink, "600 " + font)];
  });
}

function ribbon(parts, data, font) {
  return over(8, (to) =>
    parts.flatMap((part) => {
      const [left, y] = to(part.from, data.y.min || 0);
      const width = to(part.to, data.y.min || 0)[0] - left - 2;
      const ink = isDark() ? token("canvas") : "#ffffff";
      const box = { x: left + 1, y: y + 5, width, height: 18, r: 3 };
      const fits = wide(part.name, 11) < width - 6;
      const name = words(part.name, left + 1 + width / 2, y + 14, ink, font, "center");
      return [{ type: "rect", shape: box, style: { fill: token(part.colour) } }, ...(fits ? [name] : [])];
    }),
  );
}

function extras(data, label) {
  const font = "12px " + label.fontFamily;
  const [high, low] = data.between || [];
  return [
    ...(data.bands || []).map((band) => area(band.low, band.high, band.colour, false)),
    ...(data.between ? [area(data.series[low].data, data.series[high].data, "accent", data.series[high].step)] : []),
    ...(data.levels || []).map((l) => level(l, data, font)),
    ...(data.marker ? [marker(data.marker, data, font)] : []),
    ...(data.ribbon ? [ribbon(data.ribbon, data, "11px " + label.fontFamily)] : []),
  ];
}

// A highest value that is no step of the axis would stand too near the step below it.
const whole = (y) => !y.interval || (y.max - (y.min || 0)) % y.interval === 0;

// Room for the names at the ends of the lines, where the lines reach the right edge.
function roomAtEnd({ x, series }) {
  if (isPhone()) return 16;
  const reaches = (s) => x.categories || s.data[s.data.length - 1][0] > x.max * 0.85;
  return Math.max(20, ...series.filter(reaches).map((s) => wide(s.end ?? s.name, 12) + 14));
}

export function line(data, place, { base, axis, label, tooltip }) {
  const { x, y } = data;
  const foot = (data.ribbon ? 24 : 0) + (x.name ? 20 : 0);
  const baseline = { show: true, lineStyle: { color: token("edge") } };
  const across = x.categories ? { type: "category", data: x.categories, boundaryGap: false } : { type: "value" };
  return {
    ...base,
    grid: { left: 58, right: roomAtEnd(data), top: y.name ? 34 : 16, bottom: 30 + foot },
    xAxis: axis({
      ...across, min: x.min, max: x.max, interval: x.interval, name: x.name, nameLocation: "middle",
      nameGap: 28 + (data.ribbon ? 20 : 0), splitLine: { show: false }, axisLine: baseline,
      axisLabel: { ...label, margin: data.ribbon ? 26 : 8, formatter: x.categories ? undefined : on(x) },
    }),
    yAxis: axis({
      type: "value", min: y.min, max: y.max, interval: y.interval, name: y.name,
      nameTextStyle: { ...label, align: "left", padding: [0, 0, 4, -50] }, axisLabel: { ...label, formatter: on(y), showMaxLabel: whole(y) },
    }),
    series: [...extras(data, label), ...data.series.map((s, i) => oneLine(s, i, label))],
    tooltip: { ...tooltip, trigger: "axis", valueFormatter: told(y) },
  };
}

// ---- bars

export function bar(data, place, { base, axis, label, tooltip }) {
  const names = axis({
    type: "category", data: data.categories, inverse: data.flat, splitLine: { show: false },
    axisLabel: { ...label, color: token("ink-2"), interval: data.flat ? 0 : "auto" },
  });
  const several = data.series.length > 1;
  const toldByBars = data.flat && !several;
  const values = axis({
    type: "value", min: 0, splitNumber: 4, splitLine: { show: !toldByBars, lineStyle: { color: token("grid-line") } },
    axisLabel: { ...label, show: !toldByBars, formatter: on(data) },
  });
  const longest = Math.max(...data.categories.map((name) => wide(name, 12)));
  const left = data.flat ? Math.min(longest + 16, 160) : 58;
  return {
    ...base,
    grid: { left, right: 64, top: several ? 36 : 12, bottom: toldByBars ? 4 : 28 },
    legend: { show: several, top: 0, left: 0, textStyle: { ...label, color: token("ink-2") }, itemHeight: 10 },
    xAxis: data.flat ? values : names,
    yAxis: data.flat ? names : values,
    series: data.series.map((s, i) => ({
      type: "bar", name: s.name, data: s.data, stack: data.stacked ? "one" : undefined, barMaxWidth: 26,
      itemStyle: { color: token(s.colour || order[i] || "c-grey"), borderRadius: 2 },
      label: {
        ...label, show: !several, color: token("ink-2"), position: data.flat ? "right" : "top",
        formatter: (p) => told(data)(p.value),
      },
    })),
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "none" }, valueFormatter: told(data) },
  };
}

// ---- heat

function cell(data, api, font) {
  const [col, row] = [api.value(0), api.value(1)];
  const value = data.cells.find((c) => c[0] === col && c[1] === row)[2];
  const [x, y] = api.coord([col, row]);
  const [w, h] = api.size([1, 1]).map((side) => side - 3);
  const shape = { x: x - w / 2, y: y - h / 2, width: w, height: h, r: 3 };
  if (value === null) {
    const dashed = { fill: "none", stroke: token("line"), lineWidth: 1, lineDash: [3, 3] };
    return group([{ type: "rect", shape, style: dashed }, words("—", x, y, token("ink-3"), font, "center")]);
  }
  const step = data.steps.filter((limit) => value >= limit).length;
  const dark = isDark();
  const ink = dark ? (step >= 4 ? token("canvas") : token("ink")) : step >= 3 ? "#ffffff" : token("ink");
  const fill = { fill: token("heat-" + step) };
  return group([{ type: "rect", shape, style: fill }, words(data.fine && value < 10 ? value.toFixed(1) : String(value), x, y, ink, font, "center")]);
}

export function heat(data, place, { base, axis, label }) {
  const longest = Math.max(...data.rows.map((name) => wide(name, 12)));
  const head = 16 + 14 * Math.max(...data.cols.map((name) => name.split("\n").length));
  const names = { ...label, interval: 0, color: token("ink-2"), lineHeight: 14 };
  return {
    ...base,
    grid: { left: longest + 14, right: 4, top: head, bottom: 4 },
    xAxis: axis({ type: "category", data: data.cols, position: "top", splitLine: { show: false }, axisLabel: names }),
    yAxis: axis({ type: "category", data: data.rows, inverse: true, splitLine: { show: false }, axisLabel: names }),
    series: [{
      type: "custom", silent: true, data: data.cells.map(([col, row]) => [col, row]),
      renderItem: (_, api) => cell(data, api, "500 12px " + label.fontFamily),
    }],
  };
}
