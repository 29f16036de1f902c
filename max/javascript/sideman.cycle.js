// Draws how long a cycle takes against its deadline, for jsui: both figures, and a bar with a mark
// where the deadline is. Red is too late.
//
// A cycle is what 99 of 100 packets do not exceed, over some seconds: it moves slowly, and a single
// late packet does not show. Takes all that leaves the last outlet of sideman~, and leaves alone what
// it has no use for.

inlets = 1;
outlets = 1;

mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

var INK = [0.13, 0.16, 0.20, 1];
var QUIET = [0.38, 0.43, 0.49, 1];
var FIELD = [0.90, 0.92, 0.94, 1];
var GREEN = [0.16, 0.62, 0.36, 1];
var RED = [0.80, 0.21, 0.18, 1];
// Where on the bar the deadline is, so that there is room for what is late.
var DEADLINE = 0.75;
var TOP = 16;

var taken = 0, allowed = 0;

function cycle(milliseconds) {
    // 0: not known, as at the beginning of a session.
    taken = milliseconds;
    mgraphics.redraw();
}

function ahead(milliseconds) {
    allowed = milliseconds;
    mgraphics.redraw();
}

function anything() {}

function words() {
    if (taken <= 0 || allowed <= 0) return "cycle: not known yet";
    return "cycle " + Math.round(taken) + " of " + Math.round(allowed) + " ms";
}
words.local = 1;

// How much of the bar so long a time takes, from 0 to 1.
function part(milliseconds) {
    return allowed > 0 ? Math.max(0, Math.min(milliseconds / allowed * DEADLINE, 1)) : 0;
}
part.local = 1;

function colour(rgba) {
    mgraphics.set_source_rgba(rgba[0], rgba[1], rgba[2], rgba[3]);
}
colour.local = 1;

function fill(rgba, x, y, width, height) {
    colour(rgba);
    mgraphics.rectangle(x, y, width, height);
    mgraphics.fill();
}
fill.local = 1;

function write(rgba, x, size, text) {
    colour(rgba);
    mgraphics.set_font_size(size);
    mgraphics.move_to(x, 13);
    mgraphics.show_text(text);
}
write.local = 1;

function paint() {
    var width = mgraphics.size[0], height = mgraphics.size[1];
    var late = taken > allowed;
    mgraphics.select_font_face("Arial");
    write(late ? RED : INK, 0, 13, words());
    write(QUIET, DEADLINE * width + 5, 11, "deadline");
    fill(FIELD, 0, TOP + 4, width, height - TOP - 8);
    fill(late ? RED : GREEN, 0, TOP + 4, part(taken) * width, height - TOP - 8);
    fill(INK, DEADLINE * width - 1, 3, 2, height - 4);
}
