// The views: ordinary pages of the app in frames, at most three alive. The one on the wall is loaded first; when it is
// there, the next and the one before are got ready at full size behind it, so that a key only has to uncover them.

const LOOK_MS = 100; // how often a page that is loading is looked at
const IDLE_MS = 500;
const CALM_MS = 250; // after a view came up, before the machine is kept busy with the next
const HURRY_MS = 150; // somebody who leafs through does not want every page between
const AGAIN_MS = 3_000; // a page that could not be loaded is asked for again
const LONG_MS = 10_000; // what is still being drawn by then is shown as far as it is
const MUTE_MS = 20_000; // and nothing of the app by then is taken for not loaded

const WHOLE = '.gm-foot, .gm-stop, [data-testid="stException"]'; // the foot, or what stands there instead of a page
const LIVE = 3;

export class Frames {
  // `steps`: address and whether the speaker's band takes room of it. `tell`: shown(at), waiting(at, why), lived(frame).
  constructor(box, steps, tell) {
    Object.assign(this, { box, steps, tell, held: new Map(), at: -1, near: [], shown: -1, since: 0 });
    this.look();
  }

  // Put that view on the wall; `near` are those to get ready, the likeliest first.
  go(at, near) {
    const left = this.at;
    this.at = at;
    this.near = near;
    this.since = performance.now();
    // What somebody clicked in it stays only as long as it is on the wall.
    if (left !== at && this.held.get(left)?.touched) this.held.get(left).stale = true;
    if (this.held.get(at)?.stale && !this.isAlone()) this.drop(at);
    if (this.held.get(at)?.ready || !this.steps[at].address) this.uncover();
    else this.tell.waiting(at, "");
    this.soon(left < 0 ? 0 : this.shown === at ? CALM_MS : LOOK_MS);
  }

  current() {
    return this.held.get(this.at);
  }

  touch(window) {
    for (const frame of this.held.values()) if (frame.element.contentWindow === window) frame.touched = true;
  }

  // The addresses have changed: all but the view on the wall are loaded anew.
  renew() {
    for (const [at, frame] of this.held) frame.stale = at !== this.at || !frame.ready;
  }

  uncover() {
    for (const [at, { element }] of this.held) {
      element.classList.toggle("shown", at === this.at);
      element.inert = at !== this.at;
    }
    this.shown = this.at;
    this.since = performance.now();
    this.tell.shown(this.at);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), wait);
  }

  // One look at all frames, and one thing done: never two pages loading at once.
  look() {
    const now = performance.now();
    for (const [at, frame] of this.held) this.watch(at, frame, now);
    const loading = [...this.held.values()].some((frame) => !frame.ready);
    if (this.at >= 0 && now - this.since >= (this.shown === this.at ? CALM_MS : HURRY_MS)) this.tidy(loading);
    this.soon(loading || this.shown !== this.at ? LOOK_MS : IDLE_MS);
  }

  tidy(loading) {
    const wanted = [this.at, ...this.near].filter((at) => this.steps[at].address).slice(0, LIVE);
    // Without a server there is nothing to be had for what is dropped.
    const alone = this.isAlone() && this.held.size < LIVE + 1;
    for (const [at, frame] of this.held) if (!alone && (frame.stale || !wanted.includes(at))) this.drop(at);
    const missing = wanted.find((at) => !this.held.has(at));
    if (missing === undefined) return;
    if (missing === this.at) for (const [at, frame] of this.held) if (!frame.ready) this.drop(at);
    if (missing === this.at || (!alone && !loading && this.shown === this.at)) this.load(missing);
  }

  load(at) {
    const element = document.createElement("iframe");
    const { address, band } = this.steps[at];
    element.title = this.steps[at].title;
    element.classList.toggle("above-band", band);
    element.dataset.step = at + 1;
    element.inert = true;
    element.allow = "fullscreen";
    element.src = address; // before it is in the page: not one more step for the browser's way back
    const frame = { element, ready: false, touched: false, loaded: false, since: performance.now() };
    element.addEventListener("load", () => {
      frame.loaded = true;
      if (pageOf(element)) this.tell.lived(element.contentWindow);
    });
    this.held.set(at, frame);
    this.box.append(element);
  }

  drop(at) {
    this.held.get(at).element.remove();
    this.held.delete(at);
  }

  watch(at, frame, now) {
    const page = pageOf(frame.element);
    if (page) this.tell.lived(frame.element.contentWindow);
    if (frame.ready) return;
    const took = now - frame.since;
    if (page && (isWhole(page) || (took > LONG_MS && page.querySelector(WHOLE)))) {
      frame.ready = true;
      frame.element.dataset.ready = "1";
      if (at === this.at) this.uncover();
      return;
    }
    const failed = (frame.loaded && !page?.querySelector("#root")) || (took > MUTE_MS && !appOf(page));
    if (at === this.at && (failed || (took > AGAIN_MS && isCut(page)))) this.tell.waiting(at, "与服务器的连接断了,正在重新连接");
    if (failed && took > AGAIN_MS) {
      this.drop(at);
      if (at === this.at) this.load(at);
    }
  }

  isAlone() {
    return [...this.held.values()].some((frame) => frame.ready && isCut(pageOf(frame.element)));
  }

  // Whether the server has gone from the page that is on the wall.
  isCut() {
    const frame = this.current();
    return Boolean(frame?.ready && isCut(pageOf(frame.element)));
  }
}

// The document in a frame; null when it is none of ours: the browser's own page about a server that is not there.
function pageOf(element) {
  try {
    return element.contentDocument;
  } catch {
    return null;
  }
}

function appOf(page) {
  return page?.querySelector('[data-testid="stApp"]');
}

function isWhole(page) {
  const app = appOf(page);
  if (!app || !page.querySelector(WHOLE) || app.getAttribute("data-test-script-state") === "running") return false;
  if (page.querySelector('[data-testid="stSkeleton"]')) return false;
  const charts = [...page.querySelectorAll('[data-testid="stPlotlyChart"]')];
  return charts.every((chart) => chart.querySelector(".main-svg")) && [...page.querySelectorAll("iframe")].every(isDrawn);
}

// Whether the map in a page's frame has drawn its first view, or said why it cannot.
function isDrawn(inner) {
  const map = pageOf(inner)?.getElementById("map_div");
  return !inner.src.includes("streamlit_folium") || Boolean(map && (map.dataset.turn || map.dataset.failed));
}

function isCut(page) {
  const app = appOf(page);
  return Boolean(app) && app.getAttribute("data-test-connection-state") !== "CONNECTED";
}
