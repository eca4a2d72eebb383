// The parts of the page that Python packed -> typed arrays. Facts first, pictures and vectors when they are wanted.

const ARRAYS = { uint8: Uint8Array, int16: Int16Array, float32: Float32Array };

export function readFacts() {
  return JSON.parse(document.getElementById("facts").textContent);
}

// The array of that name; int16 parts with a scale become the numbers they stand for, unless `raw`.
export async function unpack(facts, name, { raw = false } = {}) {
  const { dtype, steps, scale } = facts.parts[name];
  const element = document.getElementById(`part-${name}`);
  const bytes = await gunzip(fromBase64(element.textContent));
  element.remove(); // the text is several megabytes that nobody needs again
  const values = new ARRAYS[dtype](unshuffle(bytes, ARRAYS[dtype].BYTES_PER_ELEMENT));
  if (steps) sumSteps(values, steps);
  return scale === null || raw ? values : Float32Array.from(values, (value) => value * scale);
}

export async function unpackText(name) {
  const bytes = await gunzip(fromBase64(document.getElementById(`part-${name}`).textContent));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = binary.charCodeAt(place);
  return bytes;
}

async function gunzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// All first bytes, then all second ones, ... -> each number's bytes together. Like bytes compress better side by side.
function unshuffle(bytes, size) {
  if (size === 1) return bytes.buffer;
  const count = bytes.length / size;
  const whole = new Uint8Array(bytes.length);
  for (let byte = 0; byte < size; byte++)
    for (let item = 0; item < count; item++) whole[item * size + byte] = bytes[byte * count + item];
  return whole.buffer;
}

// Differences from one row of that many numbers to the next -> the rows; int16 wraps around, as it did when packed.
function sumSteps(values, row) {
  for (let place = row; place < values.length; place++) values[place] += values[place - row];
}

// What every view reads: names, labels and predictions of each image, and the spaces with their coordinates.
export async function open() {
  const facts = readFacts();
  const data = { facts, count: facts.count, classNames: facts.class_names, ids: null, pictures: null };
  data.labels = await unpack(facts, "labels");
  data.predictions = facts.predicted ? await unpack(facts, "predictions") : null;
  data.confidence = facts.predicted ? await unpack(facts, "confidence") : null;
  data.spaces = facts.spaces.map((space) => ({ ...space, coordinates: {}, snapshots: {}, vectors: null }));
  for (const [number, space] of data.spaces.entries())
    for (const map of Object.keys(space.maps))
      space.coordinates[map] = await unpack(facts, `${number}-${map}`);
  return data;
}

// The rest, in the order in which a reader needs it; `arrived` is called after each.
export async function openRest(data, arrived) {
  const { facts } = data;
  data.ids = await unpackText("ids");
  data.pictures = await unpack(facts, "pictures");
  arrived();
  for (const [number, space] of data.spaces.entries()) {
    const values = space.stored === "pictures" ? data.pictures : await unpack(facts, `${number}-vectors`, { raw: true });
    const scale = space.stored === "pictures" ? 1 / 255 : facts.parts[`${number}-vectors`].scale;
    space.vectors = { values, scale, dimensions: values.length / data.count, count: data.count };
    arrived();
  }
  for (const [number, space] of data.spaces.entries())
    for (const [map, { iterations }] of Object.entries(space.maps))
      if (iterations) space.snapshots[map] = await unpack(facts, `${number}-${map}-snapshots`, { raw: true });
  arrived();
}

// The name of a class, or what stands for an image without a label.
export function className(data, label) {
  return label < 0 ? "no label" : data.classNames[label];
}

// One line that says what an image is, for ears and for the title of a picture.
export function describe(data, index) {
  const words = [className(data, data.labels[index])];
  if (data.predictions) {
    const share = `${(100 * data.confidence[index]).toFixed(1)} %`;
    words.push(`predicted ${className(data, data.predictions[index])} (${data.facts.confidence_name === "confidence" ? "" : "uncalibrated "}${share})`);
  }
  words.push(data.ids ? data.ids[index] : `row ${index}`);
  return words.join(", ");
}
