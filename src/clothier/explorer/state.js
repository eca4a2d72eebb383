// What a reader sees is one plain object; a link holds what of it is not as the page opens.

import { START } from "./camera.js";
import { pack, unpackIndices } from "./selection.js";

const LONGEST = 6000; // characters of a selection in a link; chats and mail cut longer ones

export class Store {
  constructor(state) {
    this.state = state;
    this.listeners = [];
  }

  // Call `listener` whenever one of those fields is replaced; "*" is any.
  on(fields, listener) {
    this.listeners.push({ fields: fields.split(" "), listener });
  }

  set(changes) {
    const changed = Object.keys(changes).filter((field) => this.state[field] !== changes[field]);
    if (changed.length === 0) return;
    this.state = { ...this.state, ...changes };
    for (const { fields, listener } of this.listeners)
      if (fields[0] === "*" || fields.some((field) => changed.includes(field))) listener(this.state, changed);
  }

  // The same for one of the two panels, "a" or "b".
  setPanel(panel, changes) {
    this.set({ [panel]: { ...this.state[panel], ...changes } });
  }
}

// As the page opens: the first space beside the last where there is room for two, else the last alone.
export function defaults(data, wide) {
  const search = (label) => ({ text: data.classNames[label % data.classNames.length] ?? "", regex: false });
  const axes = [0, 2, 4].map((label) => [search(label), search(label + 1)]);
  const panel = (space) => {
    const map = "tsne2" in data.spaces[space].maps ? "tsne2" : "pca";
    return { space, map, components: [0, 1, -1], axes: axes.slice(0, 2), frame: -1, camera: START };
  };
  const last = data.spaces.length - 1;
  return {
    a: panel(wide ? 0 : last),
    b: panel(wide ? last : 0),
    views: wide && last > 0 ? 2 : 1,
    colour: "label",
    show: "dots",
    names: true,
    context: true,
    search: { text: "", regex: false },
    hidden: [],
    verdict: "all",
    tool: "move",
    chosen: -1,
    selection: [],
    tab: "image",
    theme: "auto",
  };
}

// What a link is measured against, on every screen.
export const usual = (data) => defaults(data, true);

const choice = (...known) => ({ read: (text) => (known.includes(text) ? text : undefined), write: String });
const flag = { read: (text) => text === "1", write: (value) => (value ? "1" : "0") };
const list = (size, low, high) => ({
  read: (text) => {
    const values = text.split(",").map(Number);
    const fit = values.every((value) => Number.isFinite(value) && value >= low && value <= high);
    return fit && (size === 0 || values.length === size) ? values : undefined;
  },
  write: (values) => values.map((value) => Number(value.toFixed(4))).join(","),
});
const isSearch = (value) => typeof value?.text === "string" && typeof value?.regex === "boolean";
const searches = {
  read: (text) => {
    const axes = JSON.parse(text);
    const fit = axes.length >= 1 && axes.length <= 3 && axes.every((axis) => axis.length === 2 && axis.every(isSearch));
    return fit ? axes : undefined;
  },
  write: JSON.stringify,
};
const whole = (low, high) => {
  const one = list(1, low, high);
  const read = (text) => (Number.isInteger(Number(text)) ? one.read(text)?.[0] : undefined);
  return { read, write: (value) => String(Math.round(value)) };
};
const camera = {
  read: (text) => {
    const values = list(5, -1000, 1000).read(text);
    const [x, y, zoom, yaw, pitch] = values ?? [];
    return values && zoom >= 0.5 && zoom <= 200 ? { x, y, zoom, yaw, pitch } : undefined;
  },
  write: ({ x, y, zoom, yaw, pitch }) => list(5).write([x, y, zoom, yaw, pitch]),
};

// Field of the state -> how it reads and writes itself.
function fields(data) {
  const classes = data.classNames.length;
  const maps = new Set(data.spaces.flatMap((space) => Object.keys(space.maps)));
  const components = Math.max(...data.spaces.map((space) => space.maps.pca.explained.length)) - 1;
  const whose = data.predictions ? ["prediction", "verdict", "confidence"] : [];
  const panel = {
    space: whole(0, data.spaces.length - 1),
    map: choice(...maps, "axes"),
    components: list(3, -1, components),
    axes: searches,
    frame: whole(-1, 10_000),
    camera,
  };
  const shared = {
    views: whole(1, 2),
    colour: choice("label", ...whose),
    show: choice("dots", "pictures"),
    names: flag,
    context: flag,
    search: { read: (text) => ({ text: text.slice(1), regex: text[0] === "/" }), write: ({ text, regex }) => (regex ? "/" : "=") + text },
    hidden: list(0, 0, classes),
    verdict: choice("all", "right", "wrong"),
    tool: choice("move", "lasso", "box"),
    chosen: whole(0, data.count - 1),
    selection: { read: (text) => unpackIndices(text, data.count), write: (set) => (set.length > LONGEST ? "" : pack(set)) },
    tab: choice("image", "selection", "suspects"),
    theme: choice("auto", "light", "dark"),
  };
  return { panel, shared };
}

// The state as the part of a link after #; a selection that would make it too long is left out.
export function toFragment(data, state) {
  const { panel, shared } = fields(data);
  const plain = usual(data);
  const words = new URLSearchParams();
  const add = (name, field, value, normal) => {
    const text = field.write(value);
    if (text !== field.write(normal) && text.length <= LONGEST) words.set(name, text);
  };
  for (const side of ["a", "b"])
    for (const [name, field] of Object.entries(panel)) add(`${side}.${name}`, field, state[side][name], plain[side][name]);
  for (const [name, field] of Object.entries(shared)) add(name, field, state[name], plain[name]);
  return words.toString();
}

// The state of a link; what its fragment says wrongly is passed over.
export function fromFragment(data, fragment) {
  const { panel, shared } = fields(data);
  const state = usual(data);
  for (const [name, text] of new URLSearchParams(fragment)) {
    const [side, part] = name.split(".");
    const [field, owner, key] = part ? [panel[part], state[side], part] : [shared[name], state, name];
    if (!field || !owner) continue;
    try {
      owner[key] = field.read(text) ?? owner[key];
    } catch {
      continue; // invalid JSON
    }
  }
  for (const side of ["a", "b"])
    if (state[side].map !== "axes" && !(state[side].map in data.spaces[state[side].space].maps)) state[side].map = "pca";
  return state;
}
