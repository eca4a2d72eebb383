// A panel's choice of space and map -> the world it shows: coordinates that fill the square or the ball around 0.

import { find } from "./search.js";
import { alongAxis } from "./vectors.js";

// {world: Float32Array (n, 3), flat, origin: where 0 of the coordinates lies, ends: the words at both ends of each
// axis, [] for a map without axes}. An Error in one line where the reader's axes cannot be made.
export function worldOf(data, panel) {
  const space = data.spaces[panel.space];
  if (panel.map === "axes") return customWorld(data, space, panel.axes);
  if (panel.map === "pca") return principalWorld(data, space, panel.components);
  const flat = panel.map === "tsne2";
  const snapshots = space.snapshots[panel.map];
  const columns = flat ? 2 : 3;
  if (panel.frame < 0 || !snapshots) return fitted(spread(space.coordinates[panel.map], columns), flat, []);
  return fitted(between(snapshots, panel.frame, data.count, columns), flat, []);
}

function principalWorld(data, space, components) {
  const { explained } = space.maps.pca;
  const columns = components.filter((component) => component >= 0 && component < explained.length);
  const world = new Float32Array(3 * data.count);
  columns.forEach((component, k) => {
    for (let row = 0; row < data.count; row++)
      world[3 * row + k] = space.coordinates.pca[row * explained.length + component];
  });
  const name = (component) => `component ${component + 1} (${(100 * explained[component]).toFixed(1)} %)`;
  return fitted(world, columns.length < 3, columns.map((component) => ["", name(component)]));
}

// One axis is drawn with a row for each class, so that points do not lie on top of each other.
function customWorld(data, space, axes) {
  if (!space.vectors) throw new Error("The vectors are still loading.");
  const world = new Float32Array(3 * data.count);
  axes.forEach((pair, k) => {
    const [left, right] = pair.map((search) => nonEmpty(find(data, search), search));
    if (left.every((one, row) => one === right[row])) throw new Error("Both searches find the same images. Change one of them.");
    const along = alongAxis(space.vectors, left, right);
    for (let row = 0; row < data.count; row++) world[3 * row + k] = along[row];
  });
  const ends = axes.map((pair) => pair.map(({ text, regex }) => (regex ? `/${text}/` : text)));
  const made = fitted(world, axes.length < 3, ends);
  if (axes.length === 1) for (let row = 0; row < data.count; row++) world[3 * row + 1] = classRow(data, row);
  return made;
}

function nonEmpty({ mask, count }, search) {
  if (count === 0) throw new Error(`“${search.text}” matches no images. Change the search.`);
  return mask;
}

// From 0.8 for the first class down to -0.8, scattered a little by the row's number: golden-ratio steps fill evenly.
function classRow(data, row) {
  const rows = data.classNames.length;
  const label = data.labels[row] < 0 ? rows : data.labels[row];
  return 0.8 - (1.6 * label + 1.1 * ((row * 0.618034) % 1)) / rows;
}

// Snapshots int16 (s, n, columns) at a frame that may lie between two -> world.
function between(snapshots, frame, count, columns) {
  const last = snapshots.length / (count * columns) - 1;
  const first = Math.min(Math.floor(frame), last);
  const share = Math.min(frame, last) - first;
  const from = snapshots.subarray(first * count * columns, (first + 1) * count * columns);
  const to = share > 0 ? snapshots.subarray((first + 1) * count * columns) : from;
  const world = new Float32Array(3 * count);
  for (let row = 0; row < count; row++)
    for (let k = 0; k < columns; k++) {
      const value = from[row * columns + k];
      world[3 * row + k] = value + share * (to[row * columns + k] - value);
    }
  return world;
}

function spread(coordinates, columns) {
  const world = new Float32Array((3 * coordinates.length) / columns);
  for (let place = 0; place < coordinates.length; place++)
    world[3 * Math.floor(place / columns) + (place % columns)] = coordinates[place];
  return world;
}

// In place: flat maps from -1 to 1 along their longer side, others in the ball of radius 1.
function fitted(world, flat, ends) {
  const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]];
  for (let place = 0; place < world.length; place++) {
    const k = place % 3;
    if (world[place] < low[k]) low[k] = world[place];
    if (world[place] > high[k]) high[k] = world[place];
  }
  const middle = low.map((value, k) => (value + high[k]) / 2);
  let radius = Math.max(...low.map((value, k) => (high[k] - value) / 2));
  if (!flat) {
    let farthest = 0;
    for (let place = 0; place < world.length; place += 3) {
      const [x, y, z] = [world[place] - middle[0], world[place + 1] - middle[1], world[place + 2] - middle[2]];
      farthest = Math.max(farthest, x * x + y * y + z * z);
    }
    radius = Math.sqrt(farthest);
  }
  const factor = radius > 0 ? 1 / radius : 0;
  for (let place = 0; place < world.length; place++) world[place] = (world[place] - middle[place % 3]) * factor;
  return { world, flat, ends, origin: middle.map((value) => -value * factor) };
}

// Where each class's name stands: the median of its points along each axis, [{text, at: [x, y, z]}].
export function namePlaces(data, world, groups) {
  const members = groups.names.map(() => []);
  for (let row = 0; row < data.count; row++) members[groups.of[row]]?.push(row);
  const places = [];
  members.forEach((rows, group) => {
    const step = Math.max(1, Math.floor(rows.length / 400)); // a few hundred tell the median well enough
    const some = rows.filter((_, place) => place % step === 0);
    if (some.length === 0) return;
    const median = (k) => some.map((row) => world[3 * row + k]).sort((one, other) => one - other)[some.length >> 1];
    places.push({ text: groups.names[group], group, at: Float32Array.of(median(0), median(1), median(2)) });
  });
  return places;
}

// Words for one space and map, as a heading and for ears.
export function mapTitle(data, panel) {
  const space = data.spaces[panel.space];
  const names = { pca: "principal components", tsne2: "t-SNE", tsne3: "t-SNE in three dimensions", axes: "custom axes" };
  return `${space.name}: ${names[panel.map]}`;
}

