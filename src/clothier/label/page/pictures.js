// The large picture and the small ones: those to come are fetched while one looks at this one.

import { make, readable } from "./dom.js";
import { imageAddress } from "./server.js";

const LARGE = 512, SMALL = 96; // pixels, as the server scales them
const TINY = 128; // of which each pixel is to be seen
const KEPT = 12; // large pictures

const large = new Map(); // by id, the one that was used last at the end

// The element of a picture, with `state`: "loading", "shown" or "missing"; the event "settled" tells of a change.
export function largeOf(item) {
  let image = large.get(item.id);
  if (!image || image.dataset.state === "missing") {
    image = make("img", { alt: `picture ${readable(item.path)}`, draggable: false });
    image.dataset.state = "loading";
    follow(image);
    image.src = addressOf(item.id, LARGE);
  }
  large.delete(item.id);
  large.set(item.id, image);
  while (large.size > KEPT) large.delete(large.keys().next().value);
  return image;
}

export function smallOf(id, size = SMALL) {
  const image = make("img", { alt: "", draggable: false });
  follow(image);
  image.src = addressOf(id, size);
  return image;
}

function follow(image) {
  const settle = (state) => {
    image.dataset.state = state;
    image.classList.toggle("pixels", state === "shown" && Math.max(image.naturalWidth, image.naturalHeight) <= TINY);
    image.dispatchEvent(new Event("settled"));
  };
  image.onload = () => settle("shown");
  image.onerror = () => settle("missing");
}

// What a browser cannot write as an address becomes one that is not found.
function addressOf(id, size) {
  try {
    return imageAddress(id, size);
  } catch {
    return "image/";
  }
}
