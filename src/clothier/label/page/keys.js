// The keyboard. Single keys work unless the reader switched them off, and never while text is typed.

import { byId } from "./dom.js";

const PLACE = "clothier-label-keys"; // in this browser's storage

// `act(name, together)` is called with accept, keep, leave_out, undo, back, forth, find, help or "class:<index>".
export function listenToKeys(classes, act) {
  const letters = new Map(classes.filter(({ key }) => key).map(({ index, key }) => [key, `class:${index}`]));
  const box = byId("single-keys");
  box.checked = stored() !== "off";
  box.onchange = () => store(box.checked ? "on" : "off");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input[type=search], select")) return;
    const name = meant(event, letters, box.checked);
    if (!name) return;
    event.preventDefault();
    // A key that is held down moves on, but it decides one picture only.
    if (!event.repeat || name === "back" || name === "forth") act(name, event.shiftKey);
  });
}

function meant(event, letters, single) {
  const { key, shiftKey } = event;
  // A button that has the focus is pressed by Enter, as everywhere.
  if (key === "Enter") return shiftKey || !event.target.closest?.("button, a, input, summary") ? "accept" : null;
  if (key === "ArrowLeft" || key === "ArrowRight") return shiftKey ? null : key === "ArrowLeft" ? "back" : "forth";
  if (!single) return null;
  if (key === "/") return "find";
  if (key === "?") return "help";
  const letter = latin(event);
  return { k: "keep", x: "leave_out", u: shiftKey ? null : "undo" }[letter] ?? letters.get(letter) ?? null;
}

// The letter on a keyboard of another script, and the digit where digits need Shift, by the place of the key.
function latin({ key, code }) {
  if (/^Digit\d$/.test(code)) return code[5];
  if (/^[!-~]$/.test(key)) return key.toLowerCase();
  return /^Key[A-Z]$/.test(code) ? code[3].toLowerCase() : key;
}

function stored() {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

function store(value) {
  try {
    localStorage.setItem(PLACE, value);
  } catch {
    // Then it holds until the page is closed.
  }
}
