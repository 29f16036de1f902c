// The blind test: A and B are two sounds, X is one of them, and the end counts.

const blindTest = {
  open: false,
  running: false,
  // Of the test: what was begun before has another.
  number: 0,
  row: null,
  // What A, B and X are: {row, card, mode}.
  sounds: {},
  // Which of them is heard.
  letter: null,
  right: 0,
  trials: 0,
};

const blind = byId("blind");
const parts = { setup: byId("blind-setup"), trial: byId("blind-trial"), result: byId("blind-result") };

function show(part) {
  for (const [name, element] of Object.entries(parts)) element.hidden = name !== part;
}

function openBlind(row) {
  // Behind the dialog nothing could be stopped.
  quiet();
  const cards = Object.entries(ROWS[row].cards);
  for (const [select, index] of [[byId("blind-one"), 0], [byId("blind-other"), 1]]) {
    select.replaceChildren(
      ...cards.map(([card, { name }], number) => new Option(name, card, false, number === index)),
    );
  }
  blindTest.row = row;
  blindTest.open = true;
  byId("blind-title").textContent = `Blind test: ${ROWS[row].name}`;
  byId("blind-fault").textContent = "";
  show("setup");
  blind.showModal();
}

async function beginBlind() {
  const mode = byId("blind-mode").value;
  const cards = [byId("blind-one").value, byId("blind-other").value];
  if (cards[0] === cards[1]) {
    byId("blind-other").setCustomValidity("Choose another sound than the first.");
    byId("blind-other").reportValidity();
    return;
  }
  if (chance()) cards.reverse();
  const row = blindTest.row;
  const [A, B] = cards.map((card) => ({ row, card, mode }));
  const mine = ++blindTest.number;
  byId("blind-fault").textContent = "Loading both sounds …";
  // A sound that has to be decoded first would give itself away.
  try {
    await Promise.all([partsOf(A), partsOf(B)]);
  } catch (error) {
    if (mine === blindTest.number)
      byId("blind-fault").textContent = `Not heard: ${error.message}.`;
    return;
  }
  // Meanwhile the test may have been closed, or begun once more.
  if (mine !== blindTest.number) return;
  Object.assign(blindTest, { running: true, sounds: { A, B }, right: 0, trials: 0 });
  // First it is shown, then filled: what appears filled is not read aloud, and the focus would be
  // lost with the button that was pressed.
  show("trial");
  nextTrial();
  hearLetter("A");
  letterButton("A").focus();
}

function chance() {
  return crypto.getRandomValues(new Uint8Array(1))[0] < 128;
}

function nextTrial() {
  blindTest.sounds.X = blindTest.sounds[chance() ? "A" : "B"];
  byId("blind-number").textContent =
    `Trial ${blindTest.trials + 1}. How many were right, the end tells.`;
}

function letterButton(letter) {
  return blindLetters.find((button) => button.dataset.letter === letter);
}

// Space acts on the button that has the focus, which goes along from letter to letter.
function hearLetter(letter) {
  blindTest.letter = letter;
  hear(blindTest.sounds[letter], letter);
  if (document.activeElement.matches(".blind-hear")) letterButton(letter).focus();
}

function answer(letter) {
  if (!blindTest.running) return;
  blindTest.trials++;
  if (blindTest.sounds.X === blindTest.sounds[letter]) blindTest.right++;
  nextTrial();
  hearLetter("X");
}

// How likely it is to be right at least so often by guessing.
function byGuessing(right, trials) {
  let ways = 1;
  let sum = 0;
  for (let k = 0; k <= trials; k++) {
    if (k >= right) sum += ways;
    ways = (ways * (trials - k)) / (k + 1);
  }
  return sum / 2 ** trials;
}

function endBlind() {
  const { right, trials, sounds } = blindTest;
  const [a, b] = [sounds.A, sounds.B].map(({ row, card }) => ROWS[row].cards[card].name);
  const percent = 100 * byGuessing(right, trials);
  const guess = percent < 1 ? "less than 1" : percent.toFixed(0);
  quietBlind();
  show("result");
  byId("blind-count").textContent = trials
    ? `${right} of ${trials} were right. Who guesses is right at least as often in ${guess} of 100 ` +
      `tests. A was: ${a}. B was: ${b}.`
    : `Nothing was answered. A was: ${a}. B was: ${b}.`;
  byId("blind-count").focus();
}

function quietBlind() {
  blindTest.running = false;
  blindTest.letter = null;
  chosen = null;
  chosenName = "Choose a sound.";
  quiet();
}

const blindKeys = {
  " ": () => blindTest.running && toggle(),
  ArrowLeft: () => blindTest.running && goTo(transport.now() - 1),
  ArrowRight: () => blindTest.running && goTo(transport.now() + 1),
  a: () => blindTest.running && hearLetter("A"),
  b: () => blindTest.running && hearLetter("B"),
  x: () => blindTest.running && hearLetter("X"),
  1: () => answer("A"),
  2: () => answer("B"),
};

for (const button of document.querySelectorAll(".blind-open"))
  button.addEventListener("click", () => openBlind(button.dataset.row));
for (const button of blindLetters)
  button.addEventListener("click", () =>
    button.getAttribute("aria-pressed") === "true" ? toggle() : hearLetter(button.dataset.letter),
  );
for (const select of blind.querySelectorAll("select"))
  select.addEventListener("change", () => byId("blind-other").setCustomValidity(""));
byId("blind-start").addEventListener("click", beginBlind);
byId("blind-a").addEventListener("click", () => answer("A"));
byId("blind-b").addEventListener("click", () => answer("B"));
byId("blind-end").addEventListener("click", endBlind);
byId("blind-again").addEventListener("click", () => openBlind(blindTest.row));
for (const button of blind.querySelectorAll(".blind-close"))
  button.addEventListener("click", () => blind.close());
blind.addEventListener("close", () => {
  blindTest.open = false;
  blindTest.number++;
  if (blindTest.running) quietBlind();
});
