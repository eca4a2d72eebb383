// Words that a reader types -> the images whose label or id they match, as clothier.embed.Search in Python finds them.

// A function that returns whether a text matches. Throws an Error with one line for an invalid expression.
export function matcher({ text, regex }) {
  if (!text) throw new Error("Type part of a label or an id.");
  if (!regex) {
    const wanted = text.toLowerCase();
    return (words) => words.toLowerCase().includes(wanted);
  }
  const expression = compile(text);
  return (words) => expression.test(words);
}

// Escapes such as \- are fine in Python and refused with the flag u, so that flag is given up last of all.
function compile(text) {
  try {
    return new RegExp(text, "iu");
  } catch {
    try {
      return new RegExp(text, "i");
    } catch (error) {
      throw new Error(`not a valid regular expression: ${error.message.split(": ").pop().toLowerCase()}`);
    }
  }
}

// {mask, count}: 1 for each image whose label's name or id matches.
export function find(data, search) {
  const matches = matcher(search);
  const named = data.classNames.map(matches);
  const mask = new Uint8Array(data.count);
  let count = 0;
  for (let index = 0; index < mask.length; index++) {
    const label = data.labels[index];
    if ((label >= 0 && named[label]) || (data.ids && matches(data.ids[index]))) {
      mask[index] = 1;
      count++;
    }
  }
  return { mask, count };
}
