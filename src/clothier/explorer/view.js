// One map on the screen: a canvas with the points, and one above it for what follows the pointer.

import { project } from "./camera.js";
import { packed } from "./colours.js";
import { namePlaces } from "./maps.js";
import { drawAxes, drawNames, drawOverlay } from "./marks.js";
import { drawMosaic } from "./mosaic.js";
import { Raster } from "./raster.js";
import { CONTEXT, SELECTED, SHOWN } from "./styling.js";

const DEPTHS = 64; // steps of depth in the order of drawing
const OPACITY = 215; // of 256: where points lie thick, the picture is darker
const TWEEN = 450; // milliseconds from one map to the next

export class View {
  constructor(app, side, points, above) {
    Object.assign(this, { app, side, points, above, line: null, size: { width: 1, height: 1, ratio: 1 } });
    this.raster = new Raster(points);
    this.overlay = above.getContext("2d");
    this.screen = new Float32Array(3 * app.data.count);
    this.order = new Uint32Array(app.data.count);
    this.placed = []; // pictures as they were drawn: index, x, y
    new ResizeObserver(() => this.resize()).observe(points);
  }

  get camera() {
    return this.app.store.state[this.side].camera;
  }

  resize() {
    const ratio = Math.min(2, window.devicePixelRatio);
    const { clientWidth: width, clientHeight: height } = this.points;
    if (width === 0 || height === 0) return;
    this.size = { width: Math.round(width * ratio), height: Math.round(height * ratio), ratio };
    for (const canvas of [this.points, this.above])
      [canvas.width, canvas.height] = [this.size.width, this.size.height];
    this.draw();
  }

  // Another world; points fly to their new places where the reader has nothing against motion.
  show(made, { fly = false } = {}) {
    const still = !fly || !this.world || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const from = still ? null : this.world.slice();
    this.flight = null;
    Object.assign(this, { world: made.world, flat: made.flat && (still || this.flat), ends: made.ends, origin: made.origin });
    if (from === null) return this.settle(made);
    const flight = (this.flight = { began: performance.now() });
    const step = (now) => {
      if (this.flight !== flight) return;
      const time = Math.min(1, Math.max(0, (now - flight.began) / TWEEN));
      const share = time * time * (3 - 2 * time);
      if (time === 1) return this.settle(made);
      const world = new Float32Array(from.length);
      for (let place = 0; place < world.length; place++)
        world[place] = from[place] + share * (made.world[place] - from[place]);
      this.world = world;
      this.draw();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  settle({ world, flat }) {
    Object.assign(this, { world, flat, flight: null });
    this.draw();
  }

  request() {
    if (this.waiting) return;
    this.waiting = true;
    this.app.inTurn(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    if (this.size.width === 1) return; // not laid out yet
    const { app, raster, size, screen } = this;
    raster.begin(packed(app.page.page));
    if (!this.world) return raster.end();
    project(this.world, this.flat, this.camera, size, screen);
    this.drawPoints(this.sortByDepth());
    if (app.store.state.show === "pictures" && app.data.pictures) this.placed = drawMosaic(this);
    else this.placed = [];
    raster.end();
    const { context } = raster;
    drawAxes(context, this);
    if (app.store.state.names) drawNames(context, this, this.namePlaces());
    this.drawOverlay();
  }

  // Context first, then what is shown, then what is selected; within each from far to near.
  sortByDepth() {
    const { order, screen } = this;
    const { status } = this.app.style;
    const starts = new Uint32Array(4 * DEPTHS + 1);
    const key = (index) => {
      const depth = this.flat ? 0 : Math.floor((0.4999 + 0.4999 * Math.max(-1, Math.min(1, screen[3 * index + 2]))) * DEPTHS);
      return status[index] * DEPTHS + depth;
    };
    for (let index = 0; index < order.length; index++) starts[key(index) + 1]++;
    for (let bin = 0; bin < 4 * DEPTHS; bin++) starts[bin + 1] += starts[bin];
    const hidden = starts[DEPTHS];
    for (let index = 0; index < order.length; index++) order[starts[key(index)]++] = index;
    return order.subarray(hidden);
  }

  drawPoints(order) {
    const { raster, screen, size, flat } = this;
    const { status, colours, shapes } = this.app.style;
    const radius = this.radius();
    const stamps = [CONTEXT, SHOWN, SELECTED].map((kind, k) =>
      [0, 1, 2, 3, 4].map((shape) => raster.stamp(shape, Math.round(10 * radius * [0.85, 1, 1.35][k]) / 10)),
    );
    for (let place = 0; place < order.length; place++) {
      const index = order[place];
      const kind = status[index] - CONTEXT;
      const opacity = kind === 2 ? 256 : OPACITY * (flat ? 1 : 0.65 + 0.35 * screen[3 * index + 2]);
      raster.dot(screen[3 * index], screen[3 * index + 1], stamps[kind][shapes[index]], colours[index], opacity);
    }
  }

  radius() {
    const { width, height, ratio } = this.size;
    const room = 0.37 * Math.sqrt((width * height) / this.app.data.count);
    return Math.min(2.2, this.camera.zoom ** 0.3) * Math.max(1.3 * ratio, Math.min(4.5 * ratio, room));
  }

  // The classes' names, placed anew only where the world or the classes are others.
  namePlaces() {
    const { classes } = this.app.style;
    if (this.named?.world !== this.world || this.named.classes !== classes)
      this.named = { world: this.world, classes, places: namePlaces(this.app.data, this.world, classes) };
    return this.named.places;
  }

  drawOverlay() {
    drawOverlay(this.overlay, this);
  }
}
