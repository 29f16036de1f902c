// What sounds: one place in the music, and what is heard there.
//
// Every sound is a decoded buffer, and the audio clock is the only clock. To switch, the new buffers
// are started at the place where the old ones will be a moment later, and both are faded over
// milliseconds: the beat goes on, to the sample. Audio elements could not do that: each begins when
// it likes, and a page opened from disk may not hand their sound to Web Audio.

// Seconds from a click until the new sound begins, so that it is scheduled and not late; and of the
// fade. The fade is linear, for sounds that are compared are alike.
const AHEAD = 0.03;
const FADE = 0.012;

const transport = {
  context: null,
  volume: null,
  // What is heard: {length, sources, gain}, or null where nothing is.
  heard: null,
  // While playing, the place was `place` when the audio clock showed `since`.
  place: 0,
  since: 0,
  playing: false,
  loudness: 0.8,

  // Makes the audio context; browsers let it sound only after a click or a key.
  wake() {
    if (!this.context) {
      // At the sounds' own rate, so that decoding does not resample.
      this.context = new AudioContext({ sampleRate: RATE });
      this.volume = this.context.createGain();
      this.volume.gain.value = this.loudness;
      this.volume.connect(this.context.destination);
    }
    if (this.context.state !== "running") this.context.resume();
    return this.context;
  },

  // Seconds from the music's beginning at a time of the audio clock.
  placeAt(time) {
    if (!this.playing) return this.place;
    const length = this.heard ? this.heard.length : Infinity;
    return (this.place + Math.max(0, time - this.since)) % length;
  },

  now() {
    return this.context ? this.placeAt(this.context.currentTime) : this.place;
  },

  // Plays parts, each {buffer, gain}, from the present place on, or from another one.
  play(parts, length, from) {
    const context = this.wake();
    const when = context.currentTime + AHEAD;
    let place = from === undefined ? this.placeAt(when) : from;
    if (!(place < length)) place = 0;
    this.fadeOut(when);
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, when);
    gain.gain.linearRampToValueAtTime(1, when + FADE);
    gain.connect(this.volume);
    const sources = parts.map((part) => {
      const source = context.createBufferSource();
      source.buffer = part.buffer;
      source.loop = true;
      // What was decoded may be some samples longer than the music.
      source.loopEnd = length;
      const level = context.createGain();
      level.gain.value = part.gain;
      source.connect(level).connect(gain);
      source.start(when, place);
      return source;
    });
    this.heard = { length, sources, gain };
    this.place = place;
    this.since = when;
    this.playing = true;
  },

  stop() {
    if (!this.playing) return;
    this.place = this.now();
    this.playing = false;
    this.fadeOut(this.context.currentTime);
  },

  fadeOut(when) {
    if (!this.heard) return;
    const { sources, gain } = this.heard;
    gain.gain.cancelScheduledValues(when);
    gain.gain.setValueAtTime(1, when);
    gain.gain.linearRampToValueAtTime(0, when + FADE);
    for (const source of sources) source.stop(when + FADE);
    sources[0].onended = () => gain.disconnect();
    this.heard = null;
  },

  setVolume(value) {
    this.loudness = value;
    if (this.volume) this.volume.gain.setTargetAtTime(value, this.context.currentTime, 0.01);
  },
};
