// Decisions on their way to the server, one after another. None counts as saved before the server says so.

import { sendDecisions, sendUndo } from "./server.js";

// A job is {targets: [{item, action, new}]}, or {undo: true}. `told` hears
// saved(job, items): the server has it, and this is what it says of the pictures;
// stale(job, differ): nothing of it is saved, since these pictures were decided otherwise meanwhile (of an undo: a refusal);
// held(job, refusal): it and all after it wait here, in their order, until retry() is called. An undo does not wait.
export class Outbox {
  #jobs = [];
  #busy = false;
  #waiting = []; // those who want to hear when nothing is left
  held = null;

  // `learn` takes {id, decision, version} from the server, and gives the picture.
  constructor(learn, told) {
    Object.assign(this, { learn, told });
  }

  // The pictures whose decision is not saved yet.
  get unsaved() {
    return [...new Set(this.#jobs.flatMap((job) => job.targets ?? []).map(({ item }) => item))];
  }

  settled() {
    return this.#jobs.length ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  add(job) {
    this.#jobs.push(job);
    this.#mark(job);
    if (!this.held) this.#run();
  }

  retry() {
    if (this.held) this.#run();
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#jobs.length && (await this.#send(this.#jobs[0])));
    this.#busy = false;
    if (!this.#jobs.length) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  // Whether to go on.
  async #send(job) {
    try {
      const answer = await (job.undo ? sendUndo() : sendDecisions(job.targets.map(asSent)));
      this.#saved(job, answer.items ?? [answer.item]);
    } catch (refusal) {
      if (refusal.kind === "stale") this.#stale(job, refusal);
      else return this.#hold(job, refusal);
    }
    return true;
  }

  #saved(job, heard) {
    this.#leave(job);
    const items = heard.map(this.learn);
    this.#mark(job);
    this.told.saved(job, items);
  }

  #stale(job, refusal) {
    if (job.undo) {
      this.#leave(job);
      this.told.stale(job, refusal);
      return;
    }
    const theirs = new Map(refusal.conflicts.map((each) => [each.id, each]));
    const [met, rest] = [true, false].map((is) => job.targets.filter(({ item }) => theirs.has(item.id) === is));
    const differ = met.filter((target) => !isSame(theirs.get(target.item.id).decision, target));
    if (met.length && !differ.length) {
      // The server has what is sent: its answer got lost, and this came a second time.
      job.targets = rest;
      this.#saved({ targets: met }, refusal.conflicts);
      if (!rest.length) this.#leave(job);
      return;
    }
    // What was decided later of the same pictures was decided without knowing of this.
    const gone = new Set(job.targets.map(({ item }) => item));
    this.#jobs = this.#jobs.map((each) => (each.undo ? each : { ...each, targets: each.targets.filter(({ item }) => !gone.has(item)) }));
    this.#jobs = this.#jobs.filter((each) => each.undo || each.targets.length);
    this.held = null;
    refusal.conflicts.forEach(this.learn);
    this.#mark(job);
    this.told.stale(job, differ.map(({ item }) => item), refusal);
  }

  #hold(job, refusal) {
    this.held = refusal;
    // Of an undo nobody knows whether it happened, and a second one would undo more.
    if (job.undo) this.#jobs.shift();
    this.told.held(job, refusal);
    return false;
  }

  #leave(job) {
    this.held = null;
    this.#jobs = this.#jobs.filter((each) => each !== job);
  }

  // Each picture of a job shows the last decision about it that is on its way.
  #mark(job) {
    for (const { item } of job.targets ?? []) {
      const last = this.#jobs.flatMap((each) => each.targets ?? []).findLast((target) => target.item === item);
      item.pending = last ? asDecision(last) : null;
    }
  }
}

const asSent = ({ item, action, new: label }) => ({ id: item.id, version: item.version, action, new: label });

// What the server will say of the picture.
const asDecision = ({ item, action, new: label }) =>
  ({ new: action === "keep" ? item.label : label, left_out: action === "leave_out" });

function isSame(decision, target) {
  const wanted = asDecision(target);
  return decision !== null && decision.left_out === wanted.left_out && (decision.left_out || (decision.new ?? target.item.label) === wanted.new);
}
