// Sounds from the scripts beside the page, decoded once.

// Rows whose buffers are kept: a minute of music takes ten megabytes a sound.
const ROWS_KEPT = 2;

// By name: functions that wait for a script, and promises of buffers.
const waiting = new Map();
const buffers = new Map();
// Names by row, the latest row last.
const kept = new Map();

// Called by the scripts: they hold the bytes of a sound file in base64.
function sidemanSound(name, text) {
  const waits = waiting.get(name);
  waiting.delete(name);
  if (!waits) return;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  waits.resolve(bytes.buffer);
}

function bytesOf(name) {
  return new Promise((resolve, reject) => {
    waiting.set(name, { resolve });
    const script = document.createElement("script");
    script.src = `${FOLDER}/${name}.js`;
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      waiting.delete(name);
      reject(new Error(`${FOLDER}/${name}.js is missing or cannot be read`));
    };
    document.head.append(script);
  });
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

// Begins to decode all sounds of a row, so that switching within it never waits, and lets go of rows
// that were not heard of late.
function prepareRow(id) {
  const row = ROWS[id];
  const names = [row.context.sound, ...Object.values(row.cards).map((card) => card.sound)];
  kept.delete(id);
  kept.set(id, names);
  const going = [...kept.keys()].slice(0, -ROWS_KEPT);
  for (const other of going) {
    const stay = new Set([...kept].filter(([key]) => !going.includes(key)).flatMap(([, n]) => n));
    for (const name of kept.get(other)) if (!stay.has(name)) buffers.delete(name);
    kept.delete(other);
  }
  return names.reduce(
    (before, name) => before.then(() => bufferOf(name)).catch(() => null),
    Promise.resolve(),
  );
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
