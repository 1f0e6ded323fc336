"""What a wall must not do, looked up in the browser: cut, scroll, write small; used by test_wall.py.

In: a page that has settled. Out: findings as lists, all empty when the wall is right.
"""

from __future__ import annotations

SIZES = ((1920, 1080), (1366, 768), (3840, 2160), (3840, 1080), (5120, 1440))
TYPE_PX, FIGURE_PX, SOURCE_PX = 28, 64, 20  # on 1080 lines

# What may be smaller than TYPE_PX: the line with source and version, as SOURCE_PX, and buttons, which are for whoever
# sits at the desk and not for the hall.
SMALLER = ".gm-foot, button"
# What moves within a window on purpose: names that are drawn, a ranking that rolls for ever.
WINDOWS = ".gm-window, .gm-reel"

# Every figure is as large as the place that it is drawn in.
DRAWN = """() => [...document.querySelectorAll('.stPlotlyChart')].every(chart => {
  const plot = chart.querySelector('.js-plotly-plot');
  return plot && plot.querySelector('.main-svg')
    && Math.abs(plot.querySelector('.main-svg').getBoundingClientRect().height
      - chart.closest('[data-testid="stElementContainer"]').getBoundingClientRect().height) < 4;
})"""

CUT = """windows => {
  const found = [], main = document.querySelector('[data-testid="stMain"]');
  const about = el => `${el.className} ${el.textContent.trim().slice(0, 30)}`;
  const shown = el => el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  for (const each of [document.documentElement, document.body, main])
    if (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1) found.push(`page: ${each.tagName}`);
  for (const el of main.querySelectorAll('*')) {
    if (el.closest('.js-plotly-plot, .gm-spark, ' + windows) || !shown(el)) continue;
    const style = getComputedStyle(el);
    if (el.clientWidth < 2 || el.clientHeight < 2) continue;
    if ((style.overflowY !== 'visible' && el.scrollHeight > el.clientHeight + 1)
      || (style.overflowX !== 'visible' && el.scrollWidth > el.clientWidth + 1)) found.push(`cut: ${about(el)}`);
  }
  const foot = document.querySelector('.gm-foot').getBoundingClientRect();
  if (foot.bottom > innerHeight + 1 || foot.top < innerHeight / 2) found.push('foot is not at the bottom');
  for (const plot of main.querySelectorAll('.js-plotly-plot'))
    if (plot.getBoundingClientRect().bottom > foot.top + 2) found.push('chart below the foot');
  const words = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const el = words.currentNode.parentElement, said = words.currentNode.textContent.trim();
    if (!said || el.closest('style, .gm-foot, ' + windows) || !shown(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width < 1 || parseFloat(getComputedStyle(el).fontSize) < 1) continue;
    const plot = el.closest('.js-plotly-plot');
    const edge = plot ? plot.getBoundingClientRect() : { left: 0, top: 0, right: innerWidth, bottom: foot.top };
    if (box.left < edge.left - 3 || box.right > edge.right + 3 || box.top < edge.top - 3 || box.bottom > edge.bottom + 3)
      found.push(`outside: ${said.slice(0, 30)}`);
  }
  return found;
}"""

SMALL = """([least, smaller]) => {
  const found = new Set();
  const words = document.createTreeWalker(document.querySelector('[data-testid="stMain"]'), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const el = words.currentNode.parentElement, said = words.currentNode.textContent.trim();
    if (!said || el.closest('style, ' + smaller) || !el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    if (range.getBoundingClientRect().width < 1) continue;
    const plot = el.closest('.js-plotly-plot');
    const zoom = plot ? plot.getBoundingClientRect().width / plot.offsetWidth : 1;
    const size = parseFloat(getComputedStyle(el).fontSize) * zoom;
    if (size > 0.5 && size < least - 0.2) found.add(`${size.toFixed(1)}px ${said.slice(0, 20)}`);
  }
  return [...found];
}"""

FIGURES = """least => [...document.querySelectorAll('[data-testid="stMain"] :is(.gm-card .gm-value, .gm-bigcard .gm-value):not(.gm-missing)')]
  .filter(each => each.checkVisibility() && parseFloat(getComputedStyle(each).fontSize) < least - 0.2)
  .map(each => `${getComputedStyle(each).fontSize} ${each.textContent}`)"""

# As-of date and source are there, can be read and lie within the screen.
SAID = """least => ['.gm-fresh', '.gm-foot'].filter(name => {
  const each = document.querySelector(name);
  const box = each.getBoundingClientRect();
  return !(each.checkVisibility() && box.top >= 0 && box.bottom <= innerHeight + 1 && box.left >= 0 && box.right <= innerWidth + 1
    && parseFloat(getComputedStyle(each).fontSize) >= least - 0.2);
})"""

# The choosers of a page's parts are there on the wall too, unseen: {name in the address: options}.
PARTS = """names => Object.fromEntries(names.flatMap(name => {
  const box = document.querySelector(`[data-testid="stMain"] .st-key-${name} [data-testid="stButtonGroup"]`);
  return box ? [[name, [...box.querySelectorAll('button')].map(each => each.textContent.trim())]] : [];
}))"""
