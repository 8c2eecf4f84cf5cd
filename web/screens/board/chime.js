// SPDX-License-Identifier: GPL-3.0-or-later
/** @type {AudioContext | null} */
let audio = null;

/** Two tones. Browsers play none before somebody has touched the page. */
export function chime() {
  audio ??= new AudioContext();
  const from = audio.currentTime;
  [660, 880].forEach((frequency, i) => {
    const context = /** @type {AudioContext} */ (audio), tone = context.createOscillator(), volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.2, from + i * 0.25);
    volume.gain.exponentialRampToValueAtTime(0.001, from + i * 0.25 + 0.24);
    tone.connect(volume).connect(context.destination);
    tone.start(from + i * 0.25);
    tone.stop(from + i * 0.25 + 0.25);
  });
}
