// Keys and clicks that lead through a list. Keys are caught before the page's own (←/→ turn pages on the wall), and left
// to whoever types or steps through options.
const typing = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"], '
  + '[role="combobox"], [role="listbox"], [role="menu"], [role="dialog"]';
const stepping = '[type="radio"], [role="radio"], [role="slider"], [role="tab"]';
let now = null; // what the keys mean since the last run, and whom to tell

const pressed = (event) => {
  if (!now || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const move = now.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!move) return;
  const at = event.composedPath()[0];
  if (at instanceof Element && (at.closest(typing) || (event.key.startsWith("Arrow") && at.closest(stepping)))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) now.tell("move", move);
};

// What names a thing of the list is a link to it: a click with nothing held opens it without loading the page anew.
const clicked = (event) => {
  if (!now || event.ctrlKey || event.shiftKey || event.metaKey || event.button !== 0) return;
  const named = event.target instanceof Element && event.target.closest(`[data-${now.opens}]`);
  if (!named) return;
  event.preventDefault();
  now.tell("open", named.dataset[now.opens]);
};

// Called anew after every run, without the cleaning up of the time before: the same two listeners serve all of them.
// Keys of a page that the stage shows in a frame are the stage's.
export default function ({ data, parentElement, setTriggerValue }) {
  const keys = data.alone && window.parent !== window ? {} : data.keys;
  const mine = { keys, opens: data.opens, tell: setTriggerValue };
  now = mine;
  window.addEventListener("keydown", pressed, true);
  document.addEventListener("click", clicked, true);
  parentElement.dataset.listens = ""; // from now on a key counts: tests wait for it
  return () => {
    if (now !== mine) return;
    now = null;
    window.removeEventListener("keydown", pressed, true);
    document.removeEventListener("click", clicked, true);
  };
}
