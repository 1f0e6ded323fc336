// A meeting on the wall: one view after the other with one key, by itself if wanted, and the speaker's clock below.
// What is shown is in #told (web/stage.py); the address holds the step, so that a reload comes back to the same view.
import { Rotation, Speaking, spell } from "./clocks.js";
import { Frames } from "./frames.js";
import { Keys } from "./keys.js";
import { board } from "./board.js";

const TICK_MS = 200;
const STRIP_MS = 3_000;
const SAID_MS = 4_000;
const DRESS = "stage-dress";
const DRESSING = `
  html.stage-still, html.stage-still * { cursor: none !important; }
  .st-key-gm_previous, .st-key-gm_next { display: none !important; }
  html:not(:has([data-test-connection-state="CONNECTED"])) .stDialog { display: none !important; } /* in English */
`;

const told = JSON.parse(document.getElementById("told").textContent);
const steps = told.steps.map((step) => ({ ...step, band: Boolean(step.speaker) }));
const asked = new URLSearchParams(location.search);
const last = steps.length - 1;

let at = -1;
let forward = true;
let waits = true; // nothing of the view is on the wall yet
let black = false;
let typed = ""; // digits of a number that is being typed
let timers = {};

const rotation = new Rotation();
const store = `guanmo-stage ${told.name}`;
const speaking = new Speaking(told.warn_seconds, {
  read: () => { try { return JSON.parse(sessionStorage.getItem(store)); } catch { return null; } },
  write: (value) => { try { sessionStorage.setItem(store, JSON.stringify(value)); } catch { /* it is only kept less long */ } },
});

const on = board(document.getElementById("stage"), told, {
  previous: () => go(at - 1), next: () => go(at + 1), jump: () => list(true), full, end, help: () => help(true),
  rotate, pause: () => pause(!rotation.paused), notes, strip, wake: () => blacken(false), at: () => at, to: (step) => { list(false); go(step); },
});
const frames = new Frames(on.frames, steps, { shown, waiting, lived });
const keys = new Keys({ act: pressed, inList: () => on.list.open, touched, moved, clicked });
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`guanmo-stage ${identity()}`) : null;

// ── from view to view ──────────────────────────────────────────────────────────────────────────────────────────────
function go(to) {
  if (to < 0) return say("已是第一项");
  if (to > last) return say("已是最后一项,按 Home 回到第一项");
  forward = to >= at;
  at = to;
  waits = true;
  rotation.begin(0, performance.now());
  if (speaking.speech?.key !== speechAt(at).key) speaking.begin(null, 0, Date.now());
  remember();
  frames.go(at, near());
  draw();
}

// Those that a key leads to, the likelier one first.
function near() {
  const after = at < last ? at + 1 : rotation.on ? 0 : at;
  const both = forward ? [after, at - 1] : [at - 1, after];
  return [...new Set(both)].filter((step) => step >= 0 && step !== at);
}

function shown() {
  waits = false;
  const step = steps[at];
  on.cover.hidden = Boolean(step.address);
  if (!step.address) on.covered.textContent = `没有“${step.title}”这个页面,请在议程里改正。`;
  // While somebody speaks nothing is taken from the wall.
  rotation.begin(step.speaker ? 0 : step.seconds, performance.now());
  const speech = speechAt(at);
  speaking.begin(speech.key, speech.seconds, Date.now());
  if (document.activeElement?.tagName === "IFRAME") document.activeElement.blur();
  draw();
}

function waiting(step, why) {
  on.cover.hidden = false;
  on.covered.textContent = [`正在打开 ${step + 1} / ${steps.length}:${steps[step].title}`, why].filter(Boolean).join("。");
}

// Views that follow each other with the same speaker are one speech.
function speechAt(step) {
  const { speaker } = steps[step];
  if (!speaker) return { key: null, seconds: 0 };
  let first = step;
  while (first > 0 && steps[first - 1].speaker === speaker) first -= 1;
  let seconds = 0;
  for (let each = first; steps[each]?.speaker === speaker; each += 1) seconds += steps[each].speaker_seconds;
  return { key: `${first + 1} ${speaker}`, seconds };
}

function remember() {
  const address = new URL(location);
  const put = (name, value) => (value ? address.searchParams.set(name, value) : address.searchParams.delete(name));
  put("step", at > 0 ? String(at + 1) : "");
  put("rotate", rotation.on ? "1" : "");
  const { theme } = document.documentElement.dataset;
  if (theme !== told.theme) put("theme", theme);
  history.replaceState(null, "", address);
}

// ── keys and fingers ───────────────────────────────────────────────────────────────────────────────────────────────
// False leaves the key to the page.
function pressed(word, event) {
  if (black) return event.repeat || blacken(false);
  if (on.help.open) return help(false);
  if (event.repeat && !["down", "up"].includes(word)) return undefined; // a key that is held down does not race
  if (/^[0-9]$/.test(word)) return type(word);
  const number = typed;
  if (number) type("");
  if (on.list.open) return inList(word, number);
  const does = {
    next: () => stepWithin() || go(at + 1),
    previous: () => go(at - 1),
    first: () => go(0),
    last: () => go(last),
    enter: () => (number ? numbered(number) : stepWithin() || go(at + 1)),
    space: () => (rotation.on ? pause(!rotation.paused) : stepWithin() || go(at + 1)),
    pause: () => (rotation.on ? pause(!rotation.paused) : say("现在没有自动放映,按 A 键开始")),
    end: () => number || closeWithin() || end(),
    black: () => blacken(true),
    jump: () => list(true),
    help: () => help(true),
    clock: () => speaking.toggle(Date.now()),
    again: () => speaking.again(Date.now()),
    theme: recolour,
    full, rotate, notes,
  }[word];
  does?.();
  draw();
  return undefined;
}

function inList(word, number) {
  const rows = [...on.rows.children];
  const marked = Math.max(0, rows.findIndex((row) => row.classList.contains("marked")));
  const mark = (to) => on.mark(Math.min(Math.max(to, 0), last));
  if (word === "enter") {
    list(false);
    if (number) numbered(number); else go(marked);
  } else if (["end", "jump"].includes(word)) list(false);
  else if (["down", "next"].includes(word)) mark(marked + 1);
  else if (["up", "previous"].includes(word)) mark(marked - 1);
  else if (word === "first") mark(0);
  else if (word === "last") mark(last);
}

function type(digit) {
  typed = digit && (typed + digit).replace(/^0+/, "").slice(0, 3);
  if (typed) say(`转到第 ${typed} 项,按 Enter 确认`);
  else say("");
  clearTimeout(timers.typed);
  timers.typed = setTimeout(() => { typed = ""; }, SAID_MS);
}

function numbered(number) {
  if (Number(number) > steps.length) say(`没有第 ${number} 项,一共 ${steps.length} 项`);
  else go(Number(number) - 1);
}

// What somebody opened on the page since it came up: one thing that fills the wall, or a problem of the list.
function opened() {
  const inner = frames.current()?.element.contentWindow;
  if (!inner?.location?.search) return undefined;
  const now = new URLSearchParams(inner.location.search);
  const agenda = new URLSearchParams(steps[at].address.split("?")[1]);
  return ["card", "problem"].find((name) => now.has(name) && now.get(name) !== agenda.get(name));
}

function closeWithin() {
  const name = opened();
  const page = frames.current()?.element.contentDocument;
  const key = { key: "Escape", code: "Escape", bubbles: true, cancelable: true };
  if (name === "card") page.querySelector(".st-key-gm_leave button")?.click();
  else if (name) page.body.dispatchEvent(new page.defaultView.KeyboardEvent("keydown", key));
  return Boolean(name);
}

// A page with steps of its own (the places of a ranking, the last first) is given the key until all of them are shown.
function stepWithin() {
  const page = frames.current()?.element.contentDocument;
  if (!page?.querySelector("[data-steps]")) return false;
  page.body.dispatchEvent(new page.defaultView.KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  return true;
}

function touched(target) {
  if (target === window) return;
  frames.touch(target);
  if (rotation.on && !rotation.paused) pause(true);
}

// The page's own buttons of the wall: its way out ends the meeting unless something is open on the page, and another
// theme is one for all views.
function clicked(event) {
  const on = (name) => event.isTrusted && event.target.closest?.(`.st-key-gm_${name}`);
  const does = on("leave") && !opened() ? end : on("theme") ? recolour : null;
  if (!does) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  does();
}

function moved(event) {
  if (event.pointerType !== "mouse" || (!event.movementX && !event.movementY)) return;
  strip();
}

// The buttons come, and go again when nobody uses them.
function strip() {
  on.strip.classList.add("there");
  arrow(true);
  clearTimeout(timers.strip);
  timers.strip = setTimeout(() => {
    if (on.strip.contains(document.activeElement) && keys.byKeyboard) return strip();
    on.strip.classList.remove("there");
    return arrow(false);
  }, STRIP_MS);
}

// An arrow that lies still on the wall for an hour is a blot: it goes with the buttons, in the frames too.
function arrow(there, page = document) {
  page.documentElement.classList.toggle("stage-still", !there);
  for (const { contentDocument } of page.querySelectorAll("iframe")) if (contentDocument?.documentElement) arrow(there, contentDocument);
}

// A page is there, or has loaded anew: listen to it, and take away what is not for a hall: what turns pages without the
// stage, and what Streamlit says when the server has gone.
function lived(target) {
  keys.listen(target);
  const page = target.document;
  if (!page.head || page.getElementById(DRESS)) return;
  const style = page.createElement("style");
  style.id = DRESS;
  style.textContent = DRESSING;
  page.head.append(style);
}

// ── what they do ───────────────────────────────────────────────────────────────────────────────────────────────────
function rotate() {
  rotation.turn(!rotation.on, performance.now());
  if (!waits) rotation.begin(steps[at].speaker ? 0 : steps[at].seconds, performance.now());
  frames.near = near();
  remember();
  say(rotation.on ? "自动放映已开始" : "自动放映已停止");
  draw();
}

function pause(paused) {
  rotation.pause(paused, performance.now());
  draw();
}

function blacken(to) {
  black = to;
  on.black.hidden = !to;
}

function list(open) {
  on.show(on.list, open);
}

function help(open) {
  on.show(on.help, open);
}

function full() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  change?.catch(() => say("浏览器没有允许全屏,请按 F11 键"));
}

// Dark for light or the other way round: the view on the wall as it is, the others when they are loaded anew.
function recolour() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  for (const step of steps) {
    const [page, query] = step.address.split("?");
    const choices = new URLSearchParams(query);
    choices.set("theme", root.dataset.theme);
    if (page) step.address = `${page}?${choices}`;
  }
  frames.renew();
  frames.current()?.element.contentDocument?.querySelector(".st-key-gm_theme button")?.click();
  remember();
}

// Go on working on the page that is on the wall, as it is now: its own address without the wall.
function end() {
  const address = frames.current()?.element.contentWindow?.location;
  const within = address?.pathname && address.origin === location.origin ? address.href : steps[at].address || "meeting";
  const page = new URL(within, location);
  page.searchParams.delete("present");
  location.assign(page);
}

function notes() {
  const address = new URL(location);
  address.searchParams.set("notes", "1");
  address.searchParams.set("of", identity());
  if (!window.open(address, "guanmo-notes", "popup,width=900,height=700")) say("浏览器拦截了讲解窗口,请允许弹出窗口");
}

function identity() {
  const name = "guanmo-stage-window";
  try {
    if (!sessionStorage.getItem(name)) sessionStorage.setItem(name, Math.random().toString(36).slice(2));
    return sessionStorage.getItem(name);
  } catch {
    return "only";
  }
}

// ── what is written on it ──────────────────────────────────────────────────────────────────────────────────────────
function say(words) {
  on.said.textContent = words;
  on.said.hidden = !words;
  clearTimeout(timers.said);
  timers.said = setTimeout(() => { on.said.hidden = true; }, SAID_MS);
}

function draw() {
  const now = performance.now();
  if (waits || black || on.list.open || on.help.open) rotation.hold(now); else rotation.release(now);
  const left = rotation.left(now);
  if (left === 0) return go(at < last ? at + 1 : 0);
  const step = steps[at];

  on.progress.hidden = left === null;
  if (left !== null) on.progress.style.transform = `scaleX(${1 - left / rotation.seconds})`;
  on.stays.textContent = !rotation.on ? "" : rotation.paused ? "已暂停" : left === null ? "等待按键" : `还剩${spell(Math.ceil(left))}`;
  on.where.textContent = `${at + 1} / ${steps.length}  ${step.title}`;
  on.paused.hidden = !(rotation.on && rotation.paused);
  on.pause.hidden = !rotation.on;
  on.pause.textContent = rotation.paused ? "继续" : "暂停";
  on.rotate.textContent = rotation.on ? "停止自动" : "自动放映";
  on.cut.hidden = waits || !frames.isCut();

  const says = speaking.says(Date.now());
  on.band.hidden = !step.speaker;
  on.speaker.textContent = step.speaker;
  on.band.dataset.state = says ? (says.stopped ? "stopped" : says.state) : "running";
  on.words.textContent = says?.words ?? "";
  on.figures.textContent = says?.figures ?? "";
  channel?.postMessage({ at, words: says?.words ?? "", figures: says?.figures ?? "", state: on.band.dataset.state });
  return undefined;
}

channel?.addEventListener("message", ({ data }) => {
  if (data?.does in { next: 1, previous: 1, first: 1, last: 1 }) pressed(data.does, {});
});
if (asked.get("rotate") === "1") rotation.turn(true, performance.now());
go(Math.min(Math.max(Math.trunc(Number(asked.get("step"))) || 1, 1), steps.length) - 1);
setInterval(draw, TICK_MS);
strip();
