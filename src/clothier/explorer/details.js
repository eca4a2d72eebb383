// The column beside the maps: the chosen image and its neighbours, the selection, and suspected labels.

import { className, describe } from "./data.js";
import { byId, make, number, percent } from "./dom.js";
import { asCsv, countClasses } from "./selection.js";

const FIRST = 60; // pictures of a long list at once
const TABS = ["image", "selection", "suspects"];

export class Details {
  constructor(app) {
    this.app = app;
    this.many = { selection: FIRST, suspects: FIRST };
    for (const tab of TABS) {
      byId(`tab-${tab}`).addEventListener("click", () => app.store.set({ tab }));
      byId(`tab-${tab}`).addEventListener("keydown", (event) => this.arrows(event, tab));
    }
    byId("tab-suspects").hidden = !app.data.facts.suspects;
    app.store.on("tab chosen selection theme", (state, changed) => {
      if (changed.includes("selection")) Object.assign(this, { repairing: "" }).many.selection = FIRST;
      this.request();
    });
    this.update();
  }

  // The maps come first: the lists are made once these are drawn.
  request() {
    if (this.waiting) return;
    this.waiting = true;
    this.app.inTurn(() => this.update());
  }

  arrows(event, tab) {
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!turn) return;
    const there = TABS.filter((name) => !byId(`tab-${name}`).hidden);
    const next = there[(there.indexOf(tab) + turn + there.length) % there.length];
    this.app.store.set({ tab: next });
    byId(`tab-${next}`).focus();
  }

  update() {
    this.waiting = false;
    const { state } = this.app.store;
    byId("tab-selection").textContent = state.selection.length ? `Selection (${number(state.selection.length)})` : "Selection";
    for (const tab of TABS) {
      byId(`tab-${tab}`).setAttribute("aria-selected", String(tab === state.tab));
      byId(`tab-${tab}`).tabIndex = tab === state.tab ? 0 : -1;
    }
    const panel = byId("details");
    panel.setAttribute("aria-labelledby", `tab-${state.tab}`);
    panel.replaceChildren(...{ image: () => this.image(), selection: () => this.selection(), suspects: () => this.suspects() }[state.tab]());
  }

  image() {
    const { app } = this;
    const { data } = app;
    const { chosen } = app.store.state;
    if (chosen < 0) return [make("p", { className: "hint" }, "Choose a point to see the image and its nearest neighbours.")];
    const lists = data.spaces.map((space, number_) => {
      const found = app.nearestIn(number_);
      const same = found.filter(({ index }) => data.labels[index] === data.labels[chosen]).length;
      const heading = make("h3", {}, `Nearest by ${space.name}`);
      const shared = data.labels[chosen] < 0 ? "" : `${same} of ${found.length} have the same label`;
      const words = found.length === 0 ? "The vectors are still loading." : shared;
      const tiles = found.map(({ index, distance }) => this.tile(index, distance.toFixed(distance < 10 ? 2 : 1)));
      return [heading, make("p", { className: "remark" }, words), make("div", { className: "tiles" }, ...tiles)];
    });
    const close = make("button", { type: "button", className: "link", onclick: () => app.choose(-1) }, "close");
    return [make("div", { className: "chosen" }, app.pictures.canvas(chosen, 98), facts(data, chosen, close)), ...lists.flat()];
  }

  selection() {
    const { app } = this;
    const { selection } = app.store.state;
    if (selection.length === 0) {
      return [make("p", { className: "hint" }, "Draw a lasso or a box around points, or search and select the images found. Shift adds to the selection.")];
    }
    const counts = countClasses(app.data.labels, selection);
    const bars = counts.map(([label, count]) => this.bar(label, count, counts[0][1]));
    const buttons = [
      make("button", { type: "button", onclick: () => this.download() }, "save as CSV"),
      ...(app.data.facts.repair ? [make("button", { type: "button", onclick: () => this.repair(), title: "saves the selection and copies the command that opens it in clothier label" }, "repair labels")] : []),
      make("button", { type: "button", onclick: () => app.select([]) }, "clear"),
    ];
    const heading = make("h3", {}, selection.length === 1 ? "1 image" : `${number(selection.length)} images`);
    return [heading, make("div", { className: "buttons" }, ...buttons), ...this.next(), make("table", { className: "bars" }, make("tbody", {}, ...bars)), ...this.tiles("selection", selection, () => "")];
  }

  bar(label, count, most) {
    const fill = make("span", { className: "fill" });
    fill.style.width = `${(100 * count) / most}%`;
    fill.style.background = this.app.colourOf(label);
    const name = make("th", { scope: "row" }, className(this.app.data, label));
    return make("tr", {}, name, make("td", { className: "track" }, fill), make("td", {}, number(count)));
  }

  suspects() {
    const { order, scores, space } = this.app.data.facts.suspects;
    const words = `The neighbours of these images by ${space} disagree with their labels. The most doubtful images come first. They may be mislabelled or just unusual.`;
    const scoreOf = new Map(order.map((index, rank) => [index, scores[rank].toFixed(2)]));
    return [make("p", { className: "hint" }, words), ...this.tiles("suspects", order, (index) => `${className(this.app.data, this.app.data.labels[index])} ${scoreOf.get(index)}`)];
  }

  // As many pictures as a page takes at once, and a button for more.
  tiles(list, indices, words) {
    const shown = indices.slice(0, this.many[list]).map((index) => this.tile(index, words(index)));
    const more = indices.length - shown.length;
    const onclick = () => {
      this.many[list] += 4 * FIRST;
      this.update();
    };
    const button = more > 0 ? [make("button", { type: "button", onclick }, `show more (${number(more)} left)`)] : [];
    return [make("div", { className: `tiles ${list}` }, ...shown), ...button];
  }

  tile(index, words) {
    const { app } = this;
    const view = app.panels?.a.view;
    return make(
      "button",
      {
        type: "button",
        className: "tile",
        title: describe(app.data, index),
        onclick: () => app.choose(index, view),
        onpointerenter: () => app.hover(index, null),
        onpointerleave: () => app.hover(-1, null),
        onfocus: () => app.hover(index, null),
        onblur: () => app.hover(-1, null),
      },
      app.pictures.canvas(index, 48),
      make("small", {}, words),
    );
  }

  // The page is a file, which can start nothing: the reader gets the selection and what to type.
  async repair() {
    const { app } = this;
    this.download();
    const copied = await app.copy(app.data.facts.repair);
    this.repairing = copied ? "The command is on the clipboard. Run it beside selection.csv and your data:" : "Run this beside selection.csv and your data:";
    app.speak(this.repairing);
    this.update();
  }

  next() {
    const { repairing } = this;
    return repairing ? [make("p", { className: "remark" }, repairing, make("br"), make("code", {}, this.app.data.facts.repair))] : [];
  }

  download() {
    const { data, store } = this.app;
    const address = URL.createObjectURL(new Blob([asCsv(data, store.state.selection)], { type: "text/csv" }));
    make("a", { href: address, download: "selection.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

// What is known of an image, as a list of terms.
export function facts(data, index, ...more) {
  const rows = [["label", className(data, data.labels[index])]];
  if (data.predictions) {
    const right = data.labels[index] < 0 ? "" : data.predictions[index] === data.labels[index] ? " ✓" : " ✗";
    rows.push(["predicted", className(data, data.predictions[index]) + right], [data.facts.confidence_name, percent(data.confidence[index])]);
  }
  rows.push(["image", data.ids ? data.ids[index] : `row ${index}`]);
  const terms = rows.flatMap(([term, words]) => [make("dt", {}, term), make("dd", {}, words)]);
  return make("div", {}, make("dl", {}, ...terms), ...more);
}
