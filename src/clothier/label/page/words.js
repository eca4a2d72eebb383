// What is said of labels and decisions, for eyes and for ears.

import { counted, percent, readable } from "./dom.js";
import { standing } from "./queue.js";

// The name of a class by its index; of no class where there is none.
export const nameOf = (classes, index) => (index === null || index === undefined ? "no label" : readable(classes[index]?.name ?? `class ${index}`) || "(no name)");

// What becomes of a picture by a decision, as in "you … it": the server's word for a kept label is the label itself, or none.
export function outcome(classes, item, decision = standing(item)) {
  if (decision.left_out) return "left out";
  if (decision.new === null || decision.new === item.label) return `kept as ${nameOf(classes, item.label)}`;
  return `${item.label === null ? "labelled" : "changed to"} ${nameOf(classes, decision.new)}`;
}

// The kind of a decision, by which decisions are counted.
export function kindOf(item, decision) {
  if (decision.left_out) return "left out";
  return decision.new === null || decision.new === item.label ? "kept" : "changed";
}

// What Enter does.
export function accepting(classes, item) {
  if (item.suggestion === item.label) return `Keep ${nameOf(classes, item.label)}`;
  return `${item.label === null ? "Label as" : "Change to"} ${nameOf(classes, item.suggestion)}`;
}

export function timeOf(decision) {
  const time = new Date(decision.time ?? "");
  return Number.isNaN(time.valueOf()) ? "" : time.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export const whereabouts = (queue) => `Picture ${(queue.place + 1).toLocaleString("en")} of ${queue.size.toLocaleString("en")}`;

// The picture in one line, for those who listen.
export function spoken(classes, queue) {
  const item = queue.current;
  const parts = [whereabouts(queue), `label: ${nameOf(classes, item.label)}`];
  if (item.suggestion !== null) {
    const share = item.probabilities?.find(([index]) => index === item.suggestion)?.[1];
    parts.push(`suggestion: ${nameOf(classes, item.suggestion)}${share === undefined ? "" : `, ${percent(share)}`}`);
  }
  if (standing(item)) parts.push(`decided: ${outcome(classes, item)}`);
  return `${parts.join("; ")}.`;
}

// "6 Coat, 2 Shirt": what pictures are labelled, the most frequent first.
export function tally(classes, labels) {
  const counts = new Map();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([label, count]) => `${count} ${short(nameOf(classes, label))}`).join(", ");
}

const short = (name) => (name.length > 30 ? `${name.slice(0, 29)}…` : name);

export const pictures = (count) => counted(count, "picture", "pictures");
