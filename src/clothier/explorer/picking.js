// A place or a direction on the screen -> the image that is meant.

import { SHOWN } from "./styling.js";

const REACH = 14; // CSS pixels within which the pointer finds a point

// The image under (x, y) in canvas pixels, or -1.
export function pick({ app, placed, screen, size }, x, y) {
  for (const box of placed)
    if (Math.abs(box.x - x) <= box.wide / 2 && Math.abs(box.y - y) <= box.high / 2) return box.index;
  const { status } = app.style;
  let [best, nearest] = [-1, (REACH * size.ratio) ** 2];
  for (let index = 0; index < status.length; index++) {
    if (status[index] < SHOWN) continue;
    const dx = screen[3 * index] - x;
    const dy = screen[3 * index + 1] - y;
    const distance = dx * dx + dy * dy;
    if (distance < nearest) [best, nearest] = [index, distance];
  }
  return best;
}

// The nearest shown image in the direction (right, down) of another; for -1 the one nearest to the middle.
export function step({ app, screen, size }, from, right, down) {
  const { status } = app.style;
  const [x, y] = from < 0 ? [size.width / 2, size.height / 2] : [screen[3 * from], screen[3 * from + 1]];
  let [best, least] = [from, Infinity];
  for (let index = 0; index < status.length; index++) {
    if (status[index] < SHOWN || index === from) continue;
    const [dx, dy] = [screen[3 * index] - x, screen[3 * index + 1] - y];
    const along = dx * right + dy * down;
    const across = Math.abs(dx * down) + Math.abs(dy * right);
    if (from >= 0 && (along < 0.5 || across > along)) continue;
    const cost = from < 0 ? Math.hypot(dx, dy) : along + 2 * across;
    if (cost < least) [best, least] = [index, cost];
  }
  return best;
}
