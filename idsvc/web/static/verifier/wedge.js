// A hand scanner that types: many keys in one go, often ended by Enter. The page has nothing to type into, so whatever
// comes without a pause is a scan; single keys keep their meaning.

const SHORTEST = 20;
const PAUSE_MS = 250;

/** Call `take(text)` for each scan that was typed or pasted anywhere in the page. */
export function listen(take) {
  let typed = "";
  let last = 0;
  let quiet = 0;
  const finish = () => {
    clearTimeout(quiet);
    const text = typed.trim(); // a space or two may have pressed a button just before
    typed = "";
    if (text.length >= SHORTEST) take(text);
  };
  document.addEventListener(
    "keydown",
    (event) => {
      const goesOn = event.timeStamp - last < PAUSE_MS;
      last = event.timeStamp;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (!goesOn) typed = "";
      if (event.key === "Enter" && typed.length >= SHORTEST) {
        event.preventDefault();
        finish();
      } else if (event.key.length === 1) {
        typed += event.key;
        // from the third key on it is a scanner: its spaces must not press the button in focus
        if (typed.length > 2) event.preventDefault();
        clearTimeout(quiet);
        quiet = setTimeout(finish, PAUSE_MS);
      }
    },
    { capture: true },
  );
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").trim();
    if (text.length >= SHORTEST) take(text);
  });
}
