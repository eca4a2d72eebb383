// The page: one picture after another is shown and decided; the server is told behind the reader's back, and heard.

import { drawClasses, markClasses } from "./classes.js";
import { byId, counted, make, number, readable } from "./dom.js";
import { drawEnding } from "./ending.js";
import { listenToKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { largeOf, smallOf } from "./pictures.js";
import { Queue, standing } from "./queue.js";
import { askItem, askState, takeToken } from "./server.js";
import { drawAlike, drawNeighbours, together } from "./strip.js";
import { Pace } from "./pace.js";
import { drawPicture, drawVerdict, isSeen, look } from "./view.js";
import { kindOf, outcome, pictures, spoken, whereabouts } from "./words.js";

const AGAIN = 5000; // milliseconds until a server that was gone is asked again
const PRELOADED = 4; // large pictures

let state = null;
let timer = 0;
let moves = 0; // how often the place was changed or left, so that what waits can tell that it is late
let moving = false;
const pace = new Pace();
const visit = new Map(); // what was decided in this visit, by picture
const outbox = new Outbox((heard) => queue.learn(heard), { saved, stale, held });
const queue = new Queue(() => outbox.settled());

async function start() {
  takeToken();
  try {
    state = await askState();
  } catch (refusal) {
    say(reasonOf(refusal));
    if (refusal.kind === "gone") setTimeout(start, 2000);
    return;
  }
  say("");
  queue.classes = state.classes;
  document.title = `${readable(state.title)} · clothier label`;
  byId("title").textContent = readable(state.title);
  const source = state.title.includes(state.source) ? "" : readable(state.source);
  byId("source").textContent = [source, state.model ? `suggestions by ${readable(state.model)}` : ""].filter(Boolean).join("; ");
  byId("order").append(...state.orders.map(({ name, label }) => make("option", { value: name, selected: name === state.order }, label)));
  byId("choice").hidden = byId("settings").hidden = byId("progress").hidden = false;
  drawClasses(state.classes, choose, focusStage);
  listenToKeys(state.classes, act);
  open();
}

// The chosen order from its first undecided picture.
const open = () => go(async () => {
  await queue.open(byId("order").value, byId("all").checked);
  return queue.place;
});

// Shows the picture at the place that `find` gives, unless something else was shown meanwhile; `before` is said first.
async function go(find, before = "") {
  const move = ++moves;
  moving = true;
  const slow = setTimeout(() => byId("frame").classList.add("waiting"), 200);
  try {
    const place = await find();
    if (move !== moves) return;
    queue.place = place;
    moving = false;
    show(before);
  } catch (refusal) {
    if (move !== moves) return;
    moving = false;
    say(reasonOf(refusal), () => {
      say("");
      go(find, before);
    });
  } finally {
    clearTimeout(slow);
    if (!moving) byId("frame").classList.toggle("waiting", !isSeen());
  }
}

// Shows that picture, whatever was on its way.
function goTo(item) {
  moves++;
  moving = false;
  queue.show(item);
  show();
}

// ---- what the reader does

function act(name, shift) {
  const [verb, index] = name.split(":");
  if (verb === "class") choose(Number(index), shift);
  else if (["accept", "keep", "leave_out"].includes(verb)) decide(verb, null, shift);
  else ({ undo, back: () => move(-1), forth: () => move(1), find: () => byId("find").focus(), help: () => byId("keys").showModal() })[verb]();
}

const choose = (index, shift) => decide("class", index, shift);

// Decides the picture, and with `all` the look-alikes that are selected; then comes the next one.
function decide(action, label, all) {
  const item = queue.current;
  if (!item) return;
  if (outbox.held) return held();
  if (moving || !isSeen()) return announce("The picture is still loading.");
  if (action === "accept" && item.suggestion === null) return announce("There is no suggestion for this picture.");
  if (action === "keep" && item.label === null) return announce("This picture has no label to keep.");
  if (action === "accept") [action, label] = ["class", item.suggestion];
  const targets = [item, ...(all ? together(item) : [])].map((each) => targetOf(each, action, label));
  pace.note(targets.filter(({ item: each }) => !standing(each)).length);
  say("");
  outbox.add({ targets });
  drawLast(targets);
  onwards(sentence(said(targets)));
}

// To choose the label that a picture has is to keep it.
const targetOf = (item, action, label) =>
  action === "class" && label !== item.label ? { item, action, new: label } : { item, action: action === "class" ? "keep" : action, new: null };

const onwards = (before) => go(() => queue.nextUndecided(), before);

function move(by) {
  if (queue.current || by < 0) go(() => queue.placeAt(by));
}

function undo() {
  if (outbox.held) return held();
  outbox.add({ undo: true });
  drawCounts();
}

// ---- what the server says

function saved(job, items) {
  clearTimeout(timer);
  for (const item of items) {
    if (job.undo || !item.decision) visit.delete(item);
    else visit.set(item, kindOf(item, item.decision));
  }
  if (job.undo) return undone(items);
  refresh();
  if (!byId("notice").dataset.held) return;
  say("");
  onwards("Saved.");
}

// Shows what was taken back, which may have been decided in another window or on another day.
async function undone(items) {
  // Of a batch, the picture that was shown; what was undone last was decided first.
  const first = items.findLast((item) => queue.items.includes(item)) ?? items.at(-1);
  if (!first) return refresh();
  if (first.path === undefined || first.neighbours === undefined) {
    try {
      queue.learn(await askItem(first.id));
    } catch (refusal) {
      return say(reasonOf(refusal), open);
    }
  }
  drawLast([]);
  goTo(first);
  const others = items.length > 1 ? ` and of ${counted(items.length - 1, "look-alike", "look-alikes")}` : "";
  say(`Undone: the decision about this picture${others}.`);
}

function stale(job, differ, refusal) {
  if (job.undo) {
    drawCounts();
    say(differ.words);
    return;
  }
  const [first] = job.targets;
  const others = job.targets.length - 1;
  const theirs = differ.map((item) => (item.decision ? outcome(state.classes, item) : "undecided again"));
  const words = !differ.length ? refusal.words
    : others === 0 ? `Another window changed this picture meanwhile: ${theirs[0]}. Your decision was not saved.`
    : `Nothing of your decision about ${pictures(others + 1)} was saved: another window changed ${differ.length} of them meanwhile${differ.length < others + 1 ? ". Those keep the decision of the other window; decide the others again" : ""}.`;
  drawLast([]);
  goTo(first.item);
  say(words);
}

// Nothing can be saved: the first picture that is not saved is shown until it is.
function held(job = null, refusal = outbox.held) {
  const { unsaved } = outbox;
  const count = unsaved.length;
  if (job?.undo) say(`${reasonOf(refusal)} Nobody knows whether the last decision was undone.`, restart);
  else say(`Not saved: ${counted(count, "decision", "decisions")}. ${reasonOf(refusal)}`, count ? () => outbox.retry() : restart);
  byId("notice").dataset.held = "1";
  clearTimeout(timer);
  drawCounts();
  if (count && refusal.kind !== "foreign") timer = setTimeout(() => outbox.retry(), AGAIN);
  if (!count || !job) return;
  goTo(unsaved[0]);
}

// After an undo of which nobody knows whether it happened: everything is asked anew.
async function restart() {
  await go(async () => {
    await queue.open(byId("order").value, byId("all").checked);
    outbox.held = null;
    return queue.place;
  });
}

function reasonOf({ kind, words = "" }) {
  if (kind === "gone") return "The server does not answer. If you stopped it, start clothier label again.";
  if (kind === "foreign") return "This page is not allowed to ask the server. Open the address that clothier label printed last; it contains a token.";
  return words || "This page failed; reload it.";
}

// ---- what is shown

// The picture at its place, or the end; `before` is said first.
function show(before = "") {
  look(null);
  const item = queue.current;
  byId("work").hidden = !item;
  byId("ending").hidden = Boolean(item);
  if (!outbox.held) say("");
  refresh();
  if (!item) {
    announce(`${before} ${byId("ending").dataset.said}`);
    byId("ending").focus({ preventScroll: true });
    return;
  }
  drawVerdict(state.classes, item, Boolean(state.model), choose);
  markClasses(item);
  drawNeighbours(state.classes, item, look);
  if (document.activeElement !== document.body) focusStage();
  announce(`${before} ${spoken(state.classes, queue)}`);
  ahead(item);
}

// What may change while the same picture is shown.
function refresh() {
  drawCounts();
  const item = queue.current;
  if (!item) {
    const counts = { changed: 0, kept: 0, "left out": 0 };
    for (const kind of visit.values()) counts[kind]++;
    byId("ending").dataset.said = drawEnding(state, queue, counts, outbox.unsaved.length, { resume, review, reorder: () => byId("order").focus() });
    return;
  }
  drawPicture(item, queue, new Set(outbox.unsaved));
  drawAlike(state.classes, item, look, (action) => decide(action, null, true));
}

async function ahead(item) {
  await queue.ahead().catch(() => null); // who gets there hears of it
  if (item !== queue.current) return;
  byId("where").textContent = whereabouts(queue);
  const coming = queue.items.slice(queue.place + 1).filter((each) => !standing(each)).slice(0, PRELOADED);
  for (const each of coming) largeOf(each);
  for (const { id } of coming[0]?.neighbours ?? []) smallOf(id);
  largeOf(item);
}

function drawCounts() {
  const unsaved = outbox.unsaved.length;
  byId("bar").max = Math.max(1, queue.total);
  byId("bar").value = queue.decided;
  const rate = pace.perMinute();
  byId("counts").textContent = [
    `${number(queue.decided)} of ${number(queue.total)} decided`,
    rate ? `${number(rate)} a minute` : "",
    !unsaved ? "" : outbox.held ? `${number(unsaved)} not saved` : `saving ${number(unsaved)}`,
  ].filter(Boolean).join(" · ");
}

const said = (targets) => `${outcome(state.classes, targets[0].item)}${targets.length > 1 ? `, with ${counted(targets.length - 1, "look-alike", "look-alikes")}` : ""}.`;

const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}`;

function drawLast(targets) {
  if (!targets.length) return byId("last").replaceChildren();
  byId("last").replaceChildren(smallOf(targets[0].item.id), make("span", {}, "Last decision: ", make("bdi", {}, said(targets))));
}

function resume() {
  queue.firstUndecided();
  show();
}

function review() {
  byId("all").checked = true;
  open();
}

function focusStage() {
  byId("stage").focus({ preventScroll: true });
}

function say(words, again = null) {
  const notice = byId("notice");
  delete notice.dataset.held;
  notice.hidden = !words;
  notice.replaceChildren(make("span", {}, words), ...(again ? [make("button", { type: "button", onclick: again }, "try again")] : []));
}

function announce(words) {
  byId("live").textContent = words.trim();
}

byId("accept").onclick = (event) => decide("accept", null, event.shiftKey);
byId("keep").onclick = (event) => decide("keep", null, event.shiftKey);
byId("leave").onclick = (event) => decide("leave_out", null, event.shiftKey);
byId("undo").onclick = undo;
byId("back").onclick = () => move(-1);
byId("forth").onclick = () => move(1);
byId("help").onclick = () => byId("keys").showModal();
byId("order").onchange = byId("all").onchange = open;
addEventListener("online", () => outbox.retry());
addEventListener("beforeunload", (event) => {
  if (outbox.unsaved.length) event.preventDefault();
});
start();
