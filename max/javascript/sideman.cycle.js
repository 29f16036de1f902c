// Draws how long a cycle takes against its deadline, for jsui: both figures, a bar with a mark where
// the deadline is, and what the cycles before took. Red is too late.
//
// Takes all that leaves the last outlet of sideman~, and leaves alone what it has no use for.

inlets = 1;
outlets = 1;

mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

var INK = [0.13, 0.16, 0.20, 1];
var FIELD = [0.90, 0.92, 0.94, 1];
var GREEN = [0.16, 0.62, 0.36, 1];
var RED = [0.80, 0.21, 0.18, 1];
// Where on the bar the deadline is, so that there is room for what is late.
var DEADLINE = 0.75;
// Cycles that are remembered, and pixels from one to the next.
var MOST = 60, APART = 4;
var TOP = 16;

var taken = 0, allowed = 0;
var past = [];

function cycle(milliseconds) {
    taken = milliseconds;
    // 0: not known, as at the beginning of a session.
    if (taken > 0) {
        past.push(taken);
        if (past.length > MOST) past.shift();
    }
    mgraphics.redraw();
}

function ahead(milliseconds) {
    // What came before was measured against another deadline.
    if (milliseconds !== allowed) past = [];
    allowed = milliseconds;
    mgraphics.redraw();
}

function anything() {}

function words() {
    if (taken <= 0 || allowed <= 0) return "cycle: not known yet";
    return "cycle " + Math.round(taken) + " of " + Math.round(allowed) + " ms";
}
words.local = 1;

function colour(milliseconds) {
    return milliseconds > allowed ? RED : GREEN;
}
colour.local = 1;

// How much of the bar so long a time takes, from 0 to 1.
function part(milliseconds) {
    return allowed > 0 ? Math.max(0, Math.min(milliseconds / allowed * DEADLINE, 1)) : 0;
}
part.local = 1;

function fill(rgba, x, y, width, height) {
    mgraphics.set_source_rgba(rgba[0], rgba[1], rgba[2], rgba[3]);
    mgraphics.rectangle(x, y, width, height);
    mgraphics.fill();
}
fill.local = 1;

function paint() {
    var width = mgraphics.size[0], height = mgraphics.size[1];
    var rgba = taken > allowed ? RED : INK;
    mgraphics.set_source_rgba(rgba[0], rgba[1], rgba[2], rgba[3]);
    mgraphics.select_font_face("Arial");
    mgraphics.set_font_size(13);
    mgraphics.move_to(0, 13);
    mgraphics.show_text(words());
    for (var i = 0; i < past.length; i++) {
        var tall = Math.max(1, part(past[i]) * TOP);
        fill(colour(past[i]), width - APART * (past.length - i), TOP - tall, APART - 2, tall);
    }
    fill(FIELD, 0, TOP + 4, width, height - TOP - 8);
    fill(colour(taken), 0, TOP + 4, part(taken) * width, height - TOP - 8);
    fill(INK, DEADLINE * width - 1, TOP + 1, 2, height - TOP - 2);
}
