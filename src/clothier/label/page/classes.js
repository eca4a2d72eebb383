// A button for each class, and a field that finds one among many.

import { byId, counted, isolated, make } from "./dom.js";
import { nameOf } from "./words.js";

const FEW = 15; // classes that are all seen at once

let buttons = [];
let best = null; // the button that Enter in the field presses

// `choose(index, together)` is called with a class; `back` when the reader leaves the field.
export function drawClasses(classes, choose, back) {
  buttons = classes.map(({ index, key }) => {
    const name = nameOf(classes, index);
    const button = make("button", { type: "button", onclick: (event) => choose(index, event.shiftKey) }, isolated(name), key ? make("kbd", {}, key) : null);
    return { index, name, button, words: folded(name) };
  });
  byId("classes").replaceChildren(...buttons.map(({ button }) => make("li", {}, button)));
  byId("classes").classList.toggle("many", classes.length > FEW);
  const field = byId("find");
  byId("finding").hidden = classes.length <= FEW;
  field.oninput = () => find(field.value);
  field.onkeydown = (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    const chosen = event.key === "Enter" ? best : null;
    if (event.key === "Enter" && !chosen) return;
    field.value = "";
    find("");
    back();
    if (chosen) choose(chosen.index, event.shiftKey);
  };
}

// Which button says what the picture is labelled, and which one what the model suggests.
export function markClasses(item) {
  for (const { index, button } of buttons) {
    button.classList.toggle("now", index === item.label);
    button.classList.toggle("suggested", index === item.suggestion);
    if (index === item.label) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function find(text) {
  const wanted = folded(text.trim());
  const found = buttons.filter(({ words }) => words.includes(wanted));
  best = wanted ? (found.find(({ words }) => words === wanted) ?? found.find(({ words }) => words.startsWith(wanted)) ?? found[0] ?? null) : null;
  for (const each of buttons) {
    each.button.parentElement.hidden = !found.includes(each);
    each.button.classList.toggle("best", each === best);
  }
  byId("found").textContent = !wanted ? "" : best ? `${counted(found.length, "class", "classes")}; Enter chooses ${best.name}` : "No class has this in its name";
}

// Without accents and capitals, so that "etui" finds "Étui".
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
