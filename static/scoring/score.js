// What makes scoring quicker where scripts run: − and +, a slider, the sum, and sending again when the network is gone.
// Without it the form is fields and a button, and the server does the rest.
"use strict";
const form = document.querySelector("form[data-stop]");
if (form) {
  const fields = [...form.querySelectorAll("input[data-most]")];
  const sum = form.querySelector(".sum"), send = form.querySelector(".send"), told = form.querySelector(".told.net");
  const number = (field) => /^\d{1,3}$/.test(field.value.trim()) ? Number(field.value) : null;
  const sliders = new Map();
  const show = () => {
    const values = fields.map(number), known = values.filter((value) => value !== null);
    sum.hidden = known.length === 0;
    sum.querySelector("b").textContent = known.reduce((all, value) => all + value, 0);
    sum.querySelector("small").textContent = known.length < values.length ? `还有${values.length - known.length}项没有打` : "";
    fields.forEach((field, at) => {
      const slider = sliders.get(field);
      if (values[at] !== null) slider.value = values[at];
      slider.classList.toggle("unset", values[at] === null); // where its knob is says nothing yet
    });
  };
  for (const field of fields) {
    const most = Number(field.dataset.most);
    const put = (value) => { field.value = Math.min(most, Math.max(0, value)); show(); };
    // The first press starts from the middle: neither end is suggested, and neither is far.
    const middle = Math.round(most / 2);
    const step = (by) => { const now = number(field); put(now === null ? middle : now + by); };
    const button = (sign, by) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = sign;
      made.setAttribute("aria-label", `${field.dataset.name}${by < 0 ? "减" : "加"}1分`);
      made.addEventListener("click", () => step(by));
      return made;
    };
    field.before(button("−", -1));
    field.after(button("+", 1));
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: most, step: 1, value: middle });
    slider.setAttribute("aria-label", `${field.dataset.name},0到${most}分`);
    slider.addEventListener("input", () => put(Number(slider.value)));
    field.parentElement.after(slider);
    sliders.set(field, slider);
    field.addEventListener("input", show);
  }
  show();

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    const body = new URLSearchParams(new FormData(form));
    for (let turn = 0; turn < 60; turn += 1) {
      try {
        const signal = AbortSignal.timeout ? AbortSignal.timeout(10000) : undefined;
        const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", signal });
        if (answer.type === "opaqueredirect") { location.replace(form.dataset.stop); return; }
        if (answer.status < 500) break; // a sentence of the server's: it is shown by sending the form as usual
      } catch { /* not reached: told and tried again */ }
      told.hidden = false;
      await wait(2000);
    }
    form.submit();
  });
  window.addEventListener("pageshow", () => { send.disabled = false; });
}
