/* The village map in the browser, inside streamlit-folium's frame: the core that its parts share.

   In: guanmo.start(map, options) once — addresses of the static layers and the county's bounds; then
   guanmo.show(packed, chosen, …more) for every change — base64 of deflated JSON with the places of one level: codes,
   classes, colours, names, tooltip lines (geo/village_map.py writes it; `more` holds what was packed apart: overlays,
   the classes of other periods). Geometry is fetched once and only restyled.
   Out: what was clicked, through Streamlit.setComponentValue.
   The other files of this folder are parts: each calls guanmo.part({start, show, moved, occupied}) and is handed `ctx`.
   Refuses to treat any of that text as HTML: it is data all the way and ends in textContent. */
(function () {
  "use strict";

  const INK = "#22303c";
  const BORDER = "#7c8894";
  const CHOSEN = "#e8590c";
  const NARROW = 640; // px: a phone held upright
  const GROUND = "#f1f4f6";
  const LEVELS = ["village", "township", "county"];

  const parts = [];
  let map, box, options, circles, hover, chosenLines, hatch;
  let lines; // the canvas of borders and outlines
  let arranged = { found: [] }; // the layers that are on the map
  let view = null; // what is shown now
  let turn = 0; // the last show() wins, whatever arrives late
  let clicked = null; // the last place that was clicked, as it was reported
  let bottom = 0; // px at the bottom of the frame that the county leaves free
  let isTouched = false; // the reader has moved the map: leave it where it is
  const sources = {}; // address → promise of its GeoJSON
  const layers = {}; // level, or level of one township → {fill, casing, shapes}

  // ── start ────────────────────────────────────────────────────────────────────────────────
  function start(leafletMap, startOptions) {
    map = leafletMap;
    box = map.getContainer();
    options = startOptions;
    room();
    if (options.base && guanmo.crs) map.options.crs = guanmo.crs(options.base.datum);
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "村级地图。方向键移动,加号减号缩放");
    hatch = stripes();
    map.createPane("gmLines").style.zIndex = 420;
    map.options.renderer = guanmo.canvas();
    lines = guanmo.canvas({ pane: "gmLines" }).addTo(map);
    hover = L.polygon([], { renderer: lines, fill: false, color: INK, weight: 2.5, interactive: false });
    chosenLines = ["#ffffff", CHOSEN].map((color, at) =>
      L.polygon([], { renderer: lines, fill: false, color, weight: at ? 3.5 : 7, interactive: false }));
    circles = L.featureGroup().bindTooltip(tip(describe));
    circles.on("click", (event) => reportPlace(event.layer.options.code));
    ["mousedown", "wheel", "touchstart", "keydown"].forEach((name) =>
      box.addEventListener(name, () => { isTouched = true; }, { passive: true }));
    Object.assign(ctx, { map, box, options, isNarrow: window.innerWidth <= NARROW });
    each("start");
    map.on("resize", () => { if (!isTouched) stay(); else each("moved"); });
    map.on("zoomend moveend", () => each("moved"));
    home();
  }

  /* What the page around says: how large its type is, and whether its ground is dark. */
  function room() {
    const root = document.documentElement;
    root.classList.toggle("gm-wall", Boolean(options.wall));
    root.classList.toggle("gm-dark", Boolean(options.dark));
    if (!options.wall) return;
    const measure = () => root.style.setProperty("--gm-rem", `${rem()}px`);
    measure();
    window.addEventListener("resize", measure);
  }

  /* px of the smallest type of the wall. */
  function rem() {
    const page = window.parent === window ? document : window.parent.document;
    return parseFloat(getComputedStyle(page.documentElement).fontSize) || 16;
  }

  function each(hook, ...given) {
    parts.forEach((part) => { if (part[hook]) part[hook](...given, ctx); });
  }

  function home() {
    map.fitBounds(options.bounds, { animate: false, paddingTopLeft: [6, 6], paddingBottomRight: [6, 6 + bottom] });
  }

  /* Where the reader has not moved it, the map shows the chosen place's township, else the county. */
  function stay() {
    if (!view || !view.chosen || !goTo(view.chosen)) home();
  }

  /* A strip below the county that something else covers. */
  function keepFree(height) {
    bottom = height;
    if (!isTouched) stay();
  }

  /* Stripes for places without a figure: grey alone could be taken for a class when printed. */
  function stripes() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 7;
    const pen = tile.getContext("2d");
    pen.fillStyle = "#f3f5f6";
    pen.fillRect(0, 0, 7, 7);
    pen.strokeStyle = options.missing;
    pen.lineWidth = 1.6;
    pen.beginPath();
    [-7, 0, 7].forEach((x) => { pen.moveTo(x - 1, 8); pen.lineTo(x + 8, -1); });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  // ── show ─────────────────────────────────────────────────────────────────────────────────
  function show(...packed) {
    // streamlit-folium keeps every group it ever added; ours are empty and must not pile up.
    window.feature_group = [];
    const mine = ++turn;
    const chosen = packed.splice(1, 1)[0];
    Promise.all(packed.filter(Boolean).map(unpacked))
      .then((found) => Object.assign({}, ...found, { chosen }))
      .then((next) => Promise.all(wanted(next).map(loaded)).then((found) => [next, found], complain))
      .then((made) => { if (made && mine === turn) draw(...made); })
      .catch((error) => console.error(error));
  }

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(inflated).text());
  }

  /* The level that is filled and the coarser ones, whose borders lie over it. Villages that come in several files
     are drawn for one township at a time: `within` says which. */
  function wanted(next) {
    return LEVELS.slice(LEVELS.indexOf(next.level)).flatMap((level) => {
      const files = options.layers[level] || [];
      if (files.length === 1) return [{ key: level, level, url: files[0].url }];
      const file = files.find((each) => next.within >= each.first && next.within <= each.last);
      return file ? [{ key: `${level}@${next.within}`, level, url: file.url, prefix: next.within.slice(0, 9) }] : [];
    });
  }

  function loaded({ key, level, url, prefix }) {
    sources[url] = sources[url] || fetch(url).then((answer) => {
      if (!answer.ok) throw new Error(`${level}: ${answer.status}`);
      return answer.json();
    });
    return sources[url].then((geometry) => {
      layers[key] = layers[key] || layer(level, geometry, prefix);
      return layers[key];
    });
  }

  function draw(next, found) {
    const before = view;
    view = next;
    let last = 0;
    view.codes = next.codes.map((step) => String(last += step).padStart(12, "0"));
    view.at = new Map(view.codes.map((code, at) => [code, at]));
    view.figures = (next.lines.find(([label]) => label === next.coloured) || [])[1] || [];
    view.filled = found.find((each) => each.level === next.level);
    arrange(found);
    if (view.filled) view.filled.fill.setStyle(fill);
    drawCircles();
    choose(before);
    each("show", view);
    each("moved");
    box.dataset.polygons = view.filled ? view.filled.shapes.size : 0;
    box.dataset.circles = circles.getLayers().length;
    box.dataset.level = next.level;
    box.dataset.period = next.period;
    delete box.dataset.failed;
    box.querySelectorAll(".gm-complaint").forEach((note) => note.remove());
    box.dataset.turn = turn; // tests and benchmarks wait for this
  }

  /* Which layers are on the map, and in which order. Colours lie on one canvas and lines on another above it: new
     colours leave thousands of lines as they are. Nothing to do while the same layers are shown. */
  function arrange(found) {
    const isSame = found.length === arranged.found.length && found.every((each, at) => each === arranged.found[at])
      && view.level === arranged.level && Boolean(view.base) === arranged.base;
    if (isSame) return;
    arranged.found.forEach((each) => [each.fill, each.line, each.casing].forEach((part) => part.remove()));
    arranged = { found, level: view.level, base: Boolean(view.base) };
    // The ground lies below what is filled.
    [...found].reverse().forEach((each) => {
      const isFilled = each === view.filled;
      if (!isFilled && !isGround(each.level, found)) return;
      each.fill.eachLayer((path) => { path.options.interactive = isFilled; });
      if (!isFilled) each.fill.setStyle({ stroke: false, fill: true, fillColor: GROUND, fillOpacity: 1 });
      each.fill.addTo(map);
    });
    found.forEach((each) => {
      const isFilled = each === view.filled;
      // One township's villages have its exact outline; the townships around it are drawn coarsely, without a casing.
      if (!isFilled && !view.within) each.casing.addTo(map);
      if (isFilled || !view.within) each.line.setStyle(line(each.level, isFilled)).addTo(map);
    });
    [hover, ...chosenLines].forEach((outline) => outline.remove().addTo(map));
  }

  function layer(level, geometry, prefix) {
    const made = { level, geometry, shapes: new Map() };
    const common = {
      smoothFactor: 0.5,
      filter: (feature) => !prefix || feature.properties.code.startsWith(prefix),
    };
    made.fill = L.geoJSON(geometry, {
      ...common,
      style: { stroke: false },
      onEachFeature(feature, path) {
        path.options.code = feature.properties.code;
        made.shapes.set(feature.properties.code, path);
        // streamlit-folium reports a click with toGeoJSON(): the code will do, the border need not travel.
        path.toGeoJSON = () => clicked;
      },
    });
    made.line = L.geoJSON(geometry, { ...common, interactive: false, renderer: lines });
    made.casing = L.geoJSON(geometry, {
      ...common, interactive: false, renderer: lines, style: { color: "#fff", weight: 4, opacity: 0.75, fill: false },
    });
    made.fill.bindTooltip(tip(describe));
    made.fill.on("click", (event) => reportPlace(event.layer.options.code));
    made.fill.on("mouseover", (event) => hover.setLatLngs(event.layer.getLatLngs()).bringToFront());
    made.fill.on("mouseout", () => hover.setLatLngs([]));
    return made;
  }

  function colourIn(classes, code) {
    const at = view.at.get(code);
    const mark = at === undefined ? "-" : classes[at];
    return mark === "-" ? hatch : view.colours[Number(mark)];
  }

  function fill(feature) {
    return {
      stroke: false, fill: true, fillColor: colourIn(view.classes, feature.properties.code),
      fillOpacity: view.base ? 0.66 : 1,
    };
  }

  function line(level, isFilled) {
    if (isFilled) return { stroke: true, fill: false, color: BORDER, weight: level === "village" ? 0.7 : 1.2, opacity: 1 };
    const isCounty = level === "county";
    return { stroke: true, fill: false, color: INK, weight: isCounty ? 2.6 : 1.7, opacity: isCounty ? 0.95 : 0.8 };
  }

  /* A county that has only circles on it, or only one township's villages, gets a ground of its own. */
  function isGround(level, found) {
    if (view.base) return false;
    if (view.within) return level === "township";
    return !found.some((each) => each.level === view.level) && level === coarsest();
  }

  function coarsest() {
    return LEVELS.filter((level) => options.layers[level]).pop();
  }

  function drawCircles() {
    circles.clearLayers();
    const largest = Math.min(56, Math.max(20, map.getSize().x / 24));
    view.circles
      .map(([at, lat, lon, share]) => ({ at, lat, lon, radius: share === null ? 6 : Math.max(5, largest * share) }))
      .sort((one, other) => other.radius - one.radius)
      .forEach(({ at, lat, lon, radius }) => {
        const code = view.codes[at];
        const circle = L.circleMarker([lat, lon], {
          radius, code, color: INK, weight: 1.2, fillColor: colourIn(view.classes, code), fillOpacity: 0.92,
          dashArray: view.classes[at] === "-" ? "3 3" : null,
        });
        circle.toGeoJSON = () => clicked;
        circles.addLayer(circle);
      });
    circles.addTo(map);
  }

  /* Other colours for the same places: what stepping through time does, without a word to the server. */
  function recolour(classes) {
    view.classes = classes;
    if (view.filled) {
      view.filled.fill.eachLayer((path) => path.setStyle({ fillColor: colourIn(classes, path.options.code) }));
    }
    circles.eachLayer((circle) => circle.setStyle({ fillColor: colourIn(classes, circle.options.code) }));
  }

  // ── the chosen place ─────────────────────────────────────────────────────────────────────
  function path(code) {
    return Object.values(layers).map((each) => each.shapes.get(code)).find(Boolean);
  }

  function choose(before) {
    const found = path(view.chosen);
    chosenLines.forEach((outline) => outline.setLatLngs(found ? found.getLatLngs() : []).bringToFront());
    circles.eachLayer((circle) => {
      if (circle.options.code === view.chosen) circle.setStyle({ color: CHOSEN, weight: 4 }).bringToFront();
    });
    const isNew = !before || before.chosen !== view.chosen;
    const isDrill = before && before.level !== view.level;
    const isOwnClick = clicked && clicked.properties.code === view.chosen && !isDrill;
    if (view.chosen && (isNew || isDrill) && !isOwnClick) goTo(view.chosen);
    else if (!view.chosen && before && before.chosen && isDrill) home();
  }

  /* A place that was chosen elsewhere — in a list, by a link — is brought into sight with its township. */
  function goTo(code) {
    const target = path(`${code.slice(0, 9)}000`);
    if (!target) return false;
    map.fitBounds(target.getBounds(), {
      animate: false, paddingTopLeft: [24, 24], paddingBottomRight: [24, 24 + bottom],
    });
    return true;
  }

  function reportPlace(code) {
    report({ kind: "place", code });
  }

  function report(what) {
    clicked = { type: "Feature", geometry: null, properties: { ...what, at: Date.now() } };
    const value = { last_active_drawing: clicked };
    const shared = window.__GLOBAL_DATA__;
    if (shared) {
      // What streamlit-folium would send a quarter of a second later; now it finds nothing left to send.
      shared.last_active_drawing = clicked;
      shared.previous_data = value;
    }
    window.Streamlit.setComponentValue(value);
  }

  // ── words ────────────────────────────────────────────────────────────────────────────────
  function append(parent, name, words, kind) {
    const element = document.createElement(name);
    element.textContent = words;
    if (kind) element.className = kind;
    parent.appendChild(element);
    return element;
  }

  /* A place in the tooltip; `other` replaces its figures with those of another period: {period, text(at)}. */
  function describe(shape, other = view.other) {
    const { code } = shape.options;
    const card = document.createElement("div");
    const at = view.at.get(code);
    if (at === undefined) {
      append(card, "b", `代码 ${code}`);
      append(card, "p", "不在行政区划代码表里");
      return card;
    }
    append(card, "b", view.names[at]);
    if (view.parents[at] !== null) append(card, "span", view.parentNames[view.parents[at]]);
    const table = document.createElement("dl");
    const lines = other ? [[view.coloured || "", { [at]: other.text(at) }]] : view.lines;
    lines.forEach(([label, texts]) => {
      if (texts[at] === null || texts[at] === undefined) return;
      append(table, "dt", label);
      append(table, "dd", texts[at]);
    });
    card.appendChild(table);
    append(card, "p", other ? other.period : view.period);
    return card;
  }

  /* A tooltip that stays inside the frame: a frame cuts off what reaches over its edge. */
  const Tip = L.Tooltip.extend({
    _setPosition(at) {
      L.Tooltip.prototype._setPosition.call(this, at);
      const own = this._container.getBoundingClientRect();
      const frame = this._map.getContainer().getBoundingClientRect();
      const shift = (low, high, lowest, highest) =>
        Math.max(lowest + 4 - low, Math.min(0, highest - 4 - high));
      const by = L.point(
        shift(own.left, own.right, frame.left, frame.right), shift(own.top, own.bottom, frame.top, frame.bottom));
      L.DomUtil.setPosition(this._container, L.DomUtil.getPosition(this._container).add(by));
    },
  });

  function tip(content) {
    return new Tip({ sticky: true, className: "gm-tip", opacity: 1, offset: [14, 0] })
      .setContent((shape) => content(shape));
  }

  function complain(error) {
    console.warn("map layer", error.message);
    if (box.querySelector(".gm-complaint")) return;
    append(box, "div", "界线没有读到。数据可能刚更新过,请刷新页面。", "gm-complaint");
    box.dataset.failed = "1";
  }

  // ── for the parts ────────────────────────────────────────────────────────────────────────
  const ctx = {
    INK, BORDER, report, path, recolour, colourIn, describe, tip, line: append, home, keepFree,
    view: () => view,
    circles: () => circles.getLayers(),
    /* px; what is read at five metres on a wall of any shape, and at arm's length on a phone. */
    fontSize: () => (options.wall ? Math.ceil(rem()) : Math.round(Math.min(64, Math.max(12, Math.min(window.innerWidth / 58, window.innerHeight / 26))))),
    /* Screen areas that names must leave free. */
    occupied: () => parts.flatMap((part) => (part.occupied ? part.occupied(ctx) : [])),
    /* Level by level, the borders that lie over the filled polygons. */
    borders: (shown) => wanted(shown).filter(({ level }) => level !== shown.level).map(({ key, level }) =>
      ({ geometry: layers[key].geometry, style: line(level, false) })),
    areaOf(element, within = box) {
      const at = element.getBoundingClientRect();
      const frame = within.getBoundingClientRect();
      return L.bounds([at.left - frame.left, at.top - frame.top], [at.right - frame.left, at.bottom - frame.top]);
    },
  };

  window.guanmo = { start, show, part: (made) => { parts.push(made); } };
})();
