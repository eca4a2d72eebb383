// The page: pictures wait, are asked about one after another, and become entries of the visit.

import { badgeOf, drawn, sentence, statusOf } from "./answer.js";
import { Refusal, ask, askModel } from "./asking.js";
import { byId, counted, make, megabytes, percent } from "./dom.js";
import { listen } from "./intake.js";
import { drawEntries, saveCsv, saveJson } from "./visit.js";

const start = [...byId("answer").childNodes];
const [about, plain, strange] = [byId("about"), byId("plain"), byId("strange")]; // which leave the page with the rest of the start
let model = null;
let entries = [];
let shown = null;
let waiting = []; // entries that are not answered yet, the one that is being asked about first
let batch = []; // those that came since nothing waited
let stopping = null; // an AbortController while something is asked
let following = true; // each answer is shown as it comes, until the reader looks at another

function take(files) {
  say("");
  const added = files.map((file) => ({ name: file.name || "pasted picture", file, url: URL.createObjectURL(file) }));
  enqueue(added);
}

function enqueue(added) {
  const idle = !waiting.length;
  following = true;
  if (idle) batch = [];
  waiting.push(...added);
  batch.push(...added);
  if (idle && waiting.length) work();
}

async function work() {
  stopping = new AbortController();
  announce(batch.length === 1 ? `Classifying ${batch[0].name}` : `Classifying ${batch.length} pictures`);
  while (waiting.length) {
    const entry = waiting[0];
    progress();
    try {
      const told = (title, left, time) => progress(`${title}. Trying again in ${left} s (retry ${time})`, time === 1);
      delete entry.refusal;
      entry.answer = await ask(entry, model?.limits, stopping.signal, told);
    } catch (error) {
      if (stopping.signal.aborted) break;
      entry.refusal = error instanceof Refusal ? error : new Refusal("This page failed", String(error), { again: true });
    }
    if (stopping.signal.aborted) break;
    waiting.shift();
    entry.time = new Date().toISOString();
    entries.push(entry);
    show(following ? entry : shown);
  }
  const left = waiting.length;
  for (const entry of waiting.splice(0)) URL.revokeObjectURL(entry.url);
  progress();
  announce(left ? `Stopped; ${counted(left, "picture was", "pictures were")} not classified` : summary());
}

function summary() {
  if (batch.length === 1) return sentence(batch[0]);
  const counts = {};
  for (const entry of batch) counts[statusOf(entry)] = (counts[statusOf(entry)] ?? 0) + 1;
  const order = ["sure", "likely", "unsure", "unlike", "uncalibrated", "failed"];
  const word = (status) => (status === "failed" ? "without an answer" : badgeOf(status));
  const parts = order.filter((status) => counts[status]).map((status) => `${counts[status]} ${word(status)}`);
  return `${batch.length} pictures: ${parts.join(", ")}`;
}

// What is being done, and a button that ends it; `words` where the service lets it wait.
function progress(words = "", aloud = false) {
  const element = byId("progress");
  element.hidden = !waiting.length;
  if (!waiting.length) {
    element.replaceChildren();
    return;
  }
  const done = batch.length - waiting.length;
  if (!element.firstChild) {
    const stop = make("button", { type: "button", onclick: () => stopping.abort() }, "stop");
    element.append(make("p"), stop, make("progress", { "aria-label": "Classified pictures" }));
  }
  element.querySelector("p").textContent = words || (batch.length > 1 ? `Classifying picture ${done + 1} of ${batch.length}` : "Classifying");
  const bar = element.querySelector("progress");
  bar.hidden = batch.length === 1;
  [bar.max, bar.value] = [batch.length, done];
  if (aloud) announce(words);
}

function show(entry) {
  shown = entry;
  byId("answer").replaceChildren(...(entry ? drawn(entry, model, () => again(entry)).filter((part) => part !== null) : start));
  drawEntries(entries, shown, choose);
  const top = byId("result").getBoundingClientRect().top;
  if (entry && (top < 0 || top > innerHeight / 2)) {
    byId("result").scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

function choose(entry) {
  following = false;
  show(entry);
}

function again(entry) {
  delete entry.tile;
  entries = entries.filter((each) => each !== entry);
  byId("result").focus(); // the button that was pressed is about to go
  enqueue([entry]);
}

function forget() {
  for (const entry of entries) URL.revokeObjectURL(entry.url);
  entries = [];
  show(null);
  byId("pick").focus();
  announce("All pictures of this visit were removed");
}

function say(words) {
  byId("notice").hidden = !words;
  byId("notice").textContent = words;
}

function announce(words) {
  byId("live").textContent = words;
}

async function introduce() {
  try {
    model = await askModel();
  } catch (refusal) {
    byId("model").textContent = `${refusal.title ?? "The page failed"}; trying again`;
    setTimeout(introduce, 2000);
    return;
  }
  const { name, source, classes, scores, thresholds, photo_thresholds: ofPhotos, limits, card } = model;
  const { accuracy } = scores.photos ?? scores.test ?? {};
  const right = accuracy ? `; right on ${percent(accuracy)} of ${scores.photos ? "photos" : "test images"}` : "";
  byId("model").textContent = `${name}, trained on ${source}${right}`;
  byId("limits").textContent = `${limits.formats.join(", ")}; up to ${megabytes(limits.bytes)} and ${limits.megapixels} megapixels each (JPEG: ${limits.jpeg_megapixels})`;
  byId("files").accept = ["image/*", ...limits.endings].join(); // not every system calls HEIC an image
  if (!(ofPhotos.unlike ?? thresholds.unlike)) strange.textContent = "This model never says so, because it cannot measure strangeness.";
  if (!ofPhotos.sure) plain.textContent = "This model never says so of a photo, because it was not measured on photos or is wrong too often.";
  about.append(
    make("h2", {}, `The model can recognise ${counted(classes.length, "class", "classes")}`),
    make("ul", { className: "names" }, ...classes.map((each) => make("li", {}, each))),
    ...(card ? [make("details", {}, make("summary", {}, "about this model"), make("p", { className: "card" }, card))] : []),
  );
}

listen(take, say);
byId("save-json").onclick = () => saveJson(entries, model);
byId("save-csv").onclick = () => saveCsv(entries);
byId("forget").onclick = forget;
introduce();
