/* Time in the browser: a slider with step keys and play, small maps of up to twelve periods, two periods side by side.

   In: view.time = {mode, keys, names, at, with, classes, texts}: the periods, the chosen one, the one beside it, and a
   class per place and period — one message for all periods, place after place, because a place seldom changes class.
   Out: the period at which the reader stopped; while she steps or plays, nothing is asked of the server. */
(function () {
  "use strict";

  const PAUSE = 500; // ms without a step after which the page follows
  const TEMPI = [["慢", 1500], ["中", 700], ["快", 80]];

  let time = null;
  let at = 0; // the period on the map
  let bar, slider, words, playing, clock, wait, frames;
  let tempo = TEMPI[1][1];

  // ── classes of a period ──────────────────────────────────────────────────────────────────
  function classesAt(view, period) {
    const count = time.keys.length;
    let out = "";
    for (let place = 0; place < view.codes.length; place += 1) out += time.classes[place * count + period];
    return out;
  }

  function show(view, ctx) {
    const isSame = time && view.time && time.mode === view.time.mode && view.time.keys.join() === time.keys.join();
    if (!isSame || !playing) stop();
    time = view.time || null;
    ["play", "grid", "pair"].forEach((mode) =>
      document.body.classList.toggle(`gm-time-${mode}`, Boolean(time) && time.mode === mode));
    if (time) at = time.at;
    if (!time) ctx.growFrame(null);
    playBar(view, ctx);
    smallMaps(view, ctx);
    sideBySide(view, ctx);
  }

  // ── slider and play ──────────────────────────────────────────────────────────────────────
  function playBar(view, ctx) {
    const isWanted = Boolean(time) && time.mode === "play";
    if (!isWanted) {
      if (bar) { bar.remove(); bar = null; ctx.keepFree(0); }
      return;
    }
    if (!bar) build(ctx);
    slider.max = time.keys.length - 1;
    frames = 0;
    mark();
    if (ctx.isNarrow) ctx.growFrame(ctx.box.clientHeight + bar.offsetHeight + 20);
  }

  function build(ctx) {
    bar = document.createElement("div");
    bar.className = "gm-time";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "按时期播放");
    L.DomEvent.disableClickPropagation(bar).disableScrollPropagation(bar);
    bar.addEventListener("keydown", (event) => event.stopPropagation()); // the map pans with the same keys
    const button = (kind, label, sign, act) => {
      const made = ctx.line(bar, "button", sign, kind);
      made.type = "button";
      made.title = label;
      made.setAttribute("aria-label", label);
      made.addEventListener("click", act);
      return made;
    };
    button("gm-back", "上一期", "‹", () => step(ctx, at - 1));
    playing = null;
    button("gm-play", "播放", "播放", () => (playing ? halt(ctx) : play(ctx)));
    button("gm-next", "下一期", "›", () => step(ctx, at + 1));
    slider = document.createElement("input");
    slider.type = "range";
    slider.min = 0;
    slider.setAttribute("aria-label", "时期");
    slider.addEventListener("input", () => step(ctx, Number(slider.value)));
    bar.appendChild(slider);
    words = ctx.line(bar, "output", "");
    const chooser = document.createElement("select");
    chooser.setAttribute("aria-label", "播放快慢");
    TEMPI.forEach(([name, pause]) => {
      const option = ctx.line(chooser, "option", name);
      option.value = pause;
      option.selected = pause === tempo;
    });
    chooser.addEventListener("change", () => { tempo = Number(chooser.value); if (playing) play(ctx); });
    bar.appendChild(chooser);
    if (ctx.isNarrow) {
      document.body.appendChild(bar);
    } else {
      ctx.box.appendChild(bar);
      ctx.keepFree(bar.offsetHeight + 12);
    }
  }

  function mark() {
    slider.value = at;
    slider.setAttribute("aria-valuetext", time.names[at]);
    words.textContent = time.names[at];
    const play = bar.querySelector(".gm-play");
    play.textContent = playing ? "暂停" : "播放";
    play.title = play.textContent;
    play.setAttribute("aria-label", play.textContent);
    bar.querySelector(".gm-back").disabled = at === 0;
    bar.querySelector(".gm-next").disabled = at === time.keys.length - 1;
  }

  function paint(ctx, period) {
    const view = ctx.view();
    at = period;
    view.other = at === time.at ? undefined : {
      period: time.names[at],
      text: (place) => labelOf(view, view.classes[place]),
    };
    ctx.recolour(classesAt(view, at));
    mark();
    frames += 1;
    ctx.box.dataset.frames = frames;
    ctx.box.dataset.at = time.keys[at];
  }

  function labelOf(view, mark) {
    return mark === "-" ? "未报送" : view.classLabels[Number(mark)];
  }

  function step(ctx, period) {
    if (playing) halt(ctx, false);
    if (period < 0 || period >= time.keys.length) return;
    paint(ctx, period);
    clearTimeout(wait);
    wait = setTimeout(() => settle(ctx), PAUSE);
  }

  function play(ctx) {
    clearTimeout(wait);
    clearInterval(clock);
    playing = true;
    if (at === time.keys.length - 1) paint(ctx, 0);
    clock = setInterval(() => {
      if (at === time.keys.length - 1) halt(ctx);
      else paint(ctx, at + 1);
    }, tempo);
    mark();
  }

  function halt(ctx, isFinal = true) {
    clearInterval(clock);
    playing = null;
    mark();
    if (isFinal) settle(ctx);
  }

  function stop() {
    clearInterval(clock);
    clearTimeout(wait);
    playing = null;
  }

  /* The page follows the map: heading, legend and lists are about the period at which the reader stopped. */
  function settle(ctx) {
    if (time && time.keys[at] !== time.keys[time.at]) ctx.report({ kind: "period", period: time.keys[at] });
  }

  // ── twelve small maps ────────────────────────────────────────────────────────────────────
  let grid;

  function smallMaps(view, ctx) {
    if (grid) grid.remove();
    grid = null;
    delete ctx.box.dataset.small;
    if (!time || time.mode !== "grid" || !view.filled) return;
    grid = ctx.line(document.body, "div", "", "gm-grid");
    const { columns, width, height } = arranged(ctx, time.keys.length);
    grid.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
    const shapes = outlines(view, ctx, width, height);
    time.keys.forEach((key, period) => {
      const cell = ctx.line(grid, "button", "", period === time.at ? "gm-now" : "");
      cell.type = "button";
      cell.setAttribute("aria-label", `看${time.names[period]}`);
      cell.addEventListener("click", () => ctx.report({ kind: "period", period: key, single: true }));
      ctx.line(cell, "span", time.names[period]);
      const canvas = cell.appendChild(document.createElement("canvas"));
      const sharp = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = width * sharp;
      canvas.height = height * sharp;
      canvas.style.width = `${width}px`;
      const pen = canvas.getContext("2d");
      pen.scale(sharp, sharp);
      colour(pen, view, ctx, shapes, classesAt(view, period));
    });
    ctx.box.dataset.small = time.keys.length;
    ctx.growFrame(grid.scrollHeight);
  }

  function arranged({ map, options, isNarrow }, count) {
    const wide = window.innerWidth, high = isNarrow ? Infinity : window.innerHeight;
    const [southWest, northEast] = options.bounds.map((corner) => map.options.crs.project(L.latLng(corner)));
    const shape = (northEast.y - southWest.y) / (northEast.x - southWest.x);
    const fits = (columns) => {
      const rows = Math.ceil(count / columns);
      const width = Math.min(wide / columns - 14, (high / rows - 40) / shape);
      return { columns, width: Math.floor(width), height: Math.floor(width * shape) };
    };
    if (isNarrow) return fits(2);
    return [1, 2, 3, 4, 5, 6].map(fits).sort((one, other) => other.width - one.width)[0];
  }

  /* Each place's border as a path in the small map's pixels, worked out once for all periods. */
  function outlines(view, { map, options }, width, height) {
    const project = (lon, lat) => map.options.crs.project(L.latLng(lat, lon));
    const [[south, west], [north, east]] = options.bounds;
    const low = project(west, south), high = project(east, north);
    const x = (point) => ((point.x - low.x) / (high.x - low.x)) * (width - 2) + 1;
    const y = (point) => ((high.y - point.y) / (high.y - low.y)) * (height - 2) + 1;
    return view.filled.geometry.features.filter((feature) => view.filled.shapes.has(feature.properties.code)).map((feature) => {
      const { type, coordinates } = feature.geometry;
      const border = new Path2D();
      (type === "Polygon" ? [coordinates] : coordinates).flat().forEach((ring) => {
        ring.forEach(([lon, lat], first) => {
          const point = project(lon, lat);
          if (first === 0) border.moveTo(x(point), y(point)); else border.lineTo(x(point), y(point));
        });
        border.closePath();
      });
      return [feature.properties.code, border];
    });
  }

  function colour(pen, view, { colourIn, BORDER }, shapes, classes) {
    pen.strokeStyle = BORDER;
    pen.lineWidth = 0.4;
    shapes.forEach(([code, border]) => {
      pen.fillStyle = colourIn(classes, code);
      pen.fill(border, "evenodd");
      pen.stroke(border);
    });
  }

  // ── two periods side by side ─────────────────────────────────────────────────────────────
  let other; // {map, element, layer, filled, figures, …}

  function sideBySide(view, ctx) {
    const isOn = Boolean(time) && time.mode === "pair" && Boolean(view.filled);
    const wasOn = Boolean(other);
    if (other && (!isOn || other.filled !== view.filled)) {
      ctx.map.off("move", other.follow);
      other.map.remove();
      other.element.remove();
      other = null;
    }
    document.querySelectorAll(".gm-when").forEach((caption) => caption.remove());
    if (isOn !== wasOn) ctx.map.invalidateSize({ animate: false });
    if (!isOn) return;
    ctx.growFrame(2 * ctx.box.clientHeight);
    const classes = classesAt(view, time.with);
    if (!other) other = second(view, ctx);
    other.layer.setStyle((feature) => ({
      color: ctx.BORDER, weight: 0.7, fillOpacity: 1, fillColor: ctx.colourIn(classes, feature.properties.code),
    }));
    other.figures = time.texts;
    other.texts = (place) => time.texts[place] || labelOf(view, classes[place]);
    other.period = time.names[time.with];
    ctx.line(other.element, "div", time.names[time.with], "gm-when");
    ctx.line(ctx.box, "div", time.names[time.at], "gm-when");
    other.follow();
    other.map.fire("moveend");
    ctx.box.dataset.beside = time.keys[time.with];
  }

  function second(view, ctx) {
    const element = ctx.line(document.body, "div", "", "gm-other");
    if (ctx.isNarrow) element.style.height = `${ctx.box.clientHeight}px`;
    const map = L.map(element, {
      crs: ctx.map.options.crs, renderer: guanmo.canvas(), zoomControl: false, attributionControl: false,
      zoomSnap: 0.1, zoomDelta: 0.5, wheelPxPerZoomLevel: 90, zoomAnimation: false,
    });
    const made = { map, element, filled: view.filled, figures: time.texts };
    const describe = (shape) => ctx.describe(shape, { period: made.period, text: made.texts });
    map.setView(ctx.map.getCenter(), ctx.map.getZoom());
    const filter = (feature) => view.filled.shapes.has(feature.properties.code);
    made.layer = L.geoJSON(view.filled.geometry, {
      filter, smoothFactor: 0.5, onEachFeature: (feature, path) => { path.options.code = feature.properties.code; },
    }).addTo(map).bindTooltip(ctx.tip(describe));
    ctx.borders(view).forEach(({ geometry, style }) =>
      L.geoJSON(geometry, { style, interactive: false, smoothFactor: 0.5 }).addTo(map));
    ctx.nameOn(map, (at) => made.figures[at], () => [...element.querySelectorAll(".gm-when")].map((caption) => ctx.areaOf(caption, element)));
    made.layer.on("click", (event) => ctx.report({ kind: "place", code: event.layer.options.code }));
    let isFollowing = false; // one moves, the other follows: not for ever
    const follow = (from, to) => () => {
      if (isFollowing) return;
      isFollowing = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      isFollowing = false;
    };
    made.follow = follow(ctx.map, map);
    ctx.map.on("move", made.follow);
    map.on("move", follow(map, ctx.map));
    return made;
  }

  guanmo.part({
    name: "time",
    show,
    occupied: ({ box, areaOf }) => [...box.querySelectorAll(".gm-time, .gm-when")].map((each) => areaOf(each)),
  });
})();
