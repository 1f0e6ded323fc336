// What stands on the stage beside the views: the band of whoever speaks, buttons, lists, signs. It is built here once;
// stage.js says what is written on it. Every text goes in as text.

const KEYS = [
  ["→  空格  PageDown  Enter", "下一项"],
  ["←  PageUp  退格", "上一项"],
  ["Home  End", "第一项、最后一项"],
  ["数字 + Enter", "转到这一项"],
  ["G", "目录"],
  ["A", "自动放映:开始、停止"],
  ["空格  P", "自动放映时:暂停、继续"],
  ["B  .", "黑屏,按任意键恢复"],
  ["T", "发言计时:停、继续"],
  ["R", "发言计时:重新开始"],
  ["F  F5", "全屏"],
  ["D", "换深色或浅色"],
  ["N", "讲解窗口(提词,不上大屏)"],
  ["Esc", "结束放映;全屏时先退出全屏"],
];

export function element(tag, given = {}, ...within) {
  const made = document.createElement(tag);
  const { data, ...rest } = given;
  Object.assign(made, rest);
  Object.assign(made.dataset, data);
  made.append(...within);
  return made;
}

export function button(words, does, given = {}) {
  const made = element("button", { type: "button", textContent: words, ...given });
  made.addEventListener("click", (event) => {
    // Keys go to the stage again, and not to the button that was clicked.
    if (event.detail > 0) made.blur();
    does();
  });
  return made;
}

export function board(stage, told, does) {
  const on = {
    frames: element("div", { className: "frames" }),
    covered: element("p"),
    progress: element("div", { className: "progress", hidden: true }),
    edge: element("div", { className: "edge" }),
    said: element("div", { className: "sign said", role: "status", hidden: true }),
    paused: button("已暂停 · 按空格继续", does.pause, { className: "sign paused", hidden: true }),
    cut: element("div", { className: "sign cut", role: "status", hidden: true, textContent: "与服务器的连接断了,正在重新连接" }),
    speaker: element("b"),
    words: element("span", { className: "words" }),
    figures: element("span", { className: "figures" }),
    where: element("span", { className: "where" }),
    stays: element("span", { className: "stays" }),
    pause: button("暂停", does.pause),
    rotate: button("自动放映", does.rotate),
    black: element("div", { className: "black", hidden: true }),
    rows: element("ol"),
  };
  on.cover = element("div", { className: "cover", hidden: true }, on.covered);
  on.band = element("div", { className: "band", hidden: true }, element("span", { className: "who" }, "发言 ", on.speaker), on.words, on.figures);
  on.strip = element(
    "div",
    { className: "strip", role: "toolbar", ariaLabel: "放映" },
    on.where, on.stays,
    button("上一项", does.previous), button("下一项", does.next), on.pause, on.rotate, button("目录", does.jump),
    button("讲解", does.notes), button("全屏", does.full), button("按键", does.help), button("结束", does.end),
  );
  on.list = element("dialog", { className: "panel list", ariaLabel: "目录" }, element("h2", { textContent: told.name }), on.rows);
  on.help = element("dialog", { className: "panel", ariaLabel: "按键" }, element("h2", { textContent: "按键" }), keysTable());
  told.steps.forEach((step, at) => on.rows.append(row(step, at, does)));

  on.mark = (to) => [...on.rows.children].forEach((each, at) => {
    each.classList.toggle("marked", at === to);
    if (at !== to) return;
    each.firstChild.focus({ preventScroll: true });
    each.scrollIntoView({ block: "nearest" });
  });
  // `show` and not `showModal`: that would make the frames behind inert, and draw them anew.
  on.show = (panel, open) => {
    if (panel === on.list) [...on.rows.children].forEach((each, at) => each.toggleAttribute("data-current", at === does.at()));
    if (open === panel.open) return;
    if (open) panel.show(); else panel.close();
    if (open && panel === on.list) on.mark(does.at());
    if (!open) document.activeElement?.blur();
  };
  on.black.addEventListener("pointerdown", does.wake);
  for (const area of [on.edge, on.band]) area.addEventListener("pointerdown", does.strip);
  for (const panel of [on.list, on.help]) {
    panel.append(button("关闭", () => on.show(panel, false), { className: "close" }));
    panel.addEventListener("cancel", (event) => event.preventDefault());
  }
  stage.append(
    on.frames, on.cover, on.band, on.edge, on.progress, on.cut, on.paused, on.said, on.strip, on.list, on.help, on.black,
  );
  return on;
}

function row(step, at, does) {
  const made = button("", () => does.to(at));
  made.append(
    element("span", { className: "number", textContent: String(at + 1) }),
    element("span", { textContent: step.title }),
    element("small", { textContent: step.speaker }),
  );
  return element("li", {}, made);
}

function keysTable() {
  const rows = KEYS.map(([keys, words]) => element("tr", {}, element("th", { textContent: keys }), element("td", { textContent: words })));
  return element("table", {}, ...rows);
}
