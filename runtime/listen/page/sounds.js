// Sounds from the scripts beside the page, decoded once.

// Bytes of decoded sound that are kept: a minute takes ten megabytes a sound. The row that is heard
// stays, whatever it takes.
let bytesKept = 400e6;

// By name: scripts that are awaited, {promise, resolve, reject}, and promises of buffers.
const waiting = new Map();
const buffers = new Map();
// Names by row, the row that was heard last at the end.
const kept = new Map();

// Called by the scripts: they hold the bytes of a sound file in base64.
function sidemanSound(name, text) {
  const waits = waiting.get(name);
  if (!waits) return;
  waiting.delete(name);
  try {
    waits.resolve(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  } catch {
    waits.reject(damaged(name));
  }
}

function damaged(name) {
  return new Error(`${FOLDER}/${name}.js is damaged: copy the page again, or make it again`);
}

function bytesOf(name) {
  if (waiting.has(name)) return waiting.get(name).promise;
  const waits = {};
  waits.promise = new Promise((resolve, reject) => Object.assign(waits, { resolve, reject }));
  waiting.set(name, waits);
  const script = document.createElement("script");
  script.src = `${FOLDER}/${name}.js`;
  const fail = (error) => {
    script.remove();
    if (waiting.get(name) !== waits) return;
    waiting.delete(name);
    waits.reject(error);
  };
  // A script that was cut off is loaded, and says nothing.
  script.onload = () => fail(damaged(name));
  script.onerror = () => fail(new Error(`${FOLDER}/${name}.js is missing or cannot be read`));
  document.head.append(script);
  return waits.promise;
}

// The promise of a buffer.
function bufferOf(name) {
  if (!buffers.has(name)) {
    const context = transport.wake();
    const decoded = bytesOf(name).then((bytes) =>
      context.decodeAudioData(bytes).catch(() => {
        throw new Error(
          `this browser cannot decode ${name}: make the page again with --audio wav`,
        );
      }),
    );
    // What failed is tried again at the next click.
    decoded.catch(() => buffers.delete(name));
    buffers.set(name, decoded);
  }
  return buffers.get(name);
}

function namesOf(id) {
  const { context, cards } = ROWS[id];
  return [...new Set([context, ...Object.values(cards)].map(({ sound }) => sound))];
}

function bytesOfRow(id) {
  return 4 * RATE * ROWS[id].seconds * namesOf(id).length;
}

// Notes that a row is heard, and lets go of those that were not heard for the longest time.
function keepRow(id) {
  const names = kept.get(id) ?? namesOf(id);
  kept.delete(id);
  kept.set(id, names);
  let bytes = 0;
  for (const other of [...kept.keys()].reverse()) {
    bytes += bytesOfRow(other);
    if (other === id || bytes <= bytesKept) continue;
    const going = kept.get(other);
    kept.delete(other);
    const stay = new Set([...kept.values()].flat());
    for (const name of going) if (!stay.has(name)) buffers.delete(name);
  }
}

// Decodes all sounds of a row one after the other, so that switching within it never waits, until it
// is let go.
async function prepareRow(id) {
  keepRow(id);
  const names = kept.get(id);
  let room = bytesKept;
  for (const name of names) {
    room -= bytesOfRow(id) / names.length;
    if (kept.get(id) !== names || room < 0) return;
    // What cannot be decoded is told when it is to be heard.
    await bufferOf(name).catch(() => null);
  }
}

// The parts of what is to be heard: {row, card, mode}, mode "stem", "mix" or "context".
async function partsOf({ row, card, mode }) {
  const { context, cards } = ROWS[row];
  const wanted = [];
  if (mode !== "stem") wanted.push(context);
  if (mode !== "context") wanted.push(cards[card]);
  const found = await Promise.all(wanted.map((each) => bufferOf(each.sound)));
  return found.map((buffer, index) => ({ buffer, gain: wanted[index].gain }));
}
