// One picture -> what the reader sees of it: the picture, its label, the suggestion and the reason.

import { byId, isolated, make, percent, readable } from "./dom.js";
import { largeOf, smallOf } from "./pictures.js";
import { standing } from "./queue.js";
import { accepting, nameOf, outcome, timeOf, whereabouts } from "./words.js";

let shown = null; // the large picture

// Whether the reader can have seen the picture, or knows that it cannot be shown.
export const isSeen = () => shown !== null && shown.dataset.state !== "loading";

export function drawPicture(item, queue, unsaved) {
  byId("where").textContent = whereabouts(queue);
  byId("back").disabled = queue.place === 0;
  const parts = readable(item.path).split("/");
  const end = parts.length > 4 ? `…/${parts.slice(-3).join("/")}` : parts.join("/");
  byId("path").replaceChildren(make("bdi", { title: parts.join("/") }, end));
  const image = largeOf(item);
  const draw = () => {
    if (shown !== image) return;
    const { state } = image.dataset;
    byId("frame").replaceChildren(state === "missing" ? make("p", { className: "missing" }, "This picture cannot be shown.") : image);
    byId("frame").classList.toggle("waiting", state === "loading");
  };
  if (shown !== image) {
    shown = image;
    image.addEventListener("settled", draw, { once: true });
    draw();
  }
  standingOf(item, queue, unsaved);
}

// Another picture over the large one for a while, with its words, or none.
export function look(id, words = "") {
  byId("frame").querySelector(".peek")?.remove();
  if (id === null) return;
  byId("frame").append(make("div", { className: "peek", "aria-hidden": "true" }, smallOf(id, 512), make("span", {}, words)));
}

function standingOf(item, queue, unsaved) {
  const element = byId("standing");
  element.hidden = !standing(item);
  if (!standing(item)) return;
  const saved = !unsaved.has(item);
  const when = saved ? timeOf(item.decision) : "";
  element.className = saved ? "decided" : "unsaved";
  element.replaceChildren(make("b", {}, saved ? "Decided: " : "Not saved yet: "), isolated(outcome(queue.classes, item)), when ? ` (${when})` : "");
}

// `choose(index, together)` is called with a class of which the reader takes the name.
export function drawVerdict(classes, item, hasModel, choose) {
  const row = (words, value, kind) => [make("dt", {}, words), make("dd", { className: kind }, value)];
  const share = item.probabilities?.find(([index]) => index === item.suggestion)?.[1];
  const agrees = item.suggestion === item.label;
  byId("says").replaceChildren(
    ...row("Label", isolated(nameOf(classes, item.label)), item.label === null ? "none" : ""),
    ...(item.suggestion === null ? [] : row(hasModel ? "Model" : "Suggestion", make("span", {}, isolated(nameOf(classes, item.suggestion)),
      share === undefined ? "" : make("small", {}, ` ${percent(share)}`)), agrees ? "" : "differs")),
  );
  byId("why").textContent = readable(item.why ?? "");
  byId("why").hidden = !item.why;
  drawBars(classes, item, choose);
  const words = (id, text, key) => byId(id).replaceChildren(isolated(text), make("kbd", {}, key));
  byId("accept").hidden = item.suggestion === null;
  if (item.suggestion !== null) words("accept", accepting(classes, item), "Enter");
  byId("keep").hidden = item.label === null || agrees;
  words("keep", `Keep ${nameOf(classes, item.label)}`, "k");
}

function drawBars(classes, item, choose) {
  const all = item.probabilities ?? [];
  byId("bars").hidden = !all.length;
  byId("bars").tBodies[0].replaceChildren(...all.map(([index, share]) => {
    const fill = make("span", { className: "fill" });
    fill.style.width = `${100 * share}%`;
    const name = nameOf(classes, index);
    const button = make("button", { type: "button", className: "link", title: `choose ${name}`, onclick: (event) => choose(index, event.shiftKey) }, isolated(name));
    return make("tr", { className: index === item.suggestion ? "best" : "" }, make("th", { scope: "row" }, button),
      make("td", { "aria-hidden": "true" }, fill), make("td", {}, percent(share)));
  }));
}
