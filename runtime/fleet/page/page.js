// Asks the director once a second and writes what it says. Everything is text, never markup: names of
// bundles and clients come from elsewhere.
"use strict";

const PERIOD = 1000;

const find = (id) => document.getElementById(id);
const ms = (seconds) => (seconds ? (1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0) : "–");
const both = (row, key) => `${ms(row[key + "_p50"])} / ${ms(row[key + "_p99"])}`;
const percent = (share) => `${Math.round(100 * share)} %`;
const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

function make(tag, text, kind) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

function bar(share, text) {
  // The text says the same as the bar, so a screen reader needs no bar.
  const cell = make("td");
  const kind = share > 1 ? " over" : share > 0.85 ? " full" : "";
  const outer = make("span", undefined, "bar" + kind);
  outer.setAttribute("aria-hidden", "true");
  const inner = make("i");
  inner.style.width = `${Math.min(100, Math.max(0, 100 * share))}%`;
  outer.append(inner);
  cell.append(outer, text);
  return cell;
}

function row(head, ...cells) {
  const line = make("tr");
  const first = make("th", head);
  first.scope = "row";
  line.append(first, ...cells);
  return line;
}

const number = (text) => make("td", String(text), "n");
const count = (value) => make("td", String(value), value ? "n bad" : "n");

function fill(id, rows, columns, nothing) {
  if (!rows.length) {
    const cell = make("td", nothing);
    cell.colSpan = columns;
    const line = make("tr");
    line.append(cell);
    rows = [line];
  }
  find(id).replaceChildren(...rows);
}

let summary = "";
let warned = "";

function say(text) {
  // Only what has changed, or a screen reader would say it every second.
  if (text !== summary) find("summary").textContent = summary = text;
}

function warn(lines) {
  const text = JSON.stringify(lines);
  if (text === warned) return;
  warned = text;
  const items = lines.length ? lines.map((line) => make("li", line, "bad")) : [make("li", "None.")];
  find("warnings").replaceChildren(...items);
}

function show(fleet) {
  const ready = fleet.players.filter((player) => player.state === "ready").length;
  const sum = (values) => values.reduce((so_far, each) => so_far + each, 0);
  const refused = sum(Object.values(fleet.refused)) + sum(fleet.players.map((player) => player.refused));
  const ignored = fleet.ignored + sum(fleet.players.map((player) => player.ignored));
  say(
    `${many(fleet.sessions.length, "session")} at ${ready} of ${many(fleet.players.length, "player")} ` +
      `on ${many(fleet.nodes.length, "node")}; front door ${fleet.listen}; ` +
      `${many(refused, "hello")} refused, ${many(fleet.restarts, "restart")}, ` +
      `${many(ignored, "datagram")} ignored.`,
  );
  document.title = `${fleet.sessions.length} sessions – sideman fleet`;
  warn(fleet.warnings);
  fill(
    "bundles",
    fleet.bundles.map((bundle) =>
      row(
        bundle.name,
        number(bundle.players),
        number(bundle.sessions),
        make("td", bundle.folder),
        make("td", bundle.changing.join(", ") || "–"),
      ),
    ),
    5,
    "No bundle.",
  );
  fill(
    "player-rows",
    fleet.players.map((player) =>
      row(
        player.player,
        make(
          "td",
          player.state + (player.draining && player.draining !== "by hand" ? ` (${player.draining})` : ""),
          ["ready", "draining", "loading"].includes(player.state) ? "" : "bad",
        ),
        bar(player.used / fleet.most, `${percent(player.used)} of ${percent(fleet.most)}`),
        number(player.sessions),
        number(player.room),
        number(both(player, "cycle")),
        number(both(player, "wait")),
        number(ms(player.worst)),
        count(player.late),
        count(player.dropped),
        count(player.restarts),
        make("td", player.node || "–"),
      ),
    ),
    12,
    "No player.",
  );
  fill(
    "sessions",
    fleet.sessions.map((session) => {
      const share = session.deadline ? session.cycle_p99 / session.deadline : 0;
      return row(
        session.client,
        make("td", session.player),
        bar(share, session.deadline ? `${percent(share)} of the deadline` : "not measured yet"),
        number(both(session, "cycle")),
        number(ms(session.deadline)),
        number(both(session, "wait")),
        number(ms(session.step)),
        count(session.late),
        count(session.dropped),
        number(session.quiet.toFixed(1)),
      );
    }),
    10,
    "Nobody plays.",
  );
}

async function turn() {
  try {
    const answer = await fetch("status.json", { cache: "no-store" });
    if (!answer.ok) throw new Error(await answer.text());
    show(await answer.json());
  } catch (error) {
    say("The director does not answer.");
    warn([`What stands below is old: ${error.message}`]);
  }
  setTimeout(turn, PERIOD);
}

turn();
