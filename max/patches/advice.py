"""What one sees, and what to do: the same in help patches of both hosts."""

from __future__ import annotations

#: Without semicolons, after which comments in Pure Data begin a new line.
ADVICE = (
    (
        "It stays at connecting",
        "Does sideman serve run, on the host and port that the object has? Does a firewall let UDP "
        "through? The output text says what is known.",
    ),
    (
        "text: Nobody listens on …",
        "The machine answers, and no server runs there. In a terminal on it: sideman serve. Is it "
        "the right port?",
    ),
    (
        "macOS 15 or newer finds no server on another machine",
        "System Settings, Privacy & Security, Local Network: allow the program that you play in, "
        "and start it again.",
    ),
    (
        "text: Another client plays.",
        "A server plays with one sideman~ at a time, and one in another tab or patch counts too. "
        "Send stop to that one, or start a second server on another port.",
    ),
    (
        "It plays, and you hear nothing",
        "Is audio on? Is gain above 0, and bypass 0? After panic, press start. Is the stem's name "
        "one of known? A new session needs some seconds of your playing.",
    ),
    (
        "late grows, or cycle is beyond ahead",
        "The server is too slow for this lead. Send lead auto and margin safe, choose a larger "
        "step, or run sideman doctor on the server's machine.",
    ),
    (
        "lost or contextlost grows",
        "The network loses packets: use a cable, or a Wi-Fi of your own. If it is lost alone, the "
        "server may be too slow for the step, and text says which steps are not answered: choose a "
        "larger step, fewer stems, or a faster machine.",
    ),
    (
        "It is early or late, always alike",
        "Set latency to the samples that your sound card takes, in and out together.",
    ),
    (
        "A value is refused",
        "The console says what would do. step and lead are counted in columns of 93 ms, the unit "
        "of the model, and latency in samples.",
    ),
)
