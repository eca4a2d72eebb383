// Elements made by hand: text is always set as text, so that a name that holds markup stays a name.

// An element with properties (`on...` listens, names with a dash are attributes) and children, strings among them.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export const byId = (id) => document.getElementById(id);

// Never all of it: what is nearly certain is not certain.
export const percent = (share) => (share < 0.9995 ? `${(100 * share).toFixed(1)}\u00a0%` : ">\u00a099.9\u00a0%");

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)}\u00a0MB`;

export const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
