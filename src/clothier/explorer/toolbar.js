// The controls that both panels share, and the legend, which is also the filter.

import { SHAPES, rampGradient } from "./colours.js";
import { byId, choiceOf, make, number, searchField } from "./dom.js";

const POLYGONS = {
  square: "0,0 100%,0 100%,100% 0,100%",
  triangle: "50% 0,100% 100%,0 100%",
  diamond: "50% 0,100% 50%,50% 100%,0 50%",
  plus: "33% 0,67% 0,67% 33%,100% 33%,100% 67%,67% 67%,67% 100%,33% 100%,33% 67%,0 67%,0 33%,33% 33%",
};
const THEMES = [["auto", "system"], ["light", "light"], ["dark", "dark"]];

export class Toolbar {
  constructor(app) {
    this.app = app;
    this.search = searchField("search labels and ids", app.store.state.search, (search) => app.store.set({ search }), {
      placeholder: "search labels and ids",
    });
    this.legend = byId("legend");
    app.store.on("colour show verdict tool views theme names context", () => this.fill());
    this.fill();
  }

  fill() {
    const { app } = this;
    const { state } = app.store;
    const set = (field, read = (value) => value) => (value) => app.store.set({ [field]: read(value) });
    const predicted = app.data.predictions !== null;
    const colours = [["label", "label"], ["prediction", "prediction"], ["verdict", "correct or wrong"], ["confidence", app.data.facts.confidence_name]];
    const controls = [
      choiceOf("colour", predicted ? colours : colours.slice(0, 1), state.colour, (colour) => app.store.set({ colour, hidden: [] })),
      predicted ? choiceOf("show", [["all", "all"], ["right", "correct"], ["wrong", "wrong"]], state.verdict, set("verdict")) : "",
      choiceOf("as", [["dots", "dots"], ["pictures", "pictures"]], state.show, set("show")),
      radios("drag", [["move", "move"], ["lasso", "lasso"], ["box", "box"]], state.tool, set("tool")),
      check("names", state.names, set("names")),
      check("grey context", state.context, set("context")),
      app.data.spaces.length > 0 ? check("two maps", state.views === 2, set("views", (on) => (on ? 2 : 1))) : "",
    ];
    const focus = document.activeElement?.getAttribute("data-key");
    const box = byId("toolbar");
    box.replaceChildren(make("div", { className: "field find" }, this.search.element), ...controls);
    byId("actions").replaceChildren(choiceOf("theme", THEMES, state.theme, set("theme")), ...this.buttons());
    if (focus) box.querySelector(`[data-key="${focus}"]`)?.focus();
  }

  buttons() {
    const copied = async () => {
      const words = (await this.app.copyLink()) ? "link copied" : "the link is in the address bar";
      this.app.speak(words);
      copy.textContent = words;
      setTimeout(() => (copy.textContent = "copy link"), 2500);
    };
    const copy = make("button", { type: "button", onclick: copied, "data-key": "copy" }, "copy link");
    const help = make("button", { type: "button", onclick: () => byId("help").showModal(), "data-key": "help" }, "help");
    return [copy, help];
  }

  // After each change of style: what was found, and how many of each group are shown.
  update() {
    const { app } = this;
    const { style, data } = app;
    const { state } = app.store;
    this.search.fill(state.search);
    const found = style.matches === null ? "" : `${number(style.matches)} found`;
    this.search.say(style.error || found, Boolean(style.error) || style.matches === 0);
    const { names, colours, shapes, counts } = style.groups;
    const chips = names.flatMap((name, group) =>
      counts[group] ? [this.chip(name, group, colours[group], SHAPES[shapes[group]], counts[group])] : [],
    );
    if (names.length === 0) chips.push(this.ramp());
    const focus = document.activeElement?.getAttribute("data-group");
    this.legend.replaceChildren(...chips);
    if (focus) this.legend.querySelector(`[data-group="${focus}"]`)?.focus();
    this.sayShown();
  }

  // How many of the images are shown, where a search or a filter leaves some out.
  sayShown() {
    const { app } = this;
    const { shown } = app.style;
    const box = byId("shown");
    box.hidden = shown === app.data.count;
    if (box.hidden) return;
    const link = (words, onclick) => make("button", { type: "button", className: "link", onclick }, words);
    const words = `${number(shown)} shown`;
    box.replaceChildren(words, link("select them", () => app.selectShown()), link("show all", () => app.showAll()));
    app.speak(words);
  }

  chip(name, group, colour, shape, count) {
    const { store } = this.app;
    const { hidden } = store.state;
    const shown = !hidden.includes(group);
    const swatch = make("span", { className: "swatch", "aria-hidden": "true" });
    swatch.style.background = colour;
    if (shape === "circle") swatch.style.borderRadius = "50%";
    else swatch.style.clipPath = `polygon(${POLYGONS[shape]})`;
    const toggle = (event) => {
      const others = [...this.app.style.groups.names.keys()].filter((other) => other !== group);
      if (event.altKey) store.set({ hidden: others });
      else store.set({ hidden: shown ? [...hidden, group] : hidden.filter((other) => other !== group) });
    };
    const title = "Click to hide or show this class; Alt-click to show only this class";
    const properties = { type: "button", className: "chip", onclick: toggle, title, "aria-pressed": String(shown), "data-group": group };
    return make("button", properties, swatch, name, make("small", {}, number(count)));
  }

  ramp() {
    const bar = make("span", { className: "ramp", "aria-hidden": "true" });
    bar.style.background = rampGradient(this.app.theme);
    return make("span", { className: "remark" }, "low ", bar, " high");
  }
}

function check(words, checked, set) {
  const input = make("input", { type: "checkbox", checked, onchange: () => set(input.checked), "data-key": words });
  return make("label", { className: "check" }, input, words);
}

function radios(label, options, value, set) {
  const buttons = options.map(([key, words]) => {
    const input = make("input", { type: "radio", name: label, value: key, checked: key === value, onchange: () => set(key) });
    input.setAttribute("data-key", `${label} ${key}`);
    return make("label", {}, input, make("span", {}, words));
  });
  return make("fieldset", { className: "radios" }, make("legend", {}, label), ...buttons);
}
