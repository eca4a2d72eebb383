// Elements made by hand: text is always set as text, so that a name that holds markup stays a name.

// An element with properties (`on...` listens, names with a dash are attributes) and children, strings among them.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const byId = (id) => document.getElementById(id);

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Never all of it: what is nearly certain is not certain.
export const percent = (share) => (share < 0.9995 ? `${(100 * share).toFixed(1)}\u00a0%` : ">\u00a099.9\u00a0%");

export const number = (value) => value.toLocaleString("en");

export const counted = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;

// Control characters, and those that turn the direction of writing or break the line, as escapes.
export const readable = (text) =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu, (letter) =>
    `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);

// A name that keeps its own direction of writing, whatever stands beside it.
export const isolated = (name) => make("bdi", { className: "name", title: name.length > 40 ? name : "" }, name);
