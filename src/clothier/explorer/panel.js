// One of the two panels: which space and map it shows, that map's own controls, and the canvas.

import { START, zoomAt } from "./camera.js";
import { choiceOf, make } from "./dom.js";
import { Gestures } from "./gestures.js";
import { mapTitle, worldOf } from "./maps.js";
import { axesControls, componentControls, frameControls } from "./mapcontrols.js";
import { View } from "./view.js";

const MAPS = { pca: "PCA", tsne2: "t-SNE", tsne3: "t-SNE, 3-D", axes: "custom axes" };

export class Panel {
  constructor(app, side) {
    Object.assign(this, { app, side });
    this.choices = make("div", { className: "choices" });
    this.controls = make("div", { className: "controls" });
    this.points = make("canvas", { className: "points", "aria-hidden": "true" });
    this.above = make("canvas", { className: "above", tabIndex: 0, role: "application", "aria-describedby": "keys" });
    this.message = make("p", { className: "message", role: "status", hidden: true });
    const stage = make("div", { className: "stage" }, this.points, this.above, this.message, this.zoomButtons());
    this.element = make("section", { className: "panel" }, make("div", { className: "heading" }, this.choices, this.controls), stage);
    this.view = new View(app, side, this.points, this.above);
    this.gestures = new Gestures(app, this.view);
    app.store.on(side, () => this.update());
    app.store.on("search hidden verdict context colour show names selection theme", () => this.view.request());
    app.store.on("chosen", () => this.view.drawOverlay());
  }

  get state() {
    return this.app.store.state[this.side];
  }

  set(changes) {
    this.app.store.setPanel(this.side, changes);
  }

  zoomButtons() {
    const zoom = (factor) => {
      const { view } = this;
      this.set({ camera: zoomAt(view.camera, view.size, view.size.width / 2, view.size.height / 2, factor) });
    };
    const button = (words, label, onclick) => make("button", { type: "button", onclick, title: label, "aria-label": label }, words);
    return make(
      "div",
      { className: "zoom" },
      button("+", "zoom in", () => zoom(1.4)),
      button("−", "zoom out", () => zoom(1 / 1.4)),
      button("⤢", "reset the view", () => this.set({ camera: START })),
    );
  }

  // After any change of this panel's state: rebuild what hangs on it, and no more.
  update({ anew = false } = {}) {
    const { space, map, camera } = this.state;
    const last = this.last ?? {};
    this.last = this.state;
    if (anew || last.space !== space || last.map !== map) this.fillControls();
    const same = !anew && ["space", "map", "components", "axes", "frame"].every((field) => last[field] === this.state[field]);
    if (!same) this.showMap({ fly: last.frame === this.state.frame });
    else if (last.camera !== camera) this.view.request();
    this.own?.update?.();
  }

  showMap({ fly }) {
    const { data } = this.app;
    let problem = "";
    try {
      this.view.show(worldOf(data, this.state), { fly });
    } catch (error) {
      problem = error.message;
    }
    this.message.textContent = problem;
    this.message.hidden = !problem;
    this.above.setAttribute("aria-label", `Map of ${data.count} images, ${mapTitle(data, this.state)}`);
  }

  fillControls() {
    const { app, state } = this;
    const { data } = app;
    const space = data.spaces[state.space];
    const maps = Object.entries(MAPS).filter(([map]) => map === "axes" || map in space.maps);
    const spaces = data.spaces.map(({ name }, number) => [String(number), name]);
    const toSpace = (value) => {
      const map = state.map === "axes" || state.map in data.spaces[value].maps ? this.state.map : "pca";
      this.set({ space: Number(value), map });
    };
    this.choices.replaceChildren(
      choiceOf("vectors", spaces, String(state.space), toSpace),
      choiceOf("map", maps, state.map, (map) => this.set({ map, frame: -1, camera: START })),
    );
    this.own?.stop?.();
    const make_ = { pca: componentControls, axes: axesControls }[state.map] ?? frameControls;
    this.own = make_(this);
    this.controls.replaceChildren(...this.own.elements);
  }
}
