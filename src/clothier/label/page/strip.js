// Look-alikes that may be decided together with the picture, and its neighbours.

import { byId, isolated, make } from "./dom.js";
import { smallOf } from "./pictures.js";
import { standing } from "./queue.js";
import { nameOf, pictures, tally } from "./words.js";

// The look-alikes of a picture that nobody decided yet and that the reader did not take out.
export const together = (item) => open(item).filter((each) => !item.apart?.has(each));

let drawn = [null, []]; // the picture and its look-alikes that are shown

const open = (item) => item.alike.filter((each) => each !== item && !standing(each));

// `look(id, words)` shows one of them large for a while, or none; `decide(action)` decides all.
export function drawAlike(classes, item, look, decide) {
  const all = open(item);
  byId("alike").hidden = byId("shift").hidden = !all.length;
  // Drawn once, as a reader may be among them when a decision of before is saved.
  if (!all.length || (drawn[0] === item && drawn[1].length === all.length && all.every((each, k) => each === drawn[1][k]))) return;
  drawn = [item, all];
  item.apart ??= new Set();
  const count = byId("together");
  const [accept, keep, leave] = ["accept-all", "keep-all", "leave-all"].map(byId);
  const refresh = () => {
    const chosen = together(item).length;
    count.textContent = `${chosen} of ${all.length} selected`;
    const these = pictures(chosen + 1);
    accept.hidden = item.suggestion === null || item.suggestion === item.label;
    keep.hidden = item.label === null;
    fill(accept, `${item.label === null ? "Label" : "Change"} ${these} ${item.label === null ? "as" : "to"} ${nameOf(classes, item.suggestion)}`, "Shift Enter");
    fill(keep, `Keep the labels of ${these}`, "Shift K");
    fill(leave, `Leave out ${these}`, "Shift X");
    for (const button of [accept, keep, leave]) button.disabled = !chosen;
  };
  accept.onclick = () => decide("accept");
  keep.onclick = () => decide("keep");
  leave.onclick = () => decide("leave_out");
  byId("strip").replaceChildren(...all.map((each) => make("li", {}, toggle(classes, item, each, look, refresh))));
  refresh();
}

function toggle(classes, item, each, look, refresh) {
  const name = nameOf(classes, each.label);
  const button = make("button", { type: "button", className: "tile", "aria-pressed": String(!item.apart.has(each)) },
    smallOf(each.id), make("span", { className: "unseen" }, "look-alike, "), isolated(name));
  button.onclick = ({ detail }) => {
    if (detail) button.blur(); // of a mouse: Enter is for the picture again
    if (!item.apart.delete(each)) item.apart.add(each);
    button.setAttribute("aria-pressed", String(!item.apart.has(each)));
    refresh();
  };
  looking(button, each.id, `look-alike, label ${name}`, look);
  return button;
}

export function drawNeighbours(classes, item, look) {
  const all = item.neighbours ?? [];
  byId("near").hidden = !all.length;
  byId("near-tally").textContent = tally(classes, all.map(({ label }) => label));
  byId("neighbours").replaceChildren(...all.map(({ id, label }) => {
    const name = nameOf(classes, label);
    const kind = label === item.suggestion ? "suggested" : label === item.label ? "now" : "";
    const tile = make("li", { className: `tile ${kind}` }, smallOf(id), isolated(name));
    looking(tile, id, `neighbour, label ${name}`, look);
    return tile;
  }));
}

function looking(element, id, words, look) {
  element.onpointerenter = (event) => event.pointerType === "mouse" && look(id, words);
  element.onpointerleave = () => look(null);
  element.onfocus = () => element.matches(":focus-visible") && look(id, words);
  element.onblur = () => look(null);
}

function fill(button, words, key) {
  button.replaceChildren(isolated(words), make("kbd", {}, key));
}
