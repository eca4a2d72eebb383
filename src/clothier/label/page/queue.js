// The pictures in their order, loaded a page at a time, and the place of the one that is shown.

import { askItems } from "./server.js";

const COUNT = 20; // pictures a request
const AHEAD = 12; // so many undecided pictures are kept loaded after the one that is shown
const OVERLAP = 5; // pictures asked for again: the list gets shorter at its start while it is read

// What holds for a picture: what was just decided of it, or what the server said last.
export const standing = (item) => item.pending ?? item.decision;

export class Queue {
  total = 0; // pictures of the order, decided ones too
  before = 0; // of which so many were decided when it was opened
  known = new Map(); // every picture heard of by its id, look-alikes among them, of which less is known

  // `settled` waits until nothing is being sent: the server counts decided pictures once it has them.
  constructor(settled) {
    this.settled = settled;
  }

  // From the start of an order. Raises Refusal.
  async open(order, all) {
    Object.assign(this, { order, all, items: [], place: 0, left: Infinity, loading: null });
    await this.#count();
    await this.#more();
    this.place = Math.max(0, this.items.findIndex((item) => !standing(item)));
  }

  get current() {
    return this.items[this.place] ?? null;
  }

  // How many there are, with those that are not loaded yet.
  get size() {
    return this.items.length + (Number.isFinite(this.left) ? this.left : 0);
  }

  // Those of the order that the server has decisions of, with those decided before.
  get decided() {
    let decided = this.before;
    for (const { decision, was } of this.known.values()) decided += Boolean(decision) - was;
    return decided;
  }

  get undecided() {
    return this.items.filter((item) => !standing(item)).length + (this.all ? 0 : this.left);
  }

  // Loads what will be wanted soon. Raises Refusal.
  async ahead() {
    while (this.left && this.#waiting() < AHEAD) await this.#more();
  }

  // The place that many pictures on; one past the last is the end. Raises Refusal.
  async placeAt(by) {
    const wanted = Math.max(0, this.place + by);
    while (wanted >= this.items.length && this.left) await this.#more();
    return Math.min(wanted, this.items.length);
  }

  // The place of the next picture that nobody decided, or the end where none is left after this one. Raises Refusal.
  async nextUndecided() {
    const found = () => this.items.findIndex((item, place) => place > this.place && !standing(item));
    let next = found();
    while (next < 0 && this.left) {
      await this.#more();
      next = found();
    }
    if (next < 0 && (await this.#forgotten())) next = found();
    return next < 0 ? this.items.length : next;
  }

  // To a picture that is in the list, or that comes into it here.
  show(item) {
    const place = this.items.indexOf(item);
    if (place < 0) this.items.splice(this.place, 0, item);
    else this.place = place;
  }

  firstUndecided() {
    const place = this.items.findIndex((item) => !standing(item));
    if (place >= 0) this.place = place;
  }

  // The picture with that id as it is known here, with what the server says of it. What is being sent is newer.
  learn(heard) {
    const wasDecided = heard.path === undefined ? heard.decision === null : Boolean(heard.decision); // of one heard of by its undo
    const item = this.known.get(heard.id) ?? { id: heard.id, version: 0, decision: null, pending: null, was: wasDecided };
    this.known.set(item.id, item);
    if (heard.version < item.version) return item;
    Object.assign(item, heard);
    if (heard.alike) item.alike = heard.alike.map((each) => this.learn(typeof each === "string" ? { id: each } : each));
    return item;
  }

  #waiting() {
    return this.items.filter((item, place) => place > this.place && !standing(item)).length;
  }

  // How many pictures the order has, and how many of them are decided already.
  async #count() {
    await this.settled();
    const { order } = this;
    const [{ total }, undecided] = await Promise.all([false, true].map((is) => askItems(order, 0, 0, is)));
    if (order !== this.order) return;
    Object.assign(this, { total, before: total - undecided.total });
    for (const item of this.known.values()) item.was = Boolean(item.decision);
  }

  async #more() {
    // Two at once would load the same.
    this.loading ??= this.#load(this.items).finally(() => { this.loading = null; });
    await this.loading;
  }

  async #load(list) {
    await this.settled();
    const listed = this.all ? list.length : list.filter((item) => !standing(item)).length;
    const offset = Math.max(0, listed - OVERLAP);
    const { items, total } = await askItems(this.order, offset, COUNT, !this.all);
    if (list !== this.items) return; // another order was opened meanwhile
    this.left = items.length ? Math.max(0, total - offset - items.length) : 0;
    this.#add(items);
  }

  // Whether the server knows undecided pictures that are not here: those that another window took back, or that moved
  // up in the list while it was read.
  async #forgotten() {
    await this.settled();
    const before = this.items.length;
    for (let offset = 0, total = 1; offset < total; ) {
      const answer = await askItems(this.order, offset, 5 * COUNT, true);
      this.#add(answer.items);
      total = answer.total;
      offset += answer.items.length || total;
    }
    return this.items.length > before;
  }

  #add(items) {
    const here = new Set(this.items);
    for (const heard of items) {
      const item = this.learn(heard);
      if (!here.has(item)) this.items.push(item);
    }
  }
}
