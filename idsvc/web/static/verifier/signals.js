// How a verdict reaches whoever does not look: announced, felt, and heard if wanted.

const PULSES = { green: [80], amber: [80, 80, 80], grey: [80, 80, 80], red: [250, 100, 250] };
const TONES = { green: [880], amber: [560, 560], grey: [440, 440], red: [330, 330] };

let audio = null;

/** Say a text to a screen reader, even when it is the same text again. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => (announcer.textContent = text), 50);
}

/** Turn the sound on or off; gives whether it is on. */
export function toggleSound() {
  if (audio) {
    audio.close();
    audio = null;
  } else {
    audio = new AudioContext();
  }
  return audio !== null;
}

export function signal(colour) {
  navigator.vibrate?.(PULSES[colour]);
  if (!audio) return;
  TONES[colour].forEach((pitch, index) => {
    const tone = audio.createOscillator();
    const start = audio.currentTime + index * 0.22;
    tone.frequency.value = pitch;
    tone.connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.15);
  });
}
