// Colours that every kind of colour vision tells apart, with a shape to each so that colour is never alone.

// Source: six hues of Okabe and Ito, "Color Universal Design", 2008; purple, brown, olive or yellow and ink make them
// ten, as far apart in each kind of colour vision as a search found them, in the lightness that each theme wants.
export const CLASSES = {
  light: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#5236a6", "#58331a", "#5f5a10", "#222222"],
  dark: ["#3a82d4", "#e69f00", "#17b890", "#e08fbf", "#a3cffe", "#f0743e", "#bc9df4", "#8a5e2e", "#e1df53", "#ededed"],
};
export const SHAPES = ["circle", "square", "triangle", "diamond", "plus"];
const VERDICTS = { light: ["#d55e00", "#0072b2", "#8a8a8a"], dark: ["#f0743e", "#3a82d4", "#8a8a8a"] };
const RAMP = { light: ["#d55e00", "#c9b39a", "#0072b2"], dark: ["#f0743e", "#b5a899", "#3a82d4"] };

// The colour and the shape of a class; the same pair comes back only after fifty classes.
export const classColour = (theme, label) => CLASSES[theme][label % CLASSES[theme].length];
export const classShape = (label) => (label + Math.floor(label / CLASSES.light.length)) % SHAPES.length;

// "#rrggbb" -> the number that a canvas's pixel buffer holds on little-endian machines: 0xAABBGGRR.
export function packed(hex) {
  const [red, green, blue] = channels(hex);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function channels(hex) {
  return [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
}

// `share` of the second colour in the first, both "#rrggbb".
export function mixed(first, second, share) {
  const other = channels(second);
  const parts = channels(first).map((part, k) => Math.round(part + share * (other[k] - part)));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

// A colour for a share in [0, 1] of the ramp from low to high.
export function rampColour(theme, share) {
  const [low, middle, high] = RAMP[theme];
  return share < 0.5 ? mixed(low, middle, 2 * share) : mixed(middle, high, 2 * share - 1);
}

export const rampGradient = (theme) => `linear-gradient(to right, ${RAMP[theme].join(", ")})`;

// The groups that points are coloured by: {names, colours, shapes}, `of`, the group of each image, and how many images
// each has. The same object as long as they are the same.
export function grouping(data, colour, theme) {
  data.groupings ??= new Map();
  const key = `${colour} ${theme}`;
  if (!data.groupings.has(key)) {
    const made = { verdict: verdicts, confidence: confidences }[colour] ?? classes;
    const groups = made(data, theme, colour);
    groups.counts = new Uint32Array(groups.colours.length);
    for (const group of groups.of) groups.counts[group]++;
    data.groupings.set(key, groups);
  }
  return data.groupings.get(key);
}

function verdicts({ labels, predictions }, theme) {
  const of = labels.map((label, index) => (label < 0 ? 2 : Number(label === predictions[index])));
  return { names: ["wrong", "correct", "no label"], colours: VERDICTS[theme], shapes: [2, 0, 1], of };
}

// The ramp begins at what guessing would give.
function confidences({ confidence, classNames }, theme) {
  const colours = Array.from({ length: 64 }, (_, step) => rampColour(theme, step / 63));
  const low = 1 / Math.max(2, classNames.length);
  const of = Int16Array.from(confidence, (share) => Math.round(63 * Math.max(0, (share - low) / (1 - low))));
  return { names: [], colours, shapes: colours.map(() => 0), of };
}

function classes({ labels, predictions, classNames }, theme, colour) {
  const column = colour === "prediction" ? predictions : labels;
  const known = classNames.map((_, label) => label);
  return {
    names: [...classNames, "no label"],
    colours: [...known.map((label) => classColour(theme, label)), VERDICTS[theme][2]],
    shapes: [...known.map(classShape), 0],
    of: column.map((label) => (label < 0 ? classNames.length : label)),
  };
}
