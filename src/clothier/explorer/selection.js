// Sets of images: what lies inside a line drawn on the screen, how many of each class, and sets as text.

// The images whose screen position (n, 3) lies inside the polygon [x, y, x, y, ...]; `shown` is 0 for those to leave out.
export function inside(screen, shown, polygon) {
  const rows = edgesByRow(polygon);
  const found = [];
  for (let index = 0; index < shown.length; index++) {
    const x = screen[3 * index];
    const y = screen[3 * index + 1];
    const edges = shown[index] ? rows.get(Math.floor(y)) : undefined;
    if (!edges) continue;
    // Even-odd rule: a ray to the right crosses the line an odd number of times.
    let odd = false;
    for (const [x1, y1, x2, y2] of edges)
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    if (odd) found.push(index);
  }
  return found;
}

// The polygon's edges that each row of pixels meets: few of the hundreds that a lasso has.
function edgesByRow(polygon) {
  const rows = new Map();
  for (let k = 0, last = polygon.length - 2; k < polygon.length; last = k, k += 2) {
    const edge = [polygon[k], polygon[k + 1], polygon[last], polygon[last + 1]];
    const end = Math.floor(Math.max(edge[1], edge[3]));
    for (let row = Math.floor(Math.min(edge[1], edge[3])); row <= end; row++) {
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push(edge);
    }
  }
  return rows;
}

// [[class, images], ...] of a set, the largest first; -1 is the class of images without a label.
export function countClasses(labels, indices) {
  const counts = new Map();
  for (const index of indices) counts.set(labels[index], (counts.get(labels[index]) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0]);
}

// A table of the set with a row for each image, as spreadsheets read it (RFC 4180): a byte-order mark for Excel, and an
// apostrophe before a name that would be computed, as in csvtext.py; the confidence is a number, never below 0.
export function asCsv(data, indices) {
  const shield = (value) => (/^[=+\-@\t\r']/.test(value) ? `'${value}` : value);
  const quote = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const cell = (value) => quote(shield(value));
  const name = (label) => (label < 0 ? "" : data.classNames[label]);
  const lines = [["id", "label", ...(data.predictions ? ["predicted", data.facts.confidence_name] : [])]];
  for (const index of indices) {
    const line = [data.ids[index], name(data.labels[index])];
    if (data.predictions) line.push(name(data.predictions[index]), data.confidence[index].toFixed(6));
    lines.push(line);
  }
  return `\ufeff${lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("")}`;
}

// Rising indices <-> a short text: the step from each to the next in base 26, letters as digits, the last in capitals.
export function pack(indices) {
  let last = -1;
  return Array.from(indices, (index) => {
    let digits = "";
    for (let step = index - last; step > 0; step = Math.floor(step / 26)) digits = letter(step % 26) + digits;
    last = index;
    return digits.slice(0, -1) + digits.slice(-1).toUpperCase();
  }).join("");
}

export function unpackIndices(text, count) {
  const found = [];
  let last = -1;
  for (const [digits] of text.matchAll(/[a-z]*[A-Z]/g)) {
    const step = [...digits.toLowerCase()].reduce((sum, digit) => 26 * sum + digit.charCodeAt(0) - 97, 0);
    last += step;
    if (step < 1 || last >= count) break;
    found.push(last);
  }
  return found;
}

const letter = (value) => String.fromCharCode(97 + value);
