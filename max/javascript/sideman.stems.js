// Toggles in, the message out that says which stems play.
//
//     js sideman.stems.js bass drums
//
// has an inlet for each name, which takes 0 or 1, and sends "stems bass" when the second is switched
// off. At first all of them play, as in sideman~ itself. bang sends the message again.

// Max's jsarguments, of which the first is this script's name, has elements and a length, and maybe
// nothing else that arrays have.
var names = [], on = [];
for (var i = 1; i < jsarguments.length; i++) {
    names.push(String(jsarguments[i]));
    on.push(1);
}

inlets = Math.max(names.length, 1);
outlets = 1;

function msg_int(value) {
    if (inlet < on.length) on[inlet] = value ? 1 : 0;
    bang();
}

function msg_float(value) {
    msg_int(value);
}

function bang() {
    outlet(0, ["stems"].concat(names.filter(function (name, row) { return on[row]; })));
}
