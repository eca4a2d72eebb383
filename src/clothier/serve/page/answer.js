// An entry of the visit -> what the reader sees of it, and what is said of it in one line.

import { counted, make, percent } from "./dom.js";

const SHOWN = 5; // classes at first

// What is called by another word than its status; "" is the status of a model that was never calibrated.
const BADGES = { uncalibrated: "not calibrated", failed: "no answer" };

export const statusOf = (entry) => (entry.refusal ? "failed" : entry.answer.status || "uncalibrated");
export const badgeOf = (status) => BADGES[status] ?? status;

// The probabilities of an answer; those of a model that was never calibrated have another name.
export const isCalibrated = ({ label, probabilities }) => Object.hasOwn(probabilities, label);
export const sharesOf = (answer) => (isCalibrated(answer) ? answer.probabilities : answer.uncalibrated_probabilities);
const kindOf = (answer) => (isCalibrated(answer) ? "Probability" : "Uncalibrated probability");

// One line, for those who listen and for the title of its tile.
export function sentence(entry) {
  if (entry.refusal) return `${entry.name}: ${entry.refusal.title}. ${entry.refusal.words}`;
  const { verdict, warnings } = entry.answer;
  return `${entry.name}: ${verdict}${warnings.length ? `. Warning: ${warnings.join("; ")}` : ""}`;
}

// The elements of an entry; `again` is called where the reader wants it asked once more.
export function drawn(entry, model, again) {
  return entry.refusal ? refused(entry, again) : answered(entry, model, again);
}

function refused(entry, again) {
  const { title, words, said, id } = entry.refusal;
  return [
    origin(entry),
    make("h2", { className: "label" }, title),
    make("p", {}, words),
    said || id ? make("p", { className: "remark" }, said, id ? ` Request ${id}.` : "") : null,
    entry.refusal.again ? make("button", { type: "button", className: "first", onclick: again }, "try again") : null,
    make("div", { className: "figures" }, picture(entry, (frame) => frame.remove())),
  ];
}

function answered(entry, model, again) {
  const { answer } = entry;
  return [
    origin(entry),
    make("h2", { className: "label" }, answer.verdict),
    make("p", {}, explained(answer, model)),
    warnings(answer),
    whole(entry, model, again),
    figures(entry),
    bars(answer),
    ...lookalikes(answer),
  ];
}

function origin(entry) {
  const status = statusOf(entry);
  return make("p", { className: "from" }, make("span", {}, entry.name),
    make("span", { className: `badge ${status}` }, badgeOf(status)));
}

function explained(answer, model) {
  const { status, label, possible, strangeness } = answer;
  const shares = sharesOf(answer);
  const share = percent(shares[label]);
  if (!isCalibrated(answer)) {
    return `The model gives ${label} an uncalibrated probability of ${share}. It was never calibrated, so it cannot say how far to trust this answer.`;
  }
  if (status === "sure") return `The model gives ${label} a probability of ${share}.`;
  if (status === "likely") {
    return `The model gives ${possible.map((name) => `${name} ${percent(shares[name])}`).join(", ")}. Check this answer yourself.`;
  }
  if (status === "unsure") return `${counted(possible.length, "class is", "classes are")} possible. Do not rely on this answer.`;
  const limit = model?.photo_thresholds.unlike ?? model?.thresholds.unlike;
  const measure = limit && strangeness !== null ? ` The strangeness of this picture is ${strangeness.toFixed(2)}; the limit is ${limit.toFixed(2)}.` : "";
  return `The closest class is ${label}, but do not trust this answer.${measure}`;
}

function warnings({ warnings }) {
  if (!warnings.length) return null;
  return make("ul", { className: "notice", "aria-label": "Warnings about the photo" }, ...warnings.map((words) => make("li", {}, words)));
}

// A button, where the model gets less than the whole photo, that asks again with all of it, or as before.
function whole(entry, model, again) {
  if (!model || model.photos === "pad") return null;
  const words = entry.whole ? "prepare the photo as usual" : "use the whole photo";
  const onclick = () => {
    entry.whole = !entry.whole;
    again();
  };
  return make("div", { className: "buttons" }, make("button", { type: "button", onclick }, words));
}

function figures(entry) {
  const { image, heat, label } = entry.answer;
  const pixels = () => make("img", { src: image, alt: "", className: "pixels" });
  const all = [picture(entry)];
  if (image) {
    const seen = pixels();
    seen.alt = "your picture after preprocessing";
    all.push(figure("what the model saw", seen));
  }
  if (image && heat) {
    const over = make("img", { src: heat, className: "heat", alt: `heat map of how much each part supports ${label}` });
    all.push(figure("what mattered", pixels(), over));
  }
  const legend = make("p", { className: "remark legend" },
    make("span", {}, make("span", { className: "swatch for" }), `supports ${label}`),
    make("span", {}, make("span", { className: "swatch against" }), "counts against it"),
    make("span", {}, "measured by covering one part at a time"));
  return make("div", {}, make("div", { className: "figures" }, ...all), heat ? legend : null);
}

function picture(entry, failed = (frame, shown) => shown.replaceWith(make("span", { className: "missing" }, "your browser cannot show this picture"))) {
  const shown = make("img", { src: entry.url, alt: `your picture, ${entry.name}` });
  const frame = figure("your picture", shown);
  shown.onerror = () => failed(frame, shown);
  return frame;
}

const figure = (words, ...images) =>
  make("figure", {}, make("span", { className: "frame" }, ...images), make("figcaption", {}, words));

function bars(answer) {
  // The best first. Objects put names that are whole numbers before all others, in their own order.
  const ranked = Object.entries(sharesOf(answer)).sort(([first, one], [second, other]) =>
    (second === answer.label) - (first === answer.label) || other - one);
  const rows = ranked.map(([name, share], place) => {
    const fill = make("span", { className: "fill" });
    fill.style.width = `${100 * share}%`;
    return make("tr", { className: place ? "" : "best" }, make("th", { scope: "row" }, make("span", { className: "name" }, name)),
      make("td", { "aria-hidden": "true" }, fill), make("td", {}, percent(share)));
  });
  const table = (some) => make("table", { className: "bars" }, make("caption", { className: "unseen" }, `${kindOf(answer)} of each class`), make("tbody", {}, ...some));
  const most = rows.length > 2 * SHOWN ? SHOWN : rows.length;
  const rest = rows.slice(most);
  return make("div", { className: answer.status === "sure" || !answer.status ? "" : "doubted" }, table(rows.slice(0, most)),
    rest.length ? make("details", {}, make("summary", {}, counted(rest.length, "more class", "more classes")), table(rest)) : null);
}

function lookalikes({ lookalikes }) {
  if (!lookalikes.length) return [];
  return [
    make("h3", {}, "Most similar training images"),
    make("div", { className: "tiles" }, ...lookalikes.map(({ label, distance, id, image }) =>
      make("figure", { className: "tile" }, make("img", { src: image, alt: `training image ${id}` }),
        make("figcaption", {}, label, make("br"), `distance ${distance.toFixed(1)}`)))),
  ];
}
