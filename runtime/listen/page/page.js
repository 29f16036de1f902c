// Buttons, sliders and marks of the page.

const byId = (id) => document.getElementById(id);
const listenButtons = [...document.querySelectorAll("button.listen")];
const pictures = [...document.querySelectorAll(".picture")];

// What was chosen last: {row, card, mode}; and a number that tells the newest choice.
let chosen = null;
let choice = 0;

function nameOf({ row, card, mode }) {
  const { name, cards } = ROWS[row];
  if (mode === "context") return `${name}: what the model hears`;
  return `${name}: ${cards[card].name}, ${mode === "mix" ? "mix" : "stem alone"}`;
}

function tell(text) {
  // The same text again would not be read aloud, nor does it need to be.
  if (byId("now").textContent !== text) byId("now").textContent = text;
}

// Lets something be heard at the present place; in another take, from the beginning.
async function hear(wanted, name = nameOf(wanted)) {
  transport.wake();
  const mine = ++choice;
  const before = chosen && ROWS[chosen.row].take;
  chosen = wanted;
  mark();
  const { take, seconds } = ROWS[wanted.row];
  const anew = before !== null && before !== take ? 0 : undefined;
  let parts;
  try {
    parts = await partsOf(wanted);
  } catch (error) {
    if (mine === choice) tell(`Not heard: ${error.message}.`);
    return;
  }
  // Meanwhile something else may have been chosen.
  if (mine !== choice) return;
  transport.play(parts, seconds, anew);
  tell(name);
  mark();
  if (!kept.has(wanted.row)) prepareRow(wanted.row);
}

function toggle() {
  if (transport.playing) {
    choice++;
    transport.stop();
    mark();
  } else if (chosen) {
    hear(chosen, byId("now").textContent);
  } else if (listenButtons.length) {
    listenButtons[0].click();
  }
}

// Goes to a place, in seconds, and plays on from there if anything plays.
async function goTo(place) {
  const length = chosen ? ROWS[chosen.row].seconds : 1;
  const there = ((place % length) + length) % length;
  if (transport.playing && chosen) {
    const mine = choice;
    const parts = await partsOf(chosen);
    if (mine !== choice) return;
    transport.play(parts, length, there);
  } else {
    transport.place = there;
  }
  draw();
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
  byId("play").textContent = transport.playing ? "❚❚" : "▶";
  byId("play").setAttribute("aria-label", transport.playing ? "Stop" : "Play");
}

function draw() {
  const length = chosen ? ROWS[chosen.row].seconds : 1;
  const place = Math.min(transport.now(), length);
  const slider = byId("place");
  slider.max = length;
  slider.value = place;
  const minutes = Math.floor(place / 60);
  const text = `${minutes}:${(place - 60 * minutes).toFixed(1).padStart(4, "0")}`;
  byId("clock").textContent = text;
  slider.setAttribute("aria-valuetext", text);
  const take = chosen && ROWS[chosen.row].take;
  for (const picture of pictures) {
    const shown = take && ROWS[picture.closest(".card").dataset.row].take === take;
    picture.lastElementChild.style.left = shown ? `${(100 * place) / length}%` : "-1rem";
  }
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
    const { row } = picture.closest(".card").dataset;
    const box = picture.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * ROWS[row].seconds;
    if (chosen && ROWS[chosen.row].take === ROWS[row].take) {
      goTo(place);
    } else {
      transport.stop();
      chosen = null;
      transport.place = place;
      picture.closest(".card").querySelector("button.listen").click();
    }
  });
}
byId("play").addEventListener("click", toggle);
byId("place").addEventListener("input", (event) => goTo(Number(event.target.value)));
byId("volume").addEventListener("input", (event) =>
  transport.setVolume(Number(event.target.value)),
);
requestAnimationFrame(frame);
