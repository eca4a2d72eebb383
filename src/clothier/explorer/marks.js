// What is drawn with lines and letters: axes, names of classes, rings, lines to neighbours, the lasso.

import { project } from "./camera.js";

const FONT = "system-ui, sans-serif";
const MOST_NAMES = 40; // in sight at once: more would hide the points

// Lines through the mean of all images and the words at their ends; a map without axes (t-SNE) has none.
export function drawAxes(context, view) {
  const { ends, origin, size, flat, camera, app } = view;
  if (!ends?.length) return;
  const places = Float32Array.from({ length: 18 }, (_, place) => origin[place % 3]);
  for (let axis = 0; axis < 3; axis++)
    for (const side of [0, 1]) places[6 * axis + 3 * side + axis] = side ? 0.95 : -0.95;
  const screen = new Float32Array(18);
  project(places, flat, camera, size, screen);
  context.strokeStyle = app.page.quiet;
  context.globalAlpha = 0.55;
  context.lineWidth = size.ratio;
  for (let axis = 0; axis < ends.length; axis++) {
    const [x1, y1, , x2, y2] = screen.subarray(6 * axis, 6 * axis + 6);
    context.beginPath();
    context.moveTo(flat && axis === 0 ? 0 : x1, flat && axis === 1 ? 0 : y1);
    context.lineTo(flat && axis === 0 ? size.width : x2, flat && axis === 1 ? size.height : y2);
    context.stroke();
  }
  context.globalAlpha = 1;
  ends.forEach((words, axis) =>
    words.forEach((text, side) => {
      if (!text) return;
      const [x, y] = screen.subarray(6 * axis + 3 * side, 6 * axis + 3 * side + 2);
      if (flat) wordAtEdge(context, view, text, axis, side, x, y);
      else haloed(context, view, text, x, y, { align: "center" });
    }),
  );
}

// In two dimensions the words stand at the canvas's edges: in sight wherever the reader moves.
function wordAtEdge(context, view, text, axis, side, x, y) {
  const { width, height, ratio } = view.size;
  const margin = 8 * ratio;
  if (axis === 0) {
    const line = Math.max(16 * ratio, Math.min(height - margin, y - margin));
    const words = side ? `${text} →` : `← ${text}`;
    haloed(context, view, words, side ? width - margin : margin, line, { align: side ? "right" : "left" });
  } else {
    const column = Math.max(40 * ratio, Math.min(width - 40 * ratio, x));
    const words = side ? `↑ ${text}` : `↓ ${text}`;
    haloed(context, view, words, column, side ? 18 * ratio : height - margin, { align: "center" });
  }
}

// Each class's name where its points are, paler where none of them is shown; one that would cover another moves down. Of
// many classes in sight those with most images are named; zooming in shows the others.
export function drawNames(context, view, places) {
  const { size, flat, camera, app } = view;
  const byClass = app.style.groups.names.length === app.style.classes.names.length;
  const hidden = new Set(byClass ? app.store.state.hidden : []);
  const shown = places.filter(({ group }) => !hidden.has(group));
  const screen = new Float32Array(3 * shown.length);
  const world = new Float32Array(3 * shown.length);
  shown.forEach(({ at }, place) => world.set(at, 3 * place));
  project(world, flat, camera, size, screen);
  const boxes = [];
  const high = 17 * size.ratio;
  context.font = `600 ${13 * size.ratio}px ${FONT}`;
  const { counts } = app.style.classes;
  const inSight = shown
    .map(({ text, group }, place) => ({ text, group, x: screen[3 * place], y: screen[3 * place + 1] }))
    .filter(({ x, y }) => x >= 0 && y >= 0 && x <= size.width && y <= size.height)
    .sort((one, other) => counts[other.group] - counts[one.group])
    .slice(0, MOST_NAMES)
    .sort((one, other) => one.y - other.y);
  for (const { text, group, x, y } of inSight) {
    const half = context.measureText(text).width / 2 + 4 * size.ratio;
    const middle = Math.max(half, Math.min(size.width - half, x));
    let line = y;
    for (const box of boxes)
      if (Math.abs(box.middle - middle) < box.half + half && Math.abs(box.line - line) < high) line = box.line + high;
    boxes.push({ middle, half, line });
    const colour = app.style.named[group] ? app.page.ink : app.page.quiet;
    haloed(context, view, text, middle, line, { align: "center", colour });
  }
}

function haloed(context, view, text, x, y, { align, colour = view.app.page.ink }) {
  const { ratio } = view.size;
  context.font = `600 ${13 * ratio}px ${FONT}`;
  context.textAlign = align;
  context.lineJoin = "round";
  context.lineWidth = 4 * ratio;
  context.strokeStyle = view.app.page.page;
  context.fillStyle = colour;
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

// The upper canvas: rings around the image under the pointer and the chosen one, lines to its neighbours, the lasso.
export function drawOverlay(context, view) {
  const { app, size, side, screen, line } = view;
  const { width, height, ratio } = size;
  context.clearRect(0, 0, width, height);
  if (!view.world) return;
  const { chosen } = app.store.state;
  const at = (index) => [screen[3 * index], screen[3 * index + 1]];
  const ring = (index, radius, colour) => {
    context.beginPath();
    context.arc(...at(index), radius * ratio, 0, 2 * Math.PI);
    context.lineWidth = 4.5 * ratio;
    context.strokeStyle = app.page.page;
    context.stroke();
    context.lineWidth = 2 * ratio;
    context.strokeStyle = colour;
    context.stroke();
  };
  if (chosen >= 0) {
    context.strokeStyle = app.page.ink;
    context.lineWidth = 1.2 * ratio;
    context.beginPath();
    for (const { index } of app.neighboursOf(side)) {
      context.moveTo(...at(chosen));
      context.lineTo(...at(index));
    }
    context.stroke();
    ring(chosen, 8, app.page.ink);
  }
  if (app.hovered >= 0) ring(app.hovered, 9, app.page.accent);
  if (line) drawLine(context, line, app.page, ratio);
}

function drawLine(context, line, page, ratio) {
  context.beginPath();
  for (let k = 0; k < line.length; k += 2) context.lineTo(line[k], line[k + 1]);
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = page.accent;
  context.fill("evenodd");
  context.globalAlpha = 1;
  context.strokeStyle = page.accent;
  context.lineWidth = 1.5 * ratio;
  context.setLineDash([5 * ratio, 4 * ratio]);
  context.stroke();
  context.setLineDash([]);
}
