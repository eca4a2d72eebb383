// The screen after the last picture: what was done, and what to do next.

import { byId, counted, make, number, readable } from "./dom.js";
import { pictures } from "./words.js";

// `visit` counts the decisions of this visit by kind; `go` has resume(), review() and reorder().
export function drawEnding(state, queue, visit, unsaved, go) {
  const left = queue.undecided;
  const title = !queue.size ? "Nothing is undecided in this order" : left ? `${pictures(left)} ${left === 1 ? "is" : "are"} still undecided` : "Every picture in this order is decided";
  const command = state.command ?? `clothier train … --labels ${quoted(state.labels_file)}`;
  const code = make("code", { tabIndex: 0, "aria-label": "command" }, command);
  const copy = make("button", { type: "button", onclick: () => copied(copy, code, command) }, "copy");
  const button = (words, onclick, first = false) => make("button", { type: "button", onclick, className: first ? "first" : "" }, words);
  const ending = byId("ending");
  ending.replaceChildren(
    make("h2", { id: "ending-title", className: "large" }, title),
    make("p", {}, `${done(visit)} Of the ${pictures(queue.total)} in this order ${number(queue.decided)} ${queue.decided === 1 ? "has a decision" : "have decisions"}, saved in `, make("bdi", { className: "file" }, readable(state.labels_file)), unsaved ? `; ${number(unsaved)} more on the way.` : "."),
    make("h3", {}, "What to do next"),
    make("p", {}, "Train again with the corrected labels:"),
    make("div", { className: "command" }, code, copy),
    make("p", { className: "remark" }, "Pictures that you left out are not used for training. The pictures and their folders stay as they are. You can stop the server now with Ctrl+C; the next clothier label goes on where you stopped."),
    make("div", { className: "buttons" },
      left ? button("go to the first undecided picture", go.resume, true) : null,
      queue.all ? null : button("look through decided pictures", go.review),
      state.orders.length > 1 ? button("choose another order", go.reorder) : null),
  );
  return `${title}. ${done(visit)}`;
}

function done(visit) {
  const parts = [
    visit.changed ? `changed ${counted(visit.changed, "label", "labels")}` : "",
    visit.kept ? `kept ${number(visit.kept)}` : "",
    visit["left out"] ? `left out ${pictures(visit["left out"])}` : "",
  ].filter(Boolean);
  if (!parts.length) return "You decided nothing in this visit.";
  return `In this visit you ${parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0]}.`;
}

async function copied(button, code, command) {
  try {
    await navigator.clipboard.writeText(command);
    button.textContent = "copied";
  } catch {
    getSelection().selectAllChildren(code); // no clipboard for pages that are not on this machine
    button.textContent = "press Ctrl+C";
  }
}

// A file's name as a shell takes it for one word.
const quoted = (name) => (/^[\w./@%+=:,-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`);
