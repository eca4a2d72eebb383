// Requests to the server, with its token, and a plain reason where there is no answer.

const PLACE = "clothier-label-token"; // in this tab's storage
const PATIENCE = 20_000; // milliseconds until a server that says nothing counts as gone

let token = "";

// From the page's address, out of which it is taken: an address is shown, kept and copied.
export function takeToken() {
  const given = new URLSearchParams(location.search).get("token");
  try {
    if (given) sessionStorage.setItem(PLACE, given);
    token = sessionStorage.getItem(PLACE) ?? "";
    if (given) history.replaceState(null, "", location.pathname);
  } catch {
    token = given ?? ""; // a browser that stores nothing: reloading needs the address as it was
  }
}

// What a status means: nothing is written, and the same request would not do better later.
const KINDS = { 400: "stale", 401: "foreign", 403: "foreign", 404: "stale", 409: "stale", 413: "stale", 421: "foreign" };

// Why there is no answer. `kind`: gone (no server), foreign (not our token), stale (decided elsewhere, with `conflicts`, or
// not known to this server), refused (for now).
export class Refusal extends Error {
  constructor(kind, words, conflicts = []) {
    super(words);
    Object.assign(this, { kind, words, conflicts });
  }
}

export const askState = () => request("api/state");

// {items, total}; of undecided ones alone, or of all.
export const askItems = (order, offset, count, undecided) =>
  request(`api/items?${new URLSearchParams({ order, offset, count, undecided: Number(undecided) })}`);

export const askItem = (id) => request(`api/items/${encodeURIComponent(id)}`);

export const sendDecisions = (decisions) => request("api/decisions", { decisions });

export const sendUndo = () => request("api/undo", {});

export function imageAddress(id, size) {
  return `image/${encodeURIComponent(id)}?${new URLSearchParams({ size, token })}`;
}

async function request(path, content) {
  const headers = { "x-clothier-token": token };
  const options = { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
  if (content) {
    headers["content-type"] = "application/json";
    Object.assign(options, { method: "POST", body: JSON.stringify(content) });
  }
  let response, answer;
  try {
    response = await fetch(path, options);
    answer = JSON.parse(await response.text());
  } catch (error) {
    if (!response || !(error instanceof SyntaxError)) throw new Refusal("gone", "The server does not answer.");
  }
  if (response.ok && answer) return answer;
  const kind = KINDS[response.status] ?? "refused";
  throw new Refusal(kind, sentence(answer?.error) || `The server answered with status ${response.status}.`, answer?.conflicts);
}

// As a sentence; a file's name at its start keeps its letters.
function sentence(words = "") {
  const start = /^[a-z]+ /.test(words) ? words[0].toUpperCase() : words.slice(0, 1);
  return words && `${start}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
