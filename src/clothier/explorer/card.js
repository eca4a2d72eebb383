// The card that follows the pointer: the image enlarged, and what is known of it.

import { facts } from "./details.js";
import { byId } from "./dom.js";

const AWAY = 16; // CSS pixels between the point and the card

// Shows the card of an image beside its point in a view, or hides it for -1.
export function showCard(app, index, view) {
  const card = byId("card");
  card.hidden = index < 0 || !view;
  if (card.hidden) return;
  card.replaceChildren(app.pictures.canvas(index, 84), facts(app.data, index));
  const box = view.above.getBoundingClientRect();
  const { ratio } = view.size;
  const [x, y] = [box.left + view.screen[3 * index] / ratio, box.top + view.screen[3 * index + 1] / ratio];
  const { offsetWidth: width, offsetHeight: height } = card;
  // To the right of the point; to its left where that would cover what stands beside the map.
  const fits = x + AWAY + width < box.right || x - AWAY - width < box.left;
  const left = Math.max(4, Math.min(window.innerWidth - width - 4, fits ? x + AWAY : x - AWAY - width));
  const top = Math.max(4, Math.min(window.innerHeight - height - 4, y - height / 2));
  card.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
