// Requests to the service: its model, its answer for a picture, and a plain reason where there is no answer.

import { megabytes } from "./dom.js";

const TIMES = 5; // a service that is busy or not ready is asked again, so often
const MOST_WAIT = 30; // seconds

// Why there is no answer: a title, what to do, the service's own words, and whether asking again may help.
export class Refusal extends Error {
  constructor(title, words, { again = false, said = "", id = "", wait = 0 } = {}) {
    super(title);
    Object.assign(this, { title, words, again, said, id, wait });
  }
}

const WORDS = {
  408: ["The upload took too long", "The connection may be slow. Try again, or send a smaller picture.", true],
  413: ["This picture is too large", "Send a smaller picture, or reduce its resolution first.", false],
  415: ["This is not a picture", "Choose a picture of a format that this page lists.", false],
  422: ["This picture cannot be read", "It may be damaged, or in a format that the service does not read.", false],
  429: ["The service is busy", "It is answering other requests. Try again in a moment.", true],
  503: ["The service is not ready", "It is starting or shutting down. Try again in a moment.", true],
  504: ["The answer took too long", "The service may be overloaded. Try again in a moment.", true],
};
const OTHERS = ["The service could not classify this picture", "Try again. If it fails again, tell the person who runs the service.", true];

// What /v1/model says.
export async function askModel() {
  return (await received(fetch("v1/model"))).json();
}

// What the model makes of a file, or of all of it where it is to be used whole. `waiting` is told (seconds, time) while the service is too busy; `signal` ends it.
export async function ask({ file, whole }, limits, signal, waiting) {
  await refuseEarly(file, limits);
  for (let time = 1; ; time++) {
    try {
      const response = await received(
        fetch(`v1/predict?show=image,heat,lookalikes${whole ? "&whole=1" : ""}`, {
          method: "POST",
          body: file,
          headers: { "Content-Type": file.type || "image/unknown" }, // the decoder looks at the content alone
          signal,
        }),
      );
      return (await response.json()).answers[0];
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || !refusal.wait || time === TIMES) throw refusal;
      await pause(refusal.wait, signal, (left) => waiting(refusal.title, left, time));
    }
  }
}

// What the service would refuse, refused before it is sent: who still sends does not hear. And what cannot be sent, for
// which a browser has the same word as for a connection that is gone.
async function refuseEarly(file, limits) {
  const opens = file.size && (await file.slice(0, 1).arrayBuffer().catch(() => null));
  if (!opens) {
    throw new Refusal("This file cannot be opened", "It may be empty or a folder, or it was moved or changed. Choose picture files.");
  }
  if (limits && file.size > limits.bytes) {
    const said = `It has ${megabytes(file.size)}; the service accepts up to ${megabytes(limits.bytes)}.`;
    throw new Refusal(WORDS[413][0], WORDS[413][1], { said });
  }
  if (file.type && !file.type.startsWith("image/")) {
    throw new Refusal(WORDS[415][0], WORDS[415][1], { said: `Its type is ${file.type}.` });
  }
}

async function received(asked) {
  let response;
  try {
    response = await asked;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("No connection to the service", "Check that the service is running and that this device is online, then try again.", {
      again: true,
    });
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  const [title, words, again] = WORDS[response.status] ?? OTHERS;
  throw new Refusal(title, words, {
    again,
    said: said.error ? `The service said: ${said.error.message}.` : `The service answered with status ${response.status}.`,
    id: said.error?.request_id ?? "",
    wait: response.status === 429 || response.status === 503 ? seconds(response) : 0,
  });
}

const seconds = (response) =>
  Math.min(Math.max(Math.ceil(Number(response.headers.get("Retry-After")) || 2), 1), MOST_WAIT);

async function pause(wait, signal, tell) {
  for (let left = wait; left > 0; left--) {
    tell(left);
    await new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", leave);
        resolve();
      }, 1000);
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
    });
  }
}
