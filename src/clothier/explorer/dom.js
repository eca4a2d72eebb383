// Elements made by hand: text is always set as text, so that a label that holds markup stays a label.

// An element with properties (`on...` listens, names with a dash are attributes) and children, strings among them.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

export const byId = (id) => document.getElementById(id);

export const number = (value) => value.toLocaleString("en");

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

// A choice among [value, words], with its label; `set` is called with what the reader takes.
export function choiceOf(label, options, value, set) {
  const select = make("select", { onchange: () => set(select.value), "aria-label": label });
  for (const [key, words] of options) select.append(make("option", { value: key, selected: key === value }, words));
  select.value = value;
  return make("label", { className: "field" }, make("span", {}, label), select);
}

// A field for a search, with a button for regular expressions; `set` gets {text, regex}. What was found stands below.
export function searchField(label, search, set, { placeholder = "" } = {}) {
  let current = search;
  let pause = null;
  const change = (changes) => {
    current = { ...current, ...changes };
    clearTimeout(pause);
    pause = setTimeout(() => {
      pause = null;
      set(current);
    }, 150);
  };
  const remark = make("span", { className: "remark", id: `remark-${++searchField.count}` });
  const input = make("input", {
    type: "search",
    value: search.text,
    placeholder,
    spellcheck: false,
    autocapitalize: "off",
    autocomplete: "off",
    oninput: () => change({ text: input.value }),
    "aria-label": label,
    "aria-describedby": remark.id,
  });
  const button = make("button", {
    type: "button",
    className: "regex",
    title: "regular expression",
    "aria-label": `${label}: regular expression`,
    "aria-pressed": String(search.regex),
    onclick: () => {
      change({ regex: !current.regex });
      button.setAttribute("aria-pressed", String(current.regex));
    },
  }, ".*");
  const say = (words, wrong = false) => {
    remark.textContent = words;
    remark.classList.toggle("wrong", wrong);
    input.setAttribute("aria-invalid", String(wrong));
  };
  const element = make("div", { className: "search" }, input, button, remark);
  const fill = (value) => {
    if (pause !== null) return; // what is being typed here is newer
    if (document.activeElement !== input) input.value = value.text;
    button.setAttribute("aria-pressed", String(value.regex));
    current = value;
  };
  return { element, say, fill };
}
searchField.count = 0;
