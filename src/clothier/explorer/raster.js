// Points and pictures -> a pixel buffer. Stamping pixels by hand is several times cheaper than as many canvas calls.

// How far (x, y), in units of the radius, lies inside a shape: 0 or more is inside. In the order of colours.SHAPES.
const INSIDE = [
  (x, y) => 1 - Math.hypot(x, y),
  (x, y) => 0.86 - Math.max(Math.abs(x), Math.abs(y)),
  (x, y) => Math.min(0.75 - y, 1.05 + y - 1.75 * Math.abs(x)),
  (x, y) => 1.2 - Math.abs(x) - Math.abs(y),
  (x, y) => 1.12 - Math.max(Math.min(Math.abs(x), Math.abs(y)) * 2.9, Math.abs(x), Math.abs(y)),
];
const FINE = 4; // samples along a pixel's side, for smooth edges

// Coverage of each pixel of a shape, 0 to 255, on a square of odd side: {side, cover}.
function stamp(shape, radius) {
  const reach = Math.ceil(1.2 * radius);
  const side = 2 * reach + 1;
  const cover = new Uint8Array(side * side);
  for (let place = 0; place < cover.length; place++) {
    let hits = 0;
    for (let sample = 0; sample < FINE * FINE; sample++) {
      const x = (place % side) - reach + ((sample % FINE) + 0.5) / FINE - 0.5;
      const y = Math.floor(place / side) - reach + (Math.floor(sample / FINE) + 0.5) / FINE - 0.5;
      hits += INSIDE[shape](x / radius, y / radius) >= 0;
    }
    cover[place] = Math.round((255 * hits) / (FINE * FINE));
  }
  return { side, cover };
}

export class Raster {
  constructor(canvas) {
    this.context = canvas.getContext("2d", { alpha: false });
    this.stamps = new Map();
  }

  // An empty picture of the canvas's size.
  begin(background) {
    const { width, height } = this.context.canvas;
    if (this.image?.width !== width || this.image?.height !== height) {
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      [this.width, this.height] = [width, height];
    }
    this.pixels.fill(background);
  }

  end() {
    this.context.putImageData(this.image, 0, 0);
  }

  stamp(shape, radius) {
    const key = `${shape} ${radius}`;
    if (!this.stamps.has(key)) {
      if (this.stamps.size > 200) this.stamps.clear();
      this.stamps.set(key, stamp(shape, radius));
    }
    return this.stamps.get(key);
  }

  // A shape of one colour around (x, y); `opacity` from 0 to 256.
  dot(x, y, { side, cover }, colour, opacity) {
    const left = Math.round(x) - (side >> 1);
    const top = Math.round(y) - (side >> 1);
    if (left < 0 || top < 0 || left + side > this.width || top + side > this.height) return;
    const red = colour & 255;
    const green = (colour >> 8) & 255;
    const blue = (colour >> 16) & 255;
    const { pixels } = this;
    for (let row = 0, place = 0; row < side; row++) {
      let at = (top + row) * this.width + left;
      for (let column = 0; column < side; column++, place++, at++) {
        const share = (cover[place] * opacity) >> 8;
        if (share === 0) continue;
        const under = pixels[at];
        const r = under & 255;
        const g = (under >> 8) & 255;
        const b = (under >> 16) & 255;
        pixels[at] =
          -16777216 | // opaque
          ((b + (((blue - b) * share) >> 8)) << 16) |
          ((g + (((green - g) * share) >> 8)) << 8) |
          (r + (((red - r) * share) >> 8));
      }
    }
  }

  // A picture of `colours` (0xAABBGGRR, width x height), every pixel `times` as large, in a frame of one colour.
  picture(x, y, colours, width, height, times, frame, thickness) {
    const left = Math.round(x - (width * times) / 2);
    const top = Math.round(y - (height * times) / 2);
    const [right, bottom] = [left + width * times, top + height * times];
    const from = Math.max(0, top - thickness);
    const to = Math.min(this.height, bottom + thickness);
    for (let row = from; row < to; row++) {
      const line = row >= top && row < bottom ? Math.floor((row - top) / times) * width : -1;
      const end = Math.min(this.width, right + thickness);
      for (let column = Math.max(0, left - thickness); column < end; column++) {
        const inside = line >= 0 && column >= left && column < right;
        this.pixels[row * this.width + column] = inside ? colours[line + Math.floor((column - left) / times)] : frame;
      }
    }
  }
}
