// The keyboard: what the mouse can do, without leaving the place where one reads.

// Cards of the row that was chosen last, in the order of the page.
function cardsOfRow() {
  if (!chosen) return [];
  const cards = document.querySelectorAll(`.card[data-row="${CSS.escape(chosen.row)}"]`);
  return [...cards].map((card) => card.dataset.card);
}

// The card to which the key of the ground truth leads back.
let compared = null;

function buttonOf({ row, card, mode }) {
  return listenButtons.find(
    ({ dataset }) =>
      dataset.row === row && dataset.card === card && (!mode || dataset.mode === mode),
  );
}

function articleOf({ row, card }) {
  return buttonOf({ row, card }).closest(".card");
}

// Lets something be heard, shows its card, and takes the focus along: Space acts on the button that
// has it.
function hearByKey(wanted) {
  hear(wanted);
  if (document.activeElement.matches("button.listen"))
    buttonOf(wanted)?.focus({ preventScroll: true });
  articleOf(wanted).scrollIntoView({ block: "nearest" });
}

function moveBy(step) {
  const cards = cardsOfRow();
  const index = cards.indexOf(articleOf(chosen).dataset.card);
  const card = cards[(index + step + cards.length) % cards.length];
  hearByKey({ ...chosen, card, mode: modeOn(card) });
}

// The same regime of the next model, as float32 and int8; from the ground truth, what was compared.
function toNextModel() {
  const all = cardsOfRow().map((card) => articleOf({ row: chosen.row, card }));
  const played = all.filter((article) => article.dataset.regime);
  const now = articleOf(chosen);
  const back = played.find((article) => article.dataset.card === compared);
  let next = back ?? played[0];
  if (now.dataset.regime) {
    const same = played.filter((article) => article.dataset.regime === now.dataset.regime);
    if (same.length < 2) return tell("There is no other model of this regime.");
    next = same[(same.indexOf(now) + 1) % same.length];
  }
  if (!next) return tell("There is no model's sound of this instrument yet.");
  const { card } = next.dataset;
  hearByKey({ ...chosen, card, mode: modeOn(card) });
}

// The earlier page's sound of a card, and back.
function toEarlier() {
  const { card } = articleOf(chosen).dataset;
  const earlier = `${card}-earlier`;
  if (!ROWS[chosen.row].cards[earlier]) return tell("There is no earlier sound of this one.");
  hearByKey({ ...chosen, card: chosen.card === earlier ? card : earlier });
}

// Stem or mix, whichever was heard last.
let lastMode = "mix";
function modeOn(card) {
  if (chosen && chosen.mode !== "context") lastMode = chosen.mode;
  return card === "context" ? "context" : lastMode;
}

function toTruth() {
  const truth = `${chosen.row}-truth`;
  if (!ROWS[chosen.row].cards[truth]) return tell("There is no ground truth of this instrument.");
  if (chosen.card !== truth) {
    compared = chosen.card;
    return hearByKey({ ...chosen, card: truth, mode: modeOn(truth) });
  }
  if (compared && (ROWS[chosen.row].cards[compared] || compared === "context"))
    hearByKey({ ...chosen, card: compared, mode: modeOn(compared) });
}

const pageKeys = {
  " ": toggle,
  ArrowLeft: () => goTo(transport.now() - 1),
  ArrowRight: () => goTo(transport.now() + 1),
  ArrowUp: () => chosen && moveBy(-1),
  ArrowDown: () => chosen && moveBy(1),
  m: () =>
    chosen &&
    chosen.mode !== "context" &&
    hearByKey({ ...chosen, mode: chosen.mode === "mix" ? "stem" : "mix" }),
  g: () => chosen && toTruth(),
  n: () => chosen && toNextModel(),
  e: () => chosen && toEarlier(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // Lists and tables that scroll have keys of their own, sliders their arrows; a button's own key is
  // Space.
  if (at.matches("select, .scroll")) return;
  if (key === " " && at.closest("button, a")) return;
  const arrow = key.startsWith("Arrow");
  if (arrow && at.id === "place") {
    // By itself, the slider would go a hundredth of a second.
    event.preventDefault();
    goTo(transport.now() + (key === "ArrowRight" || key === "ArrowUp" ? 1 : -1));
    return;
  }
  if (arrow && at.matches("input")) return;
  // Until something was chosen, arrows scroll the page.
  if (arrow && !chosen) return;
  const keys = blindTest.open ? blindKeys : pageKeys;
  if (!Object.hasOwn(keys, key)) return;
  event.preventDefault();
  // A key that is held down goes on through the music, and answers once.
  if (event.repeat && !arrow) return;
  keys[key]();
});
