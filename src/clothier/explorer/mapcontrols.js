// The controls that belong to one kind of map. Each makes {elements, update?, stop?} for a panel.

import { START } from "./camera.js";
import { choiceOf, make, number, searchField } from "./dom.js";
import { find } from "./search.js";

const SECONDS = 9; // that all iterations take when played

// Which principal component lies along which axis; the third may be none.
export function componentControls(panel) {
  const { explained } = panel.app.data.spaces[panel.state.space].maps.pca;
  const names = explained.map((share, component) => [String(component), `${component + 1} (${(100 * share).toFixed(1)} %)`]);
  const selects = ["x", "y", "z"].map((axis, k) =>
    choiceOf(axis, k === 2 ? [["-1", "none"], ...names] : names, String(panel.state.components[k]), (value) => {
      const components = panel.state.components.with(k, Number(value));
      panel.set({ components, camera: k === 2 ? START : panel.state.camera });
    }),
  );
  return { elements: selects };
}

// Play, and a slider over the iterations.
export function frameControls(panel) {
  const { app, state } = panel;
  const space = app.data.spaces[state.space];
  const { iterations, trustworthiness } = space.maps[state.map];
  const last = iterations.length - 1;
  let playing = null;
  const slider = make("input", { type: "range", min: 0, max: last, step: "any", "aria-label": "iteration" });
  const output = make("output", { className: "remark" });
  const play = make("button", { type: "button", className: "play" });
  const stop = () => {
    cancelAnimationFrame(playing);
    playing = null;
    update();
  };
  const start = () => {
    let frame = panel.state.frame < 0 || panel.state.frame >= last ? 0 : panel.state.frame;
    let before = performance.now();
    const step = (now) => {
      frame += ((Math.max(0, now - before) / 1000) * last) / SECONDS;
      before = now;
      panel.set({ frame: frame >= last ? -1 : frame });
      playing = frame >= last ? null : requestAnimationFrame(step);
      update();
    };
    playing = requestAnimationFrame(step);
    update();
  };
  const update = () => {
    const frame = panel.state.frame < 0 ? last : panel.state.frame;
    slider.value = frame;
    const ready = state.map in space.snapshots;
    slider.disabled = play.disabled = !ready;
    play.textContent = playing === null ? "▶" : "❚❚";
    play.setAttribute("aria-label", playing === null ? "play the iterations" : "pause");
    const iteration = iterations[Math.min(last, Math.round(frame))];
    output.textContent = `iteration ${number(iteration)} of ${number(iterations[last])}`;
    slider.setAttribute("aria-valuetext", output.textContent);
  };
  slider.addEventListener("input", () => {
    if (playing !== null) stop();
    panel.set({ frame: slider.valueAsNumber >= last ? -1 : slider.valueAsNumber });
  });
  play.addEventListener("click", () => (playing === null ? start() : stop()));
  update();
  output.title = `trustworthiness ${trustworthiness.toFixed(3)}`;
  return { elements: [play, slider, output], update, stop: () => cancelAnimationFrame(playing) };
}

// Up to three axes, each from the images that one search finds to those that another finds.
export function axesControls(panel) {
  const { app } = panel;
  const element = make("div", { className: "axes" });
  let fields = [];
  const setSearch = (axis, side, search) => {
    const axes = panel.state.axes.map((pair, k) => (k === axis ? pair.with(side, search) : pair));
    panel.set({ axes });
  };
  const build = () => {
    fields = panel.state.axes.map((pair, axis) =>
      pair.map((search, side) => {
        const label = `${"xyz"[axis]} axis ${side ? "to" : "from"}`;
        return searchField(label, search, (value) => setSearch(axis, side, value), { placeholder: side ? "to" : "from" });
      }),
    );
    const rows = fields.map(([left, right], axis) => make("div", { className: "axis" }, make("b", {}, "xyz"[axis]), left.element, make("span", {}, "→"), right.element));
    element.replaceChildren(...rows, make("div", { className: "buttons" }, ...buttons()));
    count();
  };
  const resize = (axes) => panel.set({ axes, camera: START });
  const buttons = () => {
    const { axes } = panel.state;
    const add = () => resize([...axes, axes[axes.length - 1].toReversed()]);
    return [
      axes.length < 3 ? make("button", { type: "button", onclick: add }, "add an axis") : "",
      axes.length > 1 ? make("button", { type: "button", onclick: () => resize(axes.slice(0, -1)) }, "remove the last axis") : "",
    ];
  };
  const count = () =>
    panel.state.axes.forEach((pair, axis) =>
      pair.forEach((search, side) => {
        const field = fields[axis][side];
        field.fill(search);
        try {
          const found = find(app.data, search).count;
          field.say(found === 1 ? "1 image" : `${number(found)} images`, found === 0);
        } catch (problem) {
          field.say(problem.message, true);
        }
      }),
    );
  build();
  const update = () => (fields.length === panel.state.axes.length ? count() : build());
  return { elements: [element], update };
}
