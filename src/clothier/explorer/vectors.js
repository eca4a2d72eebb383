// Vectors as they are stored, row after row -> nearest neighbours, and axes between two sets of images.

// The images nearest to one by Euclidean distance: [{index, distance}], the nearest first, the image itself left out.
export function nearest({ values, scale, dimensions, count }, index, wanted) {
  const found = [];
  const own = values.slice(index * dimensions, (index + 1) * dimensions);
  let limit = Infinity;
  for (let row = 0, place = 0; row < count; row++, place += dimensions) {
    let sum = 0;
    for (let k = 0; k < dimensions; k++) {
      const difference = values[place + k] - own[k];
      sum += difference * difference;
    }
    if (sum >= limit || row === index) continue;
    let rank = found.length;
    while (rank > 0 && found[rank - 1].distance > sum) rank--;
    found.splice(rank, 0, { index: row, distance: sum });
    if (found.length > wanted) found.pop();
    if (found.length === wanted) limit = found[wanted - 1].distance;
  }
  return found.map(({ index: row, distance }) => ({ index: row, distance: scale * Math.sqrt(distance) }));
}

// The mean of the rows where mask is 1 (of all rows without a mask), float64.
function centroid({ values, scale, dimensions, count }, mask) {
  const sums = new Float64Array(dimensions);
  let rows = 0;
  for (let row = 0, place = 0; row < count; row++, place += dimensions) {
    if (mask && !mask[row]) continue;
    rows++;
    for (let k = 0; k < dimensions; k++) sums[k] += values[place + k];
  }
  return sums.map((sum) => (scale * sum) / rows);
}

// Where each image lies on the line from the centroid of one set to that of another, from the mean of all: Float32Array
// (count,). The axis is a unit vector, so the numbers are distances. `left` and `right` are masks; an error where their
// centroids are the same.
export function alongAxis(vectors, left, right) {
  const { values, scale, dimensions, count } = vectors;
  const [from, to, mean] = [centroid(vectors, left), centroid(vectors, right), centroid(vectors, null)];
  const axis = to.map((value, k) => value - from[k]);
  const length = Math.hypot(...axis);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Rounding alone puts centroids that are one and the same so far apart.
  if (!(length > 1e-9 * scale * largest)) throw new Error("Both searches find images with the same mean. Change one of them.");
  const coordinates = new Float32Array(count);
  const origin = mean.reduce((sum, value, k) => sum + (value * axis[k]) / length, 0);
  for (let row = 0, place = 0; row < count; row++, place += dimensions) {
    let sum = 0;
    for (let k = 0; k < dimensions; k++) sum += values[place + k] * axis[k];
    coordinates[row] = (scale * sum) / length - origin;
  }
  return coordinates;
}
