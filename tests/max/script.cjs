// Runs a script of max/javascript as Max's js and jsui do, with what they give it, in an old
// dialect: `node script.cjs SCRIPT`, and as JSON on standard input the box's arguments and the
// messages, each [inlet, name, values...]. Says what left the outlets, and what was drawn at last.
"use strict";
const fs = require("fs");
const vm = require("vm");

const path = process.argv[2];
const { words, messages } = JSON.parse(fs.readFileSync(0, "utf-8"));
const sent = [];
let drawn = [];
let stale = false;

const pencil = { size: [420, 45], redraw() { stale = true; } };
const known = ["init", "set_source_rgba", "rectangle", "fill", "move_to", "show_text",
               "select_font_face", "set_font_size"];
for (const name of known) pencil[name] = (...values) => drawn.push([name, ...values]);
const max = {
    jsarguments: [path, ...words],
    inlets: 1, outlets: 1, inlet: 0, messagename: "",
    mgraphics: pencil,
    outlet: (number, ...values) => sent.push([number, ...values.flat()]),
};
vm.createContext(max);
vm.runInContext(fs.readFileSync(path, "utf-8"), max);
for (const [inlet, name, ...values] of messages) {
    max.inlet = inlet;
    max.messagename = name;
    const own = typeof max[name] === "function" && !max[name].local;
    (own ? max[name] : max.anything)(...values);
}
drawn = [];
if (max.paint) max.paint();
console.log(JSON.stringify({ inlets: max.inlets, outlets: max.outlets, sent, drawn, stale }));
