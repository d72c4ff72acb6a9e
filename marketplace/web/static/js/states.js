// The states of machine time on a canvas: the same fills, patterns, borders and glyphs as in states.css.
import { token } from "./tokens.js";

function tile(size, fill, draw) {
  const density = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(size * density);
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  pen.fillStyle = fill;
  pen.fillRect(0, 0, size, size);
  draw(pen, size);
  return { image: canvas, repeat: "repeat", scaleX: 1 / density, scaleY: 1 / density };
}

function strokes(pen, colour, width, alpha, lines) {
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  lines.forEach(([x1, y1, x2, y2]) => {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  });
}

const dots = (pen) => {
  pen.globalAlpha = 0.38;
  pen.fillStyle = token("st-listed-line");
  pen.beginPath();
  pen.arc(3.5, 3.5, 1, 0, 7);
  pen.fill();
};
const stripes = (pen, s) =>
  strokes(pen, token("st-held-line"), 2, 0.38, [[-2, 2, 2, -2], [-2, s + 2, s + 2, -2], [s - 2, s + 2, s + 2, s - 2]]);
const hatch = (pen, s) => strokes(pen, token("st-down-ink"), 1.1, 0.3, [[0, 0, s, s], [0, s, s, 0]]);
const lines = (pen, s) => strokes(pen, token("st-busy-line"), 1, 0.35, [[0, 4.5, s, 4.5]]);

const plain = (state) => ({
  line: token(`st-${state}-line`), ink: token(`st-${state}-ink`), fill: token("st-" + state),
});

// Read anew at each drawing: { state: { line, ink, fill, dash? } }.
export function looks() {
  return {
    listed: { ...plain("listed"), fill: tile(7, token("st-listed"), dots) },
    held: { ...plain("held"), dash: [4, 3], fill: tile(10, token("st-held"), stripes) },
    booked: plain("booked"),
    running: plain("running"),
    down: { ...plain("down"), fill: tile(8, token("st-down"), hatch) },
    busy: { ...plain("busy"), line: "transparent", fill: tile(5, token("st-busy"), lines) },
    plan: { line: token("accent"), ink: token("accent"), fill: token("accent-soft") },
    move: { line: token("ink-2"), ink: token("ink-2"), fill: token("surface") },
  };
}

const line = (points, stroke, lineWidth) => ({
  type: "polyline", shape: { points }, style: { stroke, fill: "none", lineWidth },
});

// Nine pixels wide, middle at y; an empty list where the state has no glyph.
export const glyphs = {
  running: (x, y, ink) => [
    { type: "polygon", shape: { points: [[x, y - 4.5], [x, y + 4.5], [x + 7.5, y]] }, style: { fill: ink } },
  ],
  held: (x, y, ink) => [
    { type: "circle", shape: { cx: x + 4.5, cy: y, r: 4.6 }, style: { fill: "none", stroke: ink, lineWidth: 1.4 } },
    line([[x + 4.5, y - 2.8], [x + 4.5, y + 0.3], [x + 6.4, y + 1.4]], ink, 1.3),
  ],
  down: (x, y, ink) => [
    line([[x, y - 3.5], [x + 7, y + 3.5]], ink, 2),
    line([[x + 7, y - 3.5], [x, y + 3.5]], ink, 2),
  ],
  booked: (x, y, ink) => [line([[x, y], [x + 3, y + 3.2], [x + 8, y - 3.6]], ink, 1.8)],
  listed: (x, y, ink) => [
    {
      type: "polygon",
      shape: { points: [[x, y], [x + 4, y - 4], [x + 8, y], [x + 4, y + 4]] },
      style: { fill: "none", stroke: ink, lineWidth: 1.5 },
    },
  ],
  busy: () => [],
  plan: () => [],
  move: () => [],
};
