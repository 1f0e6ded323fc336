// Clicks on a chart's marks go to the server; swipes stay with the page.
export default function ({ data, setTriggerValue }) {
  const box = document.querySelector(`.st-key-${data.chart}`);
  if (!box) return undefined;
  const listening = new Map();
  let down = null;

  const meaning = (event) => {
    const kept = event.points && event.points[0] && event.points[0].customdata;
    const last = Array.isArray(kept) ? kept[kept.length - 1] : null;
    return typeof last === "string" ? last : "";
  };
  // plotly takes the end of a swipe for a click, and tells of a finger twice: as itself and as the mouse it stands for.
  const clicked = (event) => {
    if (!down) return;
    down = null;
    const code = meaning(event);
    if (code) setTriggerValue("pick", code);
  };
  const layers = (chart, cursor) =>
    chart.querySelectorAll(".nsewdrag").forEach((layer) => (layer.style.cursor = cursor));

  // The chart is drawn after this runs, and anew when its figures change: looked for when the pointer gets there.
  const listen = () => {
    const chart = box.querySelector(".js-plotly-plot");
    if (!chart || !chart.on || listening.has(chart)) return;
    const over = (event) => layers(chart, meaning(event) ? "pointer" : "");
    const out = () => layers(chart, "");
    listening.set(chart, { plotly_click: clicked, plotly_hover: over, plotly_unhover: out });
    Object.entries(listening.get(chart)).forEach(([name, heard]) => chart.on(name, heard));
  };
  const pressed = (event) => {
    listen();
    down = { clientX: event.clientX, clientY: event.clientY };
  };
  const moved = (event) => {
    if (down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 12) down = null;
  };
  const dropped = () => {
    down = null;
  };
  box.addEventListener("pointerover", listen);
  box.addEventListener("pointerdown", pressed, true);
  document.addEventListener("pointermove", moved, true);
  document.addEventListener("pointercancel", dropped, true);
  return () => {
    box.removeEventListener("pointerover", listen);
    box.removeEventListener("pointerdown", pressed, true);
    document.removeEventListener("pointermove", moved, true);
    document.removeEventListener("pointercancel", dropped, true);
    listening.forEach((heard, chart) => {
      if (!chart.removeListener) return; // the chart was taken away first
      Object.entries(heard).forEach(([name, each]) => chart.removeListener(name, each));
    });
  };
}
