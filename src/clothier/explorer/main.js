// The page as a whole: it opens the data, keeps the state, and passes on what happens in one place to the others.

import { showCard } from "./card.js";
import { classColour } from "./colours.js";
import { describe, open, openRest } from "./data.js";
import { Details } from "./details.js";
import { byId, number } from "./dom.js";
import { Panel } from "./panel.js";
import { Pictures } from "./pictures.js";
import { inside } from "./selection.js";
import { Store, defaults, fromFragment, toFragment } from "./state.js";
import { SHOWN, styleOf } from "./styling.js";
import { Toolbar } from "./toolbar.js";
import { alongAxis, nearest } from "./vectors.js";
import { find } from "./search.js";

const NEIGHBOURS = 10;
const dark = matchMedia("(prefers-color-scheme: dark)");

class App {
  constructor(data) {
    this.data = data;
    this.pictures = new Pictures(data);
    this.hovered = -1;
    this.turns = []; // what is drawn in frames to come
    this.found = new Map(); // neighbours of the chosen image, by space
    const wide = window.innerWidth >= 900;
    this.store = new Store(location.hash ? fromFragment(data, location.hash.slice(1)) : defaults(data, wide));
    this.store.on("theme", () => this.setTheme());
    this.store.on("colour hidden search verdict context selection theme", () => this.restyle());
    this.store.on("chosen", () => this.found.clear());
    this.setTheme();
    this.style = styleOf(data, this.store.state, this.theme, this.page.page);
    this.toolbar = new Toolbar(this);
    this.panels = { a: new Panel(this, "a"), b: new Panel(this, "b") };
    this.details = new Details(this);
    byId("maps").append(this.panels.a.element, this.panels.b.element);
    this.store.on("views", () => this.arrange());
    this.arrange();
    this.toolbar.update();
    for (const panel of Object.values(this.panels)) panel.update({ anew: true });
    this.store.on("*", () => this.keepLink());
    dark.addEventListener("change", () => this.setTheme(true));
    window.addEventListener("hashchange", () => this.followLink());
  }

  arrange() {
    this.panels.b.element.hidden = this.store.state.views === 1;
    byId("maps").classList.toggle("two", this.store.state.views === 2);
  }

  // The page's colours live in its style sheet, as light-dark(first, second).
  setTheme(again = false) {
    const { theme } = this.store.state;
    document.documentElement.dataset.theme = theme;
    this.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).match(/#[0-9a-f]{6}/g)[this.theme === "dark" ? 1 : 0];
    this.page = Object.fromEntries(["page", "ink", "quiet", "accent"].map((name) => [name, colour(name)]));
    this.pictures.setTheme(this.theme);
    if (again) {
      this.restyle();
      this.redraw();
    }
  }

  restyle() {
    this.style = styleOf(this.data, this.store.state, this.theme, this.page.page);
    this.toolbar.update();
  }

  // One piece of work a frame: together, the two maps and the lists of a large selection would be a stutter.
  inTurn(work) {
    this.turns.push(work);
    if (this.turns.length > 1) return;
    const next = () => {
      this.turns[0]();
      this.turns.shift();
      if (this.turns.length > 0) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }

  redraw() {
    for (const panel of Object.values(this.panels)) panel.view.request();
    this.details.request();
  }

  colourOf(label) {
    return label < 0 ? this.page.quiet : classColour(this.theme, label);
  }

  // The image that the pointer or the keys are on, in all maps at once; its card stands in `view`.
  hover(index, view, { speak = false } = {}) {
    if (index !== this.hovered || view) showCard(this, index, view);
    if (index === this.hovered) return;
    this.hovered = index;
    for (const panel of Object.values(this.panels)) panel.view.drawOverlay();
    if (speak && index >= 0) this.speak(describe(this.data, index));
  }

  choose(index, view) {
    this.store.set(index < 0 ? { chosen: -1 } : { chosen: index, tab: "image" });
    if (index < 0) return;
    const [first] = this.nearestIn(view ? this.store.state[view.side].space : 0);
    if (first) this.speak(`${describe(this.data, index)}; nearest: ${describe(this.data, first.index)}`);
  }

  nearestIn(space) {
    const { vectors } = this.data.spaces[space];
    const { chosen } = this.store.state;
    if (!vectors || chosen < 0) return [];
    if (!this.found.has(space)) this.found.set(space, nearest(vectors, chosen, NEIGHBOURS));
    return this.found.get(space);
  }

  neighboursOf(side) {
    return this.nearestIn(this.store.state[side].space);
  }

  // Selections are kept in rising order.
  select(indices, { add = false } = {}) {
    const all = add ? new Set([...this.store.state.selection, ...indices]) : indices;
    const selection = Array.from(Uint32Array.from(all).sort());
    this.store.set(selection.length ? { selection, tab: "selection" } : { selection });
    this.speak(`${number(selection.length)} selected`);
  }

  toggle(index) {
    if (index < 0) return;
    const { selection } = this.store.state;
    this.select(selection.includes(index) ? selection.filter((other) => other !== index) : [...selection, index]);
  }

  selectShown() {
    this.select([...this.style.status.keys()].filter((index) => this.style.status[index] >= SHOWN));
  }

  showAll() {
    this.store.set({ search: { text: "", regex: false }, hidden: [], verdict: "all" });
  }

  speak(words) {
    byId("live").textContent = words;
  }

  // The state in the address, a moment after the last change.
  keepLink() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.writeLink(), 250);
  }

  writeLink() {
    const fragment = toFragment(this.data, this.store.state);
    history.replaceState(null, "", fragment ? `#${fragment}` : location.href.split("#")[0]);
  }

  followLink() {
    this.store.set(fromFragment(this.data, location.hash.slice(1)));
  }

  async copyLink() {
    this.writeLink();
    return this.copy(location.href);
  }

  // Whether the text is on the clipboard now.
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // no clipboard without permission
    }
  }

  // Pictures, vectors or snapshots are there now: whatever waited for them.
  arrived() {
    this.found.clear();
    for (const panel of Object.values(this.panels)) panel.update({ anew: true });
    this.redraw();
  }
}

const data = await open();
const app = new App(data);
document.documentElement.dataset.ready = "points";
if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
await openRest(data, () => app.arrived());
document.documentElement.dataset.ready = "all";
// For the curious, on the console: what the page knows, and the maths that it draws with.
window.explorer = { app, alongAxis, find, inside, nearest };
