// Mouse, touch and keys on a map -> moving about, pointing, choosing, drawing a lasso.

import { START, pan, rotate, zoomAt } from "./camera.js";
import { pick, step } from "./picking.js";
import { inside } from "./selection.js";
import { SHOWN } from "./styling.js";

const STILL = 5; // CSS pixels that a click may wander
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Gestures {
  constructor(app, view) {
    Object.assign(this, { app, view, fingers: new Map(), drag: null });
    const { above } = view;
    above.addEventListener("pointerdown", (event) => this.down(event));
    above.addEventListener("pointermove", (event) => this.move(event));
    above.addEventListener("pointerup", (event) => this.up(event));
    above.addEventListener("pointercancel", (event) => this.up(event, true));
    above.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && app.hover(-1, view));
    above.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    above.addEventListener("keydown", (event) => this.key(event));
  }

  setCamera(camera) {
    this.app.store.setPanel(this.view.side, { camera });
  }

  at(event) {
    const { ratio } = this.view.size;
    const box = this.view.above.getBoundingClientRect();
    return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
  }

  down(event) {
    if (event.button > 0) return;
    const at = this.at(event);
    this.view.above.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size === 1) {
      const { tool } = this.app.store.state;
      this.drag = { tool, from: at, moved: false, add: event.shiftKey };
      if (tool !== "move") this.view.line = [...at];
    } else {
      this.drag = this.view.line = null; // two fingers move the map, whatever the tool
    }
  }

  move(event) {
    const { view, drag } = this;
    const at = this.at(event);
    if (!this.fingers.has(event.pointerId)) {
      if (event.pointerType !== "touch") this.app.hover(pick(view, ...at), view);
      return;
    }
    const before = this.fingers.get(event.pointerId);
    if (this.fingers.size === 2) this.pinch(event.pointerId, at);
    this.fingers.set(event.pointerId, at);
    if (!drag || this.fingers.size > 1) return;
    drag.moved ||= Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > STILL * view.size.ratio;
    if (!drag.moved) return;
    if (drag.tool === "lasso") view.line.push(...at);
    else if (drag.tool === "box") view.line = [...drag.from, at[0], drag.from[1], ...at, drag.from[0], at[1]];
    else return this.drift(at[0] - before[0], at[1] - before[1], drag.add);
    view.drawOverlay();
  }

  // A flat map is moved; one in three dimensions is turned, and moved with Shift.
  drift(dx, dy, shift) {
    const { camera, flat, size } = this.view;
    this.setCamera(flat || shift ? pan(camera, size, dx, dy) : rotate(camera, size, dx, dy));
  }

  pinch(moved, at) {
    const [still] = [...this.fingers].filter(([finger]) => finger !== moved).map(([, place]) => place);
    const before = this.fingers.get(moved);
    const apart = (one) => Math.max(1, Math.hypot(one[0] - still[0], one[1] - still[1]));
    const { camera, size } = this.view;
    const middle = [(at[0] + still[0]) / 2, (at[1] + still[1]) / 2];
    const shifted = pan(camera, size, (at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    this.setCamera(zoomAt(shifted, size, ...middle, apart(at) / apart(before)));
  }

  up(event, cancelled = false) {
    const { app, view, drag } = this;
    this.fingers.delete(event.pointerId);
    this.drag = null;
    const { line } = view;
    view.line = null;
    if (!drag || cancelled) return view.drawOverlay();
    if (drag.moved && line) {
      app.inTurn(() => {
        const shown = app.style.status.map((status) => Number(status >= SHOWN));
        app.select(inside(view.screen, shown, line), { add: drag.add });
      });
    } else if (!drag.moved) {
      const index = pick(view, ...this.at(event));
      app.choose(index, view);
      if (event.pointerType === "touch") app.hover(index, view); // a finger never only points
    }
    view.drawOverlay();
  }

  wheel(event) {
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : event.ctrlKey ? 0.01 : 0.0015));
    this.setCamera(zoomAt(this.view.camera, this.view.size, ...this.at(event), factor));
  }

  // Arrows go from point to point; with Shift they move or turn the map.
  key(event) {
    const { app, view } = this;
    const { width, height } = view.size;
    const zoom = (factor) => this.setCamera(zoomAt(view.camera, view.size, width / 2, height / 2, factor));
    const keys = {
      "+": () => zoom(1.3),
      "=": () => zoom(1.3),
      "-": () => zoom(1 / 1.3),
      0: () => this.setCamera(START),
      Enter: () => app.choose(app.hovered, view),
      " ": () => app.toggle(app.hovered),
      Escape: () => (app.hovered >= 0 ? app.hover(-1, view) : app.select([])),
    };
    if (event.key in ARROWS) {
      const [right, down] = ARROWS[event.key];
      if (event.shiftKey) this.drift(-right * 0.08 * width, -down * 0.08 * height, false);
      else app.hover(step(view, app.hovered >= 0 ? app.hovered : app.store.state.chosen, right, down), view, { speak: true });
    } else if (event.key in keys && !event.ctrlKey && !event.metaKey && !event.altKey) {
      keys[event.key]();
    } else {
      return;
    }
    event.preventDefault();
  }
}
