// Buttons, sliders and marks of the page.

const byId = (id) => document.getElementById(id);
const listenButtons = [...document.querySelectorAll("button.listen")];
const blindLetters = [...document.querySelectorAll(".blind-hear")];
const pictures = [...document.querySelectorAll(".picture")];

// What was chosen last, {row, card, mode}, its name, and a number that tells the newest choice.
let chosen = null;
let chosenName = "Choose a sound.";
let choice = 0;
// The row that was heard last: the place in the music is a place of its take.
let at = null;
// Milliseconds after which it is told that a sound is still being loaded.
const LOADING = 150;

function nameOf({ row, card, mode }) {
  const { name, cards } = ROWS[row];
  if (mode === "context") return `${name}: what the model hears`;
  return `${name}: ${cards[card].name}, ${mode === "mix" ? "mix" : "stem alone"}`;
}

function tell(text) {
  // The same text again would not be read aloud, nor does it need to be.
  if (byId("now").textContent !== text) byId("now").textContent = text;
}

// Lets something be heard, at the present place or from another one; in another take, from the
// beginning.
async function hear(wanted, name = nameOf(wanted), from = undefined) {
  transport.wake();
  const mine = ++choice;
  chosen = wanted;
  chosenName = name;
  mark();
  const loading = setTimeout(() => mine === choice && tell(`Loading ${name} …`), LOADING);
  let parts;
  try {
    parts = await partsOf(wanted);
  } catch (error) {
    if (mine === choice) tell(`Not heard: ${error.message}.`);
    return;
  } finally {
    clearTimeout(loading);
  }
  // Meanwhile something else may have been chosen.
  if (mine !== choice) return;
  // What counts is the take that is heard by now, not another one that was chosen in between.
  const anew = at !== null && ROWS[at].take !== ROWS[wanted.row].take;
  at = wanted.row;
  transport.play(parts, ROWS[at].seconds, from ?? (anew ? 0 : undefined));
  tell(name);
  mark();
  if (kept.has(at)) keepRow(at);
  else prepareRow(at);
}

// Stops what is heard, and what is loading.
function quiet() {
  choice++;
  transport.stop();
  tell(chosenName);
  mark();
  sayPlace();
}

function toggle() {
  if (transport.playing) {
    quiet();
  } else if (chosen) {
    hear(chosen, chosenName);
  } else if (listenButtons.length) {
    listenButtons[0].click();
  }
}

// Goes to a place, in seconds, and plays on from there if anything plays.
async function goTo(place) {
  const length = chosen ? ROWS[chosen.row].seconds : 1;
  const there = ((place % length) + length) % length;
  if (transport.playing && chosen) {
    await hear(chosen, chosenName, there);
  } else {
    transport.place = there;
    if (chosen) at = chosen.row;
  }
  draw();
  sayPlace();
}

// Shows which button is heard, and what the big button does.
function mark() {
  const shown = blindTest.running ? null : chosen;
  for (const card of document.querySelectorAll(".card")) card.classList.remove("chosen");
  for (const button of listenButtons) {
    const { row, card, mode } = button.dataset;
    const here = shown !== null && shown.row === row && shown.card === card;
    button.setAttribute("aria-pressed", String(here && shown.mode === mode && transport.playing));
    if (here) button.closest(".card").classList.add("chosen");
  }
  for (const button of blindLetters)
    button.setAttribute(
      "aria-pressed",
      String(transport.playing && button.dataset.letter === blindTest.letter),
    );
  byId("play").textContent = transport.playing ? "❚❚" : "▶";
  byId("play").setAttribute("aria-label", transport.playing ? "Stop" : "Play");
}

function clock(place) {
  const minutes = Math.floor(place / 60);
  return `${minutes}:${(place - 60 * minutes).toFixed(1).padStart(4, "0")}`;
}

function draw() {
  const length = at ? ROWS[at].seconds : 1;
  const place = Math.min(transport.now(), length);
  const slider = byId("place");
  slider.max = length;
  slider.value = place;
  byId("clock").textContent = clock(place);
  const take = at && ROWS[at].take;
  for (const picture of pictures) {
    const shown = take && ROWS[picture.closest(".card").dataset.row].take === take;
    picture.lastElementChild.style.left = shown ? `${(100 * place) / length}%` : "-1rem";
  }
}

// For screen readers, which would read it aloud all the time if it changed with the music.
function sayPlace() {
  byId("place").setAttribute("aria-valuetext", clock(transport.now()));
}

function frame() {
  if (transport.playing) draw();
  requestAnimationFrame(frame);
}

for (const button of listenButtons) {
  button.addEventListener("click", () => {
    const wanted = { ...button.dataset };
    if (button.getAttribute("aria-pressed") === "true") toggle();
    else hear(wanted);
  });
}
for (const picture of pictures) {
  picture.addEventListener("click", (event) => {
    const article = picture.closest(".card");
    const { row } = article.dataset;
    const box = picture.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * ROWS[row].seconds;
    // A card has two sounds if it has an earlier page's.
    const card = chosen && articleOf(chosen) === article ? chosen.card : article.dataset.card;
    hear({ row, card, mode: modeOn(card) }, undefined, place);
  });
}
byId("play").addEventListener("click", toggle);
byId("place").addEventListener("input", (event) => goTo(Number(event.target.value)));
byId("place").addEventListener("focus", sayPlace);
byId("volume").addEventListener("input", (event) =>
  transport.setVolume(Number(event.target.value)),
);
requestAnimationFrame(frame);
