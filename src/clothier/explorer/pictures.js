// The packed pictures -> colours for a pixel buffer, and small canvases for the page.

import { describe } from "./data.js";

export class Pictures {
  constructor(data) {
    this.data = data;
    const { height, width, channels, dark_ground: darkGround } = data.facts.picture;
    Object.assign(this, { height, width, channels, darkGround });
    this.colours = new Uint32Array(height * width);
    this.setTheme("light");
  }

  // Grey pictures on black are shown as ink on paper where the page is light.
  setTheme(theme) {
    const inverted = this.darkGround && theme === "light";
    this.greys = Uint32Array.from({ length: 256 }, (_, value) => {
      const grey = inverted ? 255 - value : value;
      return ((255 << 24) | (grey << 16) | (grey << 8) | grey) >>> 0;
    });
  }

  // 0xAABBGGRR of each pixel, in an array that the next call overwrites.
  pixels(index) {
    const { colours, greys } = this;
    const { pictures } = this.data;
    const start = index * colours.length * this.channels;
    for (let place = 0; place < colours.length; place++) {
      if (this.channels === 1) {
        colours[place] = greys[pictures[start + place]];
      } else {
        const at = start + 3 * place;
        colours[place] = ((255 << 24) | (pictures[at + 2] << 16) | (pictures[at + 1] << 8) | pictures[at]) >>> 0;
      }
    }
    return colours;
  }

  // The picture on a canvas, its longer side that many CSS pixels.
  canvas(index, side) {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.width, this.height];
    const factor = side / Math.max(this.width, this.height);
    canvas.style.width = `${Math.round(this.width * factor)}px`;
    canvas.style.height = `${Math.round(this.height * factor)}px`;
    canvas.className = "picture";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", describe(this.data, index));
    if (this.data.pictures) {
      const context = canvas.getContext("2d");
      const image = context.createImageData(this.width, this.height);
      new Uint32Array(image.data.buffer).set(this.pixels(index));
      context.putImageData(image, 0, 0);
    }
    return canvas;
  }
}
