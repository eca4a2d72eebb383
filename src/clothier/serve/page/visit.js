// The visit: what was answered so far as tiles, and as files to keep.

import { badgeOf, isCalibrated, sentence, sharesOf, statusOf } from "./answer.js";
import { byId, make, percent } from "./dom.js";

const columns = (probability) => ["filename", "label", probability, "second", `second_${probability}`, "strangeness", "status",
  "verdict", "reason", "warnings"];

// A tile for each entry, the newest first; `show` is called with the one that is taken.
export function drawEntries(entries, shown, show) {
  const list = byId("entries");
  const kept = new Set(entries.map((entry) => entry.tile));
  for (const tile of [...list.children]) if (!kept.has(tile)) tile.remove();
  for (const entry of entries) {
    if (!entry.tile) list.prepend((entry.tile = tileOf(entry, show)));
    if (entry === shown) entry.tile.firstChild.setAttribute("aria-current", "true");
    else entry.tile.firstChild.removeAttribute("aria-current");
  }
  byId("history").hidden = !entries.length;
}

function tileOf(entry, show) {
  const status = statusOf(entry);
  const words = entry.refusal ? entry.name : entry.answer.label;
  const mark = status === "sure" ? percent(sharesOf(entry.answer)[words]) : badgeOf(status);
  const image = make("img", { src: entry.url, alt: "" });
  image.onerror = () => image.replaceWith(make("span", { className: "missing", "aria-hidden": "true" }, "?"));
  const button = make("button", { type: "button", title: sentence(entry), onclick: () => show(entry) }, image,
    make("span", {}, words), make("span", { className: `mark ${status}` }, mark));
  return make("li", {}, button);
}

export function saveJson(entries, model) {
  const answers = entries.map((entry) => {
    if (entry.refusal) return { time: entry.time, filename: entry.name, status: "unreadable", reason: reasonOf(entry) };
    const { image, heat, lookalikes, ...kept } = entry.answer;
    const alike = lookalikes.map(({ label, distance, id }) => ({ label, distance, id }));
    return { time: entry.time, ...kept, filename: entry.name, lookalikes: alike };
  });
  save(JSON.stringify({ model: model?.name ?? null, answers }, null, 2), "application/json", "answers.json");
}

export function saveCsv(entries) {
  const rows = entries.map((entry) => {
    if (entry.refusal) return [entry.name, "", "", "", "", "", "unreadable", "", reasonOf(entry), ""];
    const { label, second, strangeness, status, verdict, warnings } = entry.answer;
    const shares = sharesOf(entry.answer);
    return [entry.name, label, shares[label], second ?? "", shares[second] ?? "", strangeness, status, verdict, "",
      warnings.join("; ")];
  });
  const answered = entries.filter((entry) => !entry.refusal);
  const head = columns(answered.every((entry) => isCalibrated(entry.answer)) ? "probability" : "uncalibrated_probability");
  // With a byte-order mark, as `clothier predict --out answers.csv` writes it: without, Excel takes UTF-8 for another encoding.
  save(`\ufeff${[head, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("")}`, "text/csv", "answers.csv");
}

// A name that a spreadsheet would compute gets an apostrophe before it, as in csvtext.py; a number stays one.
function cell(value) {
  const word = typeof value === "string" && /^[=+\-@\t\r']/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}

const reasonOf = ({ refusal }) => refusal.said || refusal.title;

function save(text, type, name) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
