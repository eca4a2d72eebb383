// How many pictures are decided a minute, over those of late. A pause counts for little.

const KEPT = 30; // times of decisions
const PAUSE = 60_000; // milliseconds, at most, between two

export class Pace {
  #spans = []; // [pictures, milliseconds since the decision before]
  #last = null;

  note(count, now = performance.now()) {
    if (this.#last !== null && count) this.#spans.push([count, Math.min(now - this.#last, PAUSE)]);
    this.#last = now;
    this.#spans = this.#spans.slice(-KEPT);
  }

  // 0 while too little is known.
  perMinute() {
    if (this.#spans.length < 4) return 0;
    const [pictures, time] = this.#spans.reduce(([count, sum], [more, span]) => [count + more, sum + span], [0, 0]);
    return Math.round((60_000 * pictures) / Math.max(time, 1));
  }
}
