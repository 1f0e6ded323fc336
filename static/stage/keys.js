// Keys of the stage, wherever the focus is: in the stage, in a page's frame, or in the map's frame within it. They are
// caught before the page's own, which would turn pages inside the stage. Who types keeps the keys.

const KEYS = {
  ArrowRight: "next", PageDown: "next", Enter: "enter", " ": "space",
  ArrowLeft: "previous", PageUp: "previous", Backspace: "previous",
  Home: "first", End: "last",
  f: "full", F5: "full", // what the start button of a clicker sends
  b: "black", ".": "black", "。": "black",
  g: "jump", p: "pause", a: "rotate", t: "clock", r: "again", n: "notes", d: "theme",
  h: "help", "?": "help", "\uff1f": "help",
  Escape: "end",
  c: "nothing", // Streamlit would ask, in English, whether to empty its caches
};
const ALWAYS = ["PageDown", "PageUp", "F5"]; // nobody types these: a clicker works while a field has the focus
const IN_LIST = { ArrowDown: "down", ArrowUp: "up" };
const TYPING = 'input:not([type="checkbox"], [type="radio"], [type="button"], [type="range"]), textarea, select, '
  + '[contenteditable="true"], [role="listbox"], [role="menu"]';

// What a key means, by the name that browsers give it; a Chinese input method hides the names of letters.
function meaning(event, inList) {
  const hidden = ["Process", "Unidentified"].includes(event.key);
  const key = hidden ? { Period: "." }[event.code] ?? event.code.replace(/^(Key|Digit|Numpad)/, "") : event.key;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (/^[0-9]$/.test(name)) return name;
  return (inList && IN_LIST[name]) || KEYS[name];
}

function isTyping(event) {
  const at = event.composedPath()[0];
  const field = at?.closest?.(TYPING); // of another window: instanceof would not know it
  // A closed list of choices keeps the focus after somebody chose: nothing is typed there.
  return Boolean(field) && !(at.getAttribute("role") === "combobox" && at.getAttribute("aria-expanded") === "false" && !at.value);
}

export class Keys {
  // `act(word, event)` is called once a press; `inList()` says whether a list of our own is open; `touched(window)`:
  // somebody clicked, touched or turned the wheel there; `moved(event)`, `clicked(event)`: the pointer.
  constructor({ act, inList, touched, moved, clicked }) {
    Object.assign(this, { act, inList, touched, moved, clicked, seen: new WeakSet(), byKeyboard: false });
    this.listen(window);
  }

  // Listen in a window and in the frames within it. A frame that loads has a new document and loses its listeners.
  listen(target, top = target) {
    let page;
    try {
      page = target.document;
    } catch {
      return; // the browser's own page about a server that is not there
    }
    if (page && !this.seen.has(page)) {
      this.seen.add(page);
      target.addEventListener("keydown", (event) => this.pressed(event), true);
      target.addEventListener("keyup", (event) => this.swallow(event), true);
      for (const name of ["pointerdown", "wheel"]) {
        target.addEventListener(name, (event) => this.pointed(event, top), { capture: true, passive: true });
      }
      target.addEventListener("pointermove", this.moved, { capture: true, passive: true });
      target.addEventListener("click", this.clicked, true);
    }
    if (target !== window) for (let at = 0; at < target.length; at += 1) this.listen(target[at], top);
  }

  pointed(event, top) {
    this.byKeyboard = false;
    if (event.isTrusted) this.touched(top, event);
  }

  pressed(event) {
    if (!event.isTrusted || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Tab") this.byKeyboard = true;
    const word = meaning(event, this.inList());
    if (!word || (isTyping(event) && !ALWAYS.includes(event.key))) return;
    // Who came to a button by the keyboard presses it by the keyboard.
    const on = event.composedPath()[0];
    if (this.byKeyboard && ["enter", "space"].includes(word) && on?.closest?.("button, a, input, [role], [tabindex]")) return;
    if (this.act(word, event) === false) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // A button is pressed when the space bar comes up: not when the stage has taken the key.
  swallow(event) {
    if (event.key === " " && event.isTrusted && !this.byKeyboard && !isTyping(event)) event.preventDefault();
  }
}
