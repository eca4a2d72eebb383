// Pictures in place of points: as many as fit without covering each other, those that are selected first.

import { SHOWN } from "./styling.js";

// Draws them into the view's raster; where they lie: [{index, x, y, wide, high}].
export function drawMosaic(view) {
  const { app, raster, screen, order, size, camera } = view;
  const { status, colours } = app.style;
  const { width, height } = app.pictures;
  const room = (0.7 * Math.sqrt((size.width * size.height) / app.data.count)) / size.ratio;
  const wanted = Math.min(72, Math.max(25, Math.min(60, room)) * camera.zoom ** 0.4) * size.ratio;
  const times = Math.max(1, Math.round(wanted / Math.max(width, height)));
  const frame = Math.round(size.ratio);
  const [wide, high] = [width * times + 2 * frame, height * times + 2 * frame];
  const cells = new Cells(wide, high, size);
  for (let place = order.length - 1; place >= 0; place--) {
    const index = order[place];
    if (status[index] < SHOWN || !cells.place(index, screen[3 * index], screen[3 * index + 1])) continue;
    const [x, y] = [screen[3 * index], screen[3 * index + 1]];
    raster.picture(x, y, app.pictures.pixels(index), width, height, times, colours[index], frame);
  }
  return cells.placed;
}

// Cells as large as a picture: one that is free may still be covered from one of the eight around it, not from farther.
class Cells {
  constructor(wide, high, size) {
    Object.assign(this, { wide, high, size, placed: [] });
    this.columns = Math.ceil(size.width / wide) + 2;
    this.taken = new Array(this.columns * (Math.ceil(size.height / high) + 2)).fill(null);
  }

  // Whether there was room for an image at (x, y), which is then taken.
  place(index, x, y) {
    const { wide, high, size, columns, taken } = this;
    if (x < 0 || y < 0 || x >= size.width || y >= size.height) return false;
    const cell = (Math.floor(y / high) + 1) * columns + Math.floor(x / wide) + 1;
    for (let around = cell - columns; around <= cell + columns; around += columns)
      for (const other of [taken[around - 1], taken[around], taken[around + 1]])
        if (other && Math.abs(other.x - x) < wide && Math.abs(other.y - y) < high) return false;
    taken[cell] = { index, x, y, wide, high };
    this.placed.push(taken[cell]);
    return true;
  }
}
