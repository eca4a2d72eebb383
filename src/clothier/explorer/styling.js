// Search, filters and selection -> how each point is drawn.

import { grouping, packed, mixed } from "./colours.js";
import { find } from "./search.js";

export const [HIDDEN, CONTEXT, SHOWN, SELECTED] = [0, 1, 2, 3];

// {status, colours, shapes: one for each image, groups, matches: the images the search finds, error: why it cannot}.
export function styleOf(data, state, theme, page) {
  const groups = grouping(data, state.colour, theme);
  let [found, error] = [null, ""];
  if (state.search.text) {
    try {
      found = find(data, state.search);
    } catch (problem) {
      error = problem.message;
    }
  }
  const style = {
    status: new Uint8Array(data.count),
    colours: new Uint32Array(data.count),
    shapes: new Uint8Array(data.count),
    groups,
    classes: grouping(data, state.colour === "prediction" ? "prediction" : "label", theme), // whose names are drawn
    matches: found?.count ?? null,
    error,
    named: new Uint8Array(data.classNames.length + 1), // 1 for classes of which something is shown
    shown: 0,
  };
  const hidden = groups.names.length > 0 ? new Set(state.hidden) : new Set();
  const dim = state.selection.length > 0;
  const palette = groups.colours.map((colour) => packed(dim ? mixed(colour, page, 0.6) : colour));
  const bright = groups.colours.map(packed);
  const grey = packed(mixed(page, "#808080", 0.3));
  const chosen = new Uint8Array(data.count);
  for (const index of state.selection) chosen[index] = 1;
  for (let index = 0; index < data.count; index++) {
    const group = groups.of[index];
    const right = data.predictions ? data.labels[index] === data.predictions[index] : true;
    const kept =
      !hidden.has(group) &&
      (found === null || found.mask[index] === 1) &&
      (state.verdict === "all" || (data.labels[index] >= 0 && right === (state.verdict === "right")));
    const status = kept ? (chosen[index] ? SELECTED : SHOWN) : state.context ? CONTEXT : HIDDEN;
    style.status[index] = status;
    if (status >= SHOWN) {
      style.shown++;
      style.named[style.classes.of[index]] = 1;
    }
    style.colours[index] = status === CONTEXT ? grey : status === SELECTED ? bright[group] : palette[group];
    style.shapes[index] = status === CONTEXT ? 0 : groups.shapes[group];
  }
  return style;
}
