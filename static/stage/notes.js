// The window of whoever presents: what is said to the view on the wall, what comes next, the clock. It follows the stage
// that opened it, and its keys turn that one's views.
import { element } from "./board.js";

const told = JSON.parse(document.getElementById("told").textContent);
const asked = new URLSearchParams(location.search);
const channel = new BroadcastChannel(`guanmo-stage ${asked.get("of") || "only"}`);
const KEYS = { ArrowRight: "next", PageDown: "next", " ": "next", Enter: "next", ArrowLeft: "previous", PageUp: "previous", Home: "first", End: "last" };

const where = element("p", { className: "where" });
const title = element("h1");
const say = element("p", { className: "say" });
const next = element("p", { className: "next" });
const clock = element("p", { className: "clock" });
document.getElementById("notes").append(element("header", {}, where, clock), title, say, next);
document.documentElement.classList.add("at-desk");

function draw({ at, words, figures, state }) {
  const step = told.steps[at];
  if (!step) return;
  const after = told.steps[at + 1];
  where.textContent = `${told.name}  ${at + 1} / ${told.steps.length}`;
  title.textContent = step.title;
  say.textContent = step.say || "(这一项没有写讲解词)";
  next.textContent = after ? `下一项:${after.title}` : "这是最后一项";
  clock.textContent = [step.speaker, words, figures].filter(Boolean).join("  ");
  clock.dataset.state = state;
}

channel.addEventListener("message", ({ data }) => {
  if (Number.isInteger(data?.at)) draw(data);
});
window.addEventListener("keydown", (event) => {
  const does = KEYS[event.key];
  if (!does || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  channel.postMessage({ does });
});
draw({ at: Math.max(0, Math.trunc(Number(asked.get("step"))) - 1 || 0), words: "", figures: "", state: "running" });
