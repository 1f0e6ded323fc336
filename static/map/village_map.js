/* The village map in the browser, inside streamlit-folium's frame.

   In: guanmo.start(map, options) once — addresses of the static layers and the county's bounds; then
   guanmo.show(packed, chosen) for every change — base64 of deflated JSON with the places of one level: codes, classes,
   colours, names, tooltip lines (geo/village_map.py writes it). Geometry is fetched once and only restyled.
   Out: the code of the place that was clicked, through Streamlit.setComponentValue.
   Refuses to treat any of that text as HTML: it is data all the way and ends in textContent. */
(function () {
  "use strict";

  const INK = "#22303c";
  const BORDER = "#7c8894";
  const CHOSEN = "#e8590c";
  const NARROW = 640; // px: a phone held upright
  const LEVELS = ["village", "township", "county"];
  const LEVEL_NAMES = { village: "村", township: "乡镇", county: "全县" };

  let map, box, options, labels, circles, hover, chosenLines, hatch;
  let view = null; // what is shown now
  let turn = 0; // the last show() wins, whatever arrives late
  let clicked = null; // the last place that was clicked, as it was reported
  let isTouched = false; // the reader has moved the map: leave it where it is
  const sources = {}; // level → promise of its GeoJSON
  const layers = {}; // level → Leaflet layer, once loaded
  const casings = {}; // level → white lines under its borders, which dark classes would swallow
  const shapes = {}; // level → Map of code → Leaflet path

  // ── start ────────────────────────────────────────────────────────────────────────────────
  function start(leafletMap, startOptions) {
    map = leafletMap;
    box = map.getContainer();
    options = startOptions;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "村级地图");
    fitFrame();
    addControls();
    hatch = stripes();
    map.createPane("gmLabels").style.cssText = "z-index:640;pointer-events:none";
    labels = L.layerGroup().addTo(map);
    hover = L.polygon([], { fill: false, color: INK, weight: 2.5, interactive: false });
    chosenLines = ["#ffffff", CHOSEN].map((color, at) =>
      L.polygon([], { fill: false, color, weight: at ? 3.5 : 7, interactive: false }));
    circles = L.featureGroup().bindTooltip(tip());
    circles.on("click", (event) => report(event.layer.options.code));
    ["mousedown", "wheel", "touchstart", "keydown"].forEach((name) =>
      box.addEventListener(name, () => { isTouched = true; }, { passive: true }));
    map.on("resize", () => { if (!isTouched) home(); else place(); });
    map.on("zoomend moveend", place);
    home();
  }

  /* On a phone the map is as tall as the county needs at that width: the page must still scroll beside it. */
  function fitFrame() {
    const set = window.Streamlit.setFrameHeight.bind(window.Streamlit);
    const [southWest, northEast] = options.bounds.map((corner) => map.options.crs.project(L.latLng(corner)));
    const shape = (northEast.y - southWest.y) / (northEast.x - southWest.x);
    const fitted = (height) => {
      const wide = window.innerWidth;
      return wide > NARROW ? height : Math.min(height, Math.max(260, Math.round(wide * Math.min(shape, 1.3) + 24)));
    };
    window.Streamlit.setFrameHeight = (height) => {
      if (height === undefined) return set();
      box.style.height = `${fitted(height)}px`;
      map.invalidateSize({ animate: false });
      return set(fitted(height));
    };
    window.Streamlit.setFrameHeight(box.clientHeight || 600);
  }

  function addControls() {
    // On a phone two fingers zoom, and buttons would cover a tenth of the county.
    const isNarrow = window.innerWidth <= NARROW;
    if (!isNarrow) L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
    const Home = L.Control.extend({
      options: { position: isNarrow ? "bottomleft" : "topleft" },
      onAdd() {
        const bar = L.DomUtil.create("div", "leaflet-bar");
        const button = L.DomUtil.create("a", "gm-home", bar);
        button.href = "#";
        button.title = "看全县";
        button.setAttribute("role", "button");
        button.setAttribute("aria-label", "看全县");
        button.textContent = "全";
        L.DomEvent.disableClickPropagation(bar);
        L.DomEvent.on(button, "click", (event) => { L.DomEvent.stop(event); home(); });
        return bar;
      },
    });
    new Home().addTo(map);
    const Scale = L.Control.Scale.extend({
      _updateMetric(metres) {
        const round = this._getRoundNum(metres);
        this._updateScale(this._mScale, round < 1000 ? `${round} 米` : `${round / 1000} 公里`, round / metres);
      },
    });
    new Scale({ imperial: false, position: "bottomright" }).addTo(map);
  }

  function home() {
    map.fitBounds(options.bounds, { animate: false, padding: [6, 6] });
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
  function show(packed, chosen) {
    // streamlit-folium keeps every group it ever added; ours are empty and must not pile up.
    window.feature_group = [];
    const mine = ++turn;
    unpacked(packed)
      .then((next) => Promise.all(needed(next).map(source)).then((found) => [next, found]))
      .then(([next, found]) => { if (mine === turn) draw({ ...next, chosen }, found); })
      .catch(complain);
  }

  async function unpacked(packed) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(inflated).text());
  }

  function needed(next) {
    return LEVELS.slice(LEVELS.indexOf(next.level)).filter((level) => options.layers[level]);
  }

  function source(level) {
    sources[level] = sources[level] || fetch(options.layers[level]).then((answer) => {
      if (!answer.ok) throw new Error(`${level}: ${answer.status}`);
      return answer.json().then((geometry) => [level, geometry]);
    });
    return sources[level];
  }

  function draw(next, found) {
    const before = view;
    view = next;
    view.at = new Map(next.codes.map((code, at) => [code, at]));
    found.forEach(([level, geometry]) => { layers[level] = layers[level] || layer(level, geometry); });
    LEVELS.forEach((level) => {
      if (!layers[level]) return;
      const isFilled = level === next.level;
      const isDrawn = needed(next).includes(level);
      if (isDrawn && !isFilled) casings[level].addTo(map).bringToFront();
      else casings[level].remove();
      if (!isDrawn) return void layers[level].remove();
      layers[level].eachLayer((path) => { path.options.interactive = isFilled; });
      layers[level].setStyle(isFilled ? fill : border(level)).addTo(map).bringToFront();
    });
    drawCircles();
    [hover, ...chosenLines].forEach((line) => line.addTo(map));
    choose(before);
    place();
    box.dataset.polygons = layers[next.level] ? layers[next.level].getLayers().length : 0;
    box.dataset.circles = circles.getLayers().length;
    box.dataset.level = next.level;
    box.dataset.period = next.period;
    box.dataset.turn = turn; // tests and benchmarks wait for this
  }

  function layer(level, geometry) {
    shapes[level] = new Map();
    const made = L.geoJSON(geometry, {
      smoothFactor: 0.5,
      onEachFeature(feature, path) {
        path.options.code = feature.properties.code;
        shapes[level].set(feature.properties.code, path);
        // streamlit-folium reports a click with toGeoJSON(): the code will do, the border need not travel.
        path.toGeoJSON = () => clicked;
      },
    });
    casings[level] = L.geoJSON(geometry, {
      smoothFactor: 0.5, interactive: false, style: { color: "#fff", weight: 4, opacity: 0.75, fill: false },
    });
    made.bindTooltip(tip());
    made.on("click", (event) => report(event.layer.options.code));
    made.on("mouseover", (event) => hover.setLatLngs(event.layer.getLatLngs()).bringToFront());
    made.on("mouseout", () => hover.setLatLngs([]));
    return made;
  }

  function colour(code) {
    const at = view.at.get(code);
    const mark = at === undefined ? "-" : view.classes[at];
    return mark === "-" ? hatch : view.colours[Number(mark)];
  }

  function fill(feature) {
    return {
      stroke: true, color: BORDER, weight: view.level === "village" ? 0.7 : 1.2, opacity: 1, fill: true,
      fillColor: colour(feature.properties.code), fillOpacity: 1,
    };
  }

  function border(level) {
    // A county that has only circles on it gets a ground of its own.
    const isGround = view.level !== level && !options.layers[view.level] && level === coarsest();
    return {
      stroke: true, color: INK, weight: level === "county" ? 2.6 : 1.7, opacity: level === "county" ? 0.95 : 0.8,
      fill: isGround, fillColor: "#f1f4f6", fillOpacity: 1,
    };
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
          radius, code, color: INK, weight: 1.2, fillColor: colour(code), fillOpacity: 0.92,
          dashArray: view.classes[at] === "-" ? "3 3" : null,
        });
        circle.toGeoJSON = () => clicked;
        circles.addLayer(circle);
      });
    circles.addTo(map);
  }

  // ── the chosen place ─────────────────────────────────────────────────────────────────────
  function choose(before) {
    const found = LEVELS.map((level) => shapes[level] && shapes[level].get(view.chosen)).find(Boolean);
    chosenLines.forEach((line) => line.setLatLngs(found ? found.getLatLngs() : []).bringToFront());
    circles.eachLayer((circle) => {
      if (circle.options.code === view.chosen) circle.setStyle({ color: CHOSEN, weight: 4 }).bringToFront();
    });
    const isOwnClick = clicked && clicked.properties.code === view.chosen;
    const isNew = !before || before.chosen !== view.chosen;
    if (isNew && !isOwnClick) goTo(view.chosen);
  }

  /* A place that was chosen elsewhere — in a list, by a link — is brought into sight with its township. */
  function goTo(code) {
    if (!code) return;
    const township = `${code.slice(0, 9)}000`;
    const target = shapes.township && shapes.township.get(township);
    if (target) map.fitBounds(target.getBounds(), { animate: false, padding: [24, 24] });
  }

  function report(code) {
    clicked = { type: "Feature", geometry: null, properties: { code, at: Date.now() } };
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
  function line(parent, name, words) {
    const element = document.createElement(name);
    element.textContent = words;
    parent.appendChild(element);
    return element;
  }

  function describe(code) {
    const card = document.createElement("div");
    const at = view.at.get(code);
    if (at === undefined) {
      line(card, "b", `代码 ${code}`);
      line(card, "p", "不在行政区划代码表里");
      return card;
    }
    line(card, "b", view.names[at]);
    if (view.parents[at] !== null) line(card, "span", view.parentNames[view.parents[at]]);
    const table = document.createElement("dl");
    view.lines.forEach(([label, texts]) => {
      if (texts[at] === null) return;
      line(table, "dt", label);
      line(table, "dd", texts[at]);
    });
    card.appendChild(table);
    line(card, "p", view.period);
    return card;
  }

  /* A tooltip that stays inside the frame: a frame cuts off what reaches over its edge. */
  const Tip = L.Tooltip.extend({
    _setPosition(at) {
      L.Tooltip.prototype._setPosition.call(this, at);
      const own = this._container.getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      const shift = (low, high, lowest, highest) =>
        Math.max(lowest + 4 - low, Math.min(0, highest - 4 - high));
      const by = L.point(
        shift(own.left, own.right, frame.left, frame.right), shift(own.top, own.bottom, frame.top, frame.bottom));
      L.DomUtil.setPosition(this._container, L.DomUtil.getPosition(this._container).add(by));
    },
  });

  function tip() {
    return new Tip({ sticky: true, className: "gm-tip", opacity: 1, offset: [14, 0] })
      .setContent((path) => describe(path.options.code));
  }

  /* Township names, then, where they fit, village names; a name that would cover another is left out. */
  function place() {
    labels.clearLayers();
    if (!view) return;
    const size = map.getSize();
    const base = Math.min(30, Math.max(12, Math.round(size.x / 58)));
    const frame = box.getBoundingClientRect();
    // Names stay clear of the buttons and of the scale bar.
    const taken = [...box.querySelectorAll(".leaflet-control")].map((control) => {
      const at = control.getBoundingClientRect();
      return L.bounds([at.left - frame.left, at.top - frame.top], [at.right - frame.left, at.bottom - frame.top]);
    });
    const put = (words, latlng, font, kind, dy) => {
      const at = map.latLngToContainerPoint(latlng).add([0, dy || 0]);
      const half = L.point((words.length * font) / 2 + 2, font * 0.62);
      if (at.x < half.x || at.y < half.y || at.x > size.x - half.x || at.y > size.y - half.y) return false;
      const mine = L.bounds(at.subtract(half), at.add(half));
      if (taken.some((other) => other.overlaps(mine))) return false;
      taken.push(mine);
      const element = document.createElement("span");
      element.textContent = words;
      element.className = kind;
      element.style.fontSize = `${font}px`;
      const icon = L.divIcon({ html: element, iconSize: [0, 0], className: "gm-label" });
      L.marker(map.containerPointToLatLng(at), { icon, pane: "gmLabels", interactive: false, keyboard: false })
        .addTo(labels);
      return true;
    };
    const radii = new Map(circles.getLayers().map((circle) => [circle.options.code, circle.getRadius()]));
    view.labels.forEach(([code, name, lat, lon]) => {
      const radius = radii.get(code);
      const under = radius === undefined ? 0 : radius + base * 0.75;
      // Where names crowd, this one is written smaller, then a little higher or lower, before it is left out.
      [[1, 0], [0.84, 0], [0.84, -0.7], [0.84, 0.7], [0.7, 0], [0.7, -0.9], [0.7, 0.9]].some(([size, off]) =>
        put(name, [lat, lon], Math.max(11, base * size), "gm-township", under + off * base));
    });
    const isNear = map.getZoom() > map.getBoundsZoom(options.bounds) + 0.7;
    if (view.level === "village" && shapes.village && isNear) placeVillages(put, base - 2);
  }

  function placeVillages(put, font) {
    const sight = map.getBounds();
    shapes.village.forEach((path, code) => {
      const at = view.at.get(code);
      const extent = path.getBounds();
      if (at === undefined || !sight.intersects(extent)) return;
      const west = map.latLngToContainerPoint(extent.getSouthWest());
      const east = map.latLngToContainerPoint(extent.getNorthEast());
      if (east.x - west.x > view.names[at].length * font + 8 && west.y - east.y > font * 2.2) {
        put(view.names[at], path.getCenter(), font, "gm-village");
      }
    });
  }

  function complain(error) {
    console.warn("map layer", error.message);
    if (box.querySelector(".gm-complaint")) return;
    const note = line(box, "div", "界线没有读到。数据可能刚更新过,请刷新页面。");
    note.className = "gm-complaint";
    box.dataset.failed = "1";
  }

  window.guanmo = { start, show, levelNames: LEVEL_NAMES };
})();
