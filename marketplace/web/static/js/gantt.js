// The Gantt. Row heads are HTML beside it; here are the days, the closed time, the bars and the marks.
// Data come from web/gantt.py: { from, to, now, nowLabel, days, rows, bars, marks }, all times in hours from
// the left edge. The sizes are those of .gantt in states.css: --gr a row, --gg a group, --gh the head.
import { glyphs, looks } from "./states.js";
import { fontFamily, isPhone, token, wide } from "./tokens.js";

const FEW_HOURS_ON_PHONE = 48; // what one screen of a phone shows; the rest is a swipe away
const LEAST_PER_HOUR = 2.2; // pixels; below it a day has no room for its name

const pixels = (element, name) => parseFloat(getComputedStyle(element).getPropertyValue(name));
const crisp = (value) => Math.round(value) + 0.5;

function frame(place, data) {
  const holder = place.closest(".gantt");
  const row = pixels(holder, "--gr");
  const group = pixels(holder, "--gg");
  const tops = [pixels(holder, "--gh")];
  data.rows.forEach((r) => tops.push(tops[tops.length - 1] + (r.group ? group : row)));
  return { row, group, tops, head: tops[0], bottom: tops[tops.length - 1] };
}

function text(words, x, y, style) {
  const { size = 12, weight = 400, align = "left", room, ink } = style;
  const cut = room === undefined ? {} : { width: Math.max(room, 1), overflow: "truncate", ellipsis: "…" };
  const font = `${weight} ${size}px ${fontFamily()}`;
  return {
    type: "text", silent: true,
    style: { text: words, x, y, fill: ink, font, textAlign: align, textVerticalAlign: "middle", ...cut },
  };
}

const rect = (x, y, width, height, style, r = 0) => ({ type: "rect", shape: { x, y, width, height, r }, style });
const stroke = (x1, y1, x2, y2, style) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });

// ---- ground: closed time, groups, days and hours

function ground(data, size, at) {
  const [left, right] = [at(data.from), at(data.to)];
  const parts = data.rows.flatMap((row, i) => lane(data, size, at, row, i, left, right));
  data.days.forEach((day) => parts.push(...dayHead(data, size, at, day, left)));
  return parts;
}

function lane(data, size, at, row, i, left, right) {
  const [top, bottom] = [size.tops[i], size.tops[i + 1]];
  const parts = row.group
    ? [rect(left, top, right - left, bottom - top, { fill: token("canvas") })]
    : row.closed.map(([from, to]) => {
        const start = Math.max(at(from), left);
        return rect(start, top, Math.min(at(to), right) - start, bottom - top, { fill: token("closed") });
      });
  return [...parts, stroke(left, crisp(top), right, crisp(top), { stroke: token("line"), lineWidth: 1 })];
}

function dayHead(data, size, at, day, left) {
  const start = Math.max(at(day.h), left);
  const width = at(Math.min(day.end, data.to)) - start;
  const parts = [];
  if (day.h > data.from) {
    parts.push(stroke(crisp(start), 0, crisp(start), size.bottom, { stroke: token("line"), lineWidth: 1 }));
  }
  const ink = day.today ? token("accent") : token("ink");
  parts.push(text(day.name, start + 8, 14, { weight: 600, room: width - 10, ink }));
  const whole = at(day.end) - at(day.h);
  const hours = whole > 132 ? [6, 12, 18] : whole > 44 ? [12] : [];
  hours.filter((h) => day.h + h > data.from + 1 && day.h + h < data.to).forEach((h) => {
    const x = at(day.h + h);
    const ends = { size: 11, align: "center", ink: token("ink-3") };
    parts.push(text(String(h).padStart(2, "0"), x, 34, ends));
    parts.push(stroke(crisp(x), size.head, crisp(x), size.bottom, { stroke: token("grid-line"), lineWidth: 1 }));
  });
  return parts;
}

// ---- bars

// Where the next bar of the same row begins: words beside a bar end there.
function nextStart(data, b) {
  return Math.min(data.to, ...data.bars.filter((other) => other.row === b.row && other.s > b.s).map((other) => other.s));
}

function bar(data, size, at, look, b) {
  const thin = b.k === "move";
  const inset = thin ? size.row / 2 - 9 : 6;
  const x = at(Math.max(b.s, data.from));
  const box = {
    x, y: size.tops[b.row] + inset, w: Math.max(at(Math.min(b.e, data.to)) - x, 3), h: size.row - inset * 2,
  };
  box.mid = box.y + box.h / 2;
  box.beside = b.k === "plan" ? at(nextStart(data, b)) - x - box.w - 10 : 0;
  const style = { fill: look.fill, stroke: look.line, lineWidth: thin ? 1.2 : 1.5, lineDash: look.dash || null };
  const parts = b.setup ? [wedge(at(Math.max(b.s - b.setup, data.from)), box, look)] : [];
  parts.push(rect(box.x + 0.75, box.y + 0.75, Math.max(box.w - 1.5, 1.5), box.h - 1.5, style, thin ? 9 : 4));
  if (b.k === "running" && b.done !== null) parts.push(...progress(box, look, b.done));
  if (b.pick) {
    const ring = { fill: "none", stroke: token("accent"), lineWidth: 2 };
    parts.push(rect(box.x - 2, box.y - 2, box.w + 4, box.h + 4, ring, 6));
  }
  const words = thin ? transport : b.k === "plan" ? planned : twoLines;
  return [...parts, ...words(b, box, look)];
}

function wedge(from, box, look) {
  const points = [[from, box.y + box.h], [box.x - 1, box.y + 3], [box.x - 1, box.y + box.h]];
  const fill = look.line === "transparent" ? token("ink-3") : look.line;
  return { type: "polygon", shape: { points }, style: { fill, opacity: 0.75 } };
}

function progress(box, look, done) {
  const width = Math.max(box.w - 12, 3);
  return [
    rect(box.x + 6, box.y + box.h - 7, width, 3, { fill: look.ink, opacity: 0.3 }, 1.5),
    rect(box.x + 6, box.y + box.h - 7, Math.max(width * done, 3), 3, { fill: look.ink }, 1.5),
  ];
}

function transport(b, box, look) {
  const fits = b.a && wide(b.a, 11) < box.w - 10;
  const both = b.a && wide(b.a, 11) < box.w - 30;
  const tip = box.x + box.w - 9;
  const pen = { stroke: look.ink, fill: "none", lineWidth: 1.3 };
  const shaft = [[both ? tip - 9 : Math.min(box.x + 6, tip), box.mid], [tip, box.mid]];
  const head = [[tip - 3, box.mid - 3], [tip, box.mid], [tip - 3, box.mid + 3]];
  const arrow = [shaft, head].map((points) => ({ type: "polyline", shape: { points }, style: pen }));
  const parts = !fits || both ? arrow : [];
  if (fits) {
    const start = both ? box.x + 9 : box.x + (box.w - wide(b.a, 11)) / 2;
    parts.push(text(b.a, start, box.mid, { size: 11, room: box.w, ink: look.ink }));
  } else if (b.a && !isPhone()) {
    parts.push(text(b.a, box.x - 5, box.mid, { size: 11, align: "right", ink: look.ink }));
  }
  return parts;
}

function planned(b, box) {
  const parts = [];
  const disc = b.n !== null && box.w > 26;
  if (disc) {
    const number = { size: 11, weight: 600, align: "center", ink: token("on-accent") };
    const circle = { cx: box.x + 14, cy: box.mid, r: 9.5 };
    parts.push({ type: "circle", silent: true, shape: circle, style: { fill: token("accent-fill") } });
    parts.push(text(String(b.n), box.x + 14, box.mid, number));
  }
  const start = disc ? 28 : 8;
  const inside = box.w > 72 || wide(b.a, 12) < box.w - start - 4;
  const ink = token(inside ? "ink" : "ink-2");
  if (inside) parts.push(text(b.a, box.x + start, box.mid, { weight: 500, room: box.w - start - 4, ink }));
  else if (!isPhone() && wide(b.a, 12) < box.beside) {
    parts.push(text(b.a, box.x + box.w + 6, box.mid, { weight: 500, room: box.beside, ink }));
  }
  return parts;
}

// If words do not fit: drop the second line, then the words, never the glyph.
function twoLines(b, box, look) {
  const room = box.w - 14;
  if (room <= -2) return [];
  if (room <= 22) return glyphs[b.k](box.x + box.w / 2 - 4, box.mid, look.ink);
  const lift = b.k === "running" && b.done !== null ? 2 : 0;
  const two = b.b && box.h > 34 && (wide(b.b, 11) < room || (room > 52 && wide(b.b, 11) < room + 22));
  const first = (two ? box.mid - 8 : box.mid) - lift;
  const parts = glyphs[b.k](box.x + 8, first, look.ink);
  const used = parts.length ? 13 : 0;
  if (b.a && (wide(b.a, 12) <= room - used || room - used > 38)) {
    parts.push(text(b.a, box.x + 8 + used, first, { weight: 600, room: room - used, ink: look.ink }));
  }
  if (two) parts.push(text(b.b, box.x + 8, box.mid + 8 - lift, { size: 11, room, ink: look.ink }));
  return parts;
}

// ---- marks: now, due dates, deadlines

function mark(size, at, hour, words, colour, dash, toLeft) {
  const x = crisp(at(hour));
  const width = wide(words, 11) + 14;
  const start = toLeft ? x - width : x;
  const ink = colour === token("seal") ? "#ffffff" : token("surface");
  return [
    stroke(x, 34, x, size.bottom, { stroke: colour, lineWidth: 1.5, lineDash: dash }),
    rect(start, 25, width, 18, { fill: colour }, 4),
    text(words, start + width / 2, 34, { size: 11, weight: 600, align: "center", ink }),
  ];
}

function marks(data, size, at) {
  const named = data.marks.flatMap((m) => mark(size, at, m.h, m.name, token(m.tone), [5, 4], m.left));
  if (data.now === null) return named;
  const late = data.now > data.to * 0.9;
  return [...mark(size, at, data.now, data.nowLabel, token("seal"), null, late), ...named];
}

// ---- the chart

const layer = (z, draw) => ({
  type: "custom", silent: true, z, data: [0],
  renderItem: (_, api) => ({ type: "group", children: draw((hour) => api.coord([hour, 0])[0]) }),
});

function bars(data, size) {
  const look = looks();
  return {
    type: "custom", z: 3, clip: true, encode: { x: [0, 2] }, data: data.bars.map((b, i) => [b.s, b.row, b.e, i]),
    renderItem: (_, api) => {
      const b = data.bars[api.value(3)];
      const at = (hour) => api.coord([hour, 0])[0];
      return { type: "group", children: bar(data, size, at, look[b.k], b) };
    },
  };
}

function tip(data, parameters) {
  const b = data.bars[parameters.value[3]];
  const lines = [[b.n, b.a].filter((part) => part !== null && part !== "").join(" "), b.b, b.line, b.when];
  const box = document.createElement("div");
  lines.filter(Boolean).forEach((words) => {
    const line = document.createElement("div");
    line.textContent = words;
    box.append(line);
  });
  return box;
}

// A chart wider than its place scrolls sideways inside it, starting just before now.
export function fit(place, data) {
  const hours = data.to - data.from;
  const room = place.parentElement.clientWidth;
  const few = isPhone() ? (room / FEW_HOURS_ON_PHONE) * hours : hours * LEAST_PER_HOUR;
  place.style.width = Math.max(room, Math.round(few)) + "px";
  place.style.height = frame(place, data).bottom + "px";
  if (data.now !== null) place.parentElement.scrollLeft = (data.now / hours) * few - 60;
}

export function option(data, place, common) {
  const size = frame(place, data);
  return {
    ...common.base,
    aria: { enabled: false },
    grid: { left: 0, right: 0, top: size.head, bottom: 0 },
    xAxis: { type: "value", min: data.from, max: data.to, show: false },
    yAxis: { type: "value", min: 0, max: 1, show: false },
    series: [
      layer(1, (at) => ground(data, size, at)),
      bars(data, size),
      layer(2, (at) => marks(data, size, at)),
    ],
    tooltip: { ...common.tooltip, trigger: "item", formatter: (parameters) => tip(data, parameters) },
  };
}

export function follow(chart, data) {
  chart.on("click", (event) => {
    const b = event.value && data.bars[event.value[3]];
    if (b && b.url) window.location.assign(b.url);
  });
}
