/* What lies over the coloured map: problems as pins, enterprises sized by jobs, routes, blank and selected villages.

   In: view.overlays (ui/map_overlays.py says what it holds); what is absent is off. Out: a click or Enter on a mark
   reports its place; on a cluster it zooms in. Marks keep their elements while they stay, so that the keyboard's focus
   survives panning and another view. Every text ends in textContent. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const BLANK = "#11181f";
  const SELECTED = "#b5127b";
  const DENSE = 1 / 16; // of the map covered by marks of a kind; beyond that all that are near are drawn together
  const PATHS = { // heads of pins in a box of 32 x 32 with their tips at (16, 40)
    square: "M3 3H29V29H21L16 39L11 29H3Z",
    diamond: "M16 0L32 16L21 27L16 39L11 27L0 16Z",
    hexagon: "M8 3H24L31 15L22 29L16 39L10 29L1 15Z",
    circle: "M16 2A14 14 0 0 1 21 29L16 39L11 29A14 14 0 0 1 16 2Z",
  };

  let given = null; // the overlays of the view that is shown
  let drawnFor = []; // what the outlines were last drawn for
  let renderer, outlines, routeLines, sizes, cross;
  const marks = new Map(); // key → marker that is on the map

  function start({ map }) {
    map.createPane("gmOver").style.cssText = "z-index:420;pointer-events:none";
    map.createPane("gmJobs").style.zIndex = 620;
    map.createPane("gmPins").style.zIndex = 630;
    renderer = L.canvas({ pane: "gmOver" });
    outlines = L.layerGroup().addTo(map);
    routeLines = L.layerGroup().addTo(map);
    cross = crossHatch();
  }

  function show(view, ctx) {
    given = view.overlays || {};
    const filled = view.filled && view.filled.shapes;
    const now = [JSON.stringify([given.selected, given.blank]), filled];
    if (now.every((each, at) => each === drawnFor[at])) return;
    drawnFor = now;
    outlines.clearLayers();
    select(ctx, filled);
    blanks(filled);
    ctx.box.dataset.selected = (given.selected || []).length;
    ctx.box.dataset.blank = (given.blank || []).length;
  }

  // ── places that are outlined ─────────────────────────────────────────────────────────────
  function outline(latlngs, color, weight, more) {
    L.polygon(latlngs, { renderer, interactive: false, fill: false, color, weight, ...more }).addTo(outlines);
  }

  function dot([, lat, lon], color, more) {
    const common = { renderer, interactive: false, fill: false };
    L.circleMarker([lat, lon], { ...common, radius: 10, color: "#fff", weight: 6 }).addTo(outlines);
    L.circleMarker([lat, lon], { ...common, radius: 10, color, weight: 3.5, ...more }).addTo(outlines);
  }

  /* The rest of the map pales: a white sheet with the selected places cut out. */
  function select({ options }, filled) {
    const wanted = (given.selected || []).map((each) => [].concat(each));
    if (!wanted.length) return;
    const shapes = wanted.map(([code]) => filled && filled.get(code)).filter(Boolean);
    const rings = shapes.flatMap((shape) => shape.getLatLngs().flat(shape.getLatLngs()[0][0].lat === undefined ? 1 : 0));
    const sheet = L.latLngBounds(options.bounds).pad(3);
    const corners = [sheet.getNorthWest(), sheet.getNorthEast(), sheet.getSouthEast(), sheet.getSouthWest()];
    outline([corners, ...rings], "#fff", 0, { stroke: false, fill: true, fillColor: "#fff", fillOpacity: 0.5 });
    [["#fff", 6], [SELECTED, 3]].forEach(([color, weight]) =>
      shapes.forEach((shape) => outline(shape.getLatLngs(), color, weight)));
    wanted.filter(([code, lat]) => lat !== undefined && !(filled && filled.has(code)))
      .forEach((each) => dot(each, SELECTED));
  }

  /* Dark outline and cross-hatching, which no class has: it reads in black and white too. */
  function blanks(filled) {
    (given.blank || []).forEach((each) => {
      const shape = filled && filled.get(each[0]);
      if (!shape) return dot(each, BLANK, { fill: true, fillColor: cross, fillOpacity: 1 });
      outline(shape.getLatLngs(), "#fff", 5);
      return outline(shape.getLatLngs(), BLANK, 2.5, { fill: true, fillColor: cross, fillOpacity: 1 });
    });
  }

  function crossHatch() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.strokeStyle = BLANK;
    pen.lineWidth = 1.1;
    pen.beginPath();
    [-8, 0, 8].forEach((x) => { pen.moveTo(x, 0); pen.lineTo(x + 8, 8); pen.moveTo(x, 8); pen.lineTo(x + 8, 0); });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  // ── marks ────────────────────────────────────────────────────────────────────────────────
  function moved(ctx) {
    if (!given) return;
    const size = pinSize(ctx);
    const wanted = [...pins(ctx, size), ...jobs(ctx, size), ...stops(ctx, size)];
    const kept = new Set(wanted.map((each) => each.key));
    marks.forEach((mark, key) => {
      if (kept.has(key)) return;
      mark.remove();
      marks.delete(key);
    });
    wanted.forEach((each) => put(ctx, each));
    const count = (kind) => wanted.filter((each) => each.key[0] === kind).length;
    Object.assign(ctx.box.dataset, { pins: count("p"), jobs: count("e"), stops: count("s") });
  }

  function pinSize({ map }) {
    return Math.min(46, Math.max(26, Math.round(map.getSize().x / 40)));
  }

  function put(ctx, { key, pane, latlng, look, icon, words, say, act, above }) {
    const old = marks.get(key);
    const mark = old || L.marker(latlng, { pane, icon: icon(), riseOnHover: pane === "gmPins" });
    mark.wanted = { words, act };
    if (!old) {
      mark.bindTooltip(ctx.tip((self) => self.wanted.words(ctx)));
      mark.on("click", () => mark.wanted.act());
      marks.set(key, mark.addTo(ctx.map));
      // Leaflet hands Enter on a marker to popups only.
      mark.getElement().addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        mark.wanted.act();
      });
    } else {
      if (!old.getLatLng().equals(latlng)) mark.setLatLng(latlng);
      if (mark.look !== look) mark.setIcon(icon());
      if (mark.isTooltipOpen()) mark.getTooltip().update(); // the keyboard's focus has moved the map
    }
    mark.look = look;
    mark.setZIndexOffset(above);
    mark.getElement().setAttribute("aria-label", say);
  }

  /* Things with a weight, the weightiest first, each with those that lie within its reach on the screen. The first of
     a group stays where it is, so that no group covers another. */
  function together({ map }, all, reach) {
    const zoom = map.getZoom();
    const free = all.map((each) => ({ each, at: map.project(each.latlng, zoom) }));
    const groups = [];
    while (free.length) {
      const first = free.shift();
      const members = [first.each];
      for (let other = 0; other < free.length;) {
        if (free[other].at.distanceTo(first.at) < reach(first.each, free[other].each)) {
          members.push(...free.splice(other, 1).map((found) => found.each));
        } else other += 1;
      }
      groups.push(members);
    }
    return groups;
  }

  /* Groups in sight. Where marks would cover the map, they are taken together from further and further away. */
  function grouped(ctx, all, size, reach) {
    const sight = ctx.map.getBounds().pad(0.15);
    const screen = ctx.map.getSize();
    let groups = [];
    [1, 1.9, 2.8].some((wider) => {
      groups = together(ctx, all, (one, other) => reach(wider, one, other)).filter(([first]) => sight.contains(first.latlng));
      return groups.length * size * size <= DENSE * screen.x * screen.y;
    });
    return groups;
  }

  function zoomInto({ map }, members) {
    const sight = L.latLngBounds(members.map((each) => each.latlng)).pad(0.3);
    const zoom = Math.max(map.getZoom() + 1, Math.min(map.getBoundsZoom(sight), map.getZoom() + 3));
    map.setView(sight.getCenter(), zoom, { animate: false });
  }

  function isSplittable({ map }, members) {
    const [first, ...rest] = members;
    return map.getZoom() < map.getMaxZoom() && rest.some((each) => !each.latlng.equals(first.latlng));
  }

  function nameOf(ctx, code) {
    const view = ctx.view();
    const at = view.at.get(code);
    if (given.names && given.names[code]) return given.names[code];
    if (at === undefined) return "";
    return [view.parentNames[view.parents[at]], view.names[at]].filter(Boolean).join(" ");
  }

  // ── problems ─────────────────────────────────────────────────────────────────────────────
  function pins(ctx, size) {
    if (!given.problems) return [];
    const { looks } = given.problems;
    const all = given.problems.pins
      .map(([code, lat, lon, look, number, listed]) => ({ code, latlng: L.latLng(lat, lon), look, number, listed }));
    return grouped(ctx, all, size, (wider) => size * 0.9 * wider).map((members) => {
      const [first] = members;
      const isCluster = members.length > 1;
      const number = members.reduce((sum, each) => sum + each.number, 0);
      const head = isCluster ? `${members.length}处共${number}件` : nameOf(ctx, first.code);
      const high = size * (isCluster ? 1.2 : looks[first.look][3] ? 1 : 0.8);
      // At the upper edge a pin hangs below its place: a frame cuts off what reaches over it.
      const hangs = ctx.map.latLngToContainerPoint(first.latlng).y < high * 1.4;
      return {
        key: `p${first.code}`,
        pane: "gmPins",
        latlng: first.latlng,
        look: [first.look, isCluster, number, high, hangs].join(),
        icon: () => pinIcon(looks[first.look], high, { number, isCluster, hangs }),
        words: () => problemWords(ctx, head, members),
        say: `${head}:${isCluster ? "" : `问题${number}件,`}最急的${due(looks, first.listed[0])}`,
        act: () => (isCluster && isSplittable(ctx, members)
          ? zoomInto(ctx, members) : ctx.report({ kind: "place", code: first.code })),
        above: (looks.length - first.look) * 10000,
      };
    });
  }

  /* Past its deadline and not red: reported done, and waiting for acceptance. */
  function due(looks, [look, , days, , reason]) {
    const named = reason || looks[look][4];
    const unit = given.problems.unit || "天";
    if (days === null) return `${named},没有时限`;
    const standing = days < 0 ? `逾期${-days}${unit}` : days === 0 ? "今天到期" : `还剩${days}${unit}`;
    return look === 0 ? standing : `${named},${days < 0 ? "待验收" : standing}`;
  }

  function problemWords({ line }, head, members) {
    const { looks } = given.problems;
    const card = document.createElement("div");
    line(card, "b", head);
    const list = line(card, "ul", "", "gm-listed");
    // A cluster's places come worst first, and so do the problems of each.
    const listed = members.flatMap((each) => each.listed).sort((one, other) => one[0] - other[0]
      || (one[2] === null ? 1e6 : one[2]) - (other[2] === null ? 1e6 : other[2]));
    const total = members.reduce((sum, each) => sum + each.number, 0);
    listed.slice(0, 6).forEach((each) => {
      const row = line(list, "li", "");
      const [, colour, ink, sign] = looks[each[0]];
      const mark = line(row, "i", sign);
      mark.style.background = colour;
      mark.style.color = ink;
      const said = line(row, "div", each[1]);
      line(said, "span", [due(looks, each), each[3]].filter(Boolean).join(" · "));
    });
    if (total > 6) line(card, "p", `还有${total - Math.min(6, listed.length)}件`);
    return card;
  }

  function drawn(parent, name, attributes, words) {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    if (words !== undefined) element.textContent = words;
    parent.appendChild(element);
    return element;
  }

  function pinIcon([shape, colour, ink, sign], size, { number, isCluster, hangs }) {
    const image = document.createElementNS(SVG, "svg");
    image.setAttribute("viewBox", hangs ? "-3 -2 42 45" : "-3 -3 42 45");
    image.setAttribute("aria-hidden", "true");
    const path = { d: PATHS[shape], "stroke-linejoin": "round", transform: hangs ? "matrix(1 0 0 -1 0 40)" : "" };
    drawn(image, "path", { ...path, fill: "none", stroke: "#22303c", "stroke-width": isCluster ? 7 : 5.5 });
    drawn(image, "path", { ...path, fill: colour, stroke: "#fff", "stroke-width": isCluster ? 4 : 3 });
    if (isCluster) drawn(image, "path", { ...path, fill: colour, stroke: "#22303c", "stroke-width": 1.2 });
    const y = hangs ? 24 : 16;
    const middle = { x: 16, y, fill: ink, "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 700 };
    const written = !isCluster && sign ? sign : number > 1 ? String(number) : "";
    drawn(image, "text", { ...middle, "font-size": written.length > 2 ? 14 : 18 }, written);
    if (!isCluster && sign && number > 1) {
      const corner = y - 12;
      drawn(image, "circle", { cx: 30, cy: corner, r: 8, fill: "#fff", stroke: "#22303c", "stroke-width": 1.5 });
      drawn(image, "text", { ...middle, x: 30, y: corner, fill: "#11181f", "font-size": number > 9 ? 10 : 13 }, number);
    }
    const scale = size / 32;
    return L.divIcon({
      html: image, className: `gm-pin${isCluster ? " gm-cluster" : ""}`, iconSize: [42 * scale, 45 * scale],
      iconAnchor: [19 * scale, (hangs ? 3 : 42) * scale], tooltipAnchor: [0, (hangs ? 20 : -20) * scale],
    });
  }

  // ── enterprises ──────────────────────────────────────────────────────────────────────────
  function jobs(ctx, size) {
    const found = given.enterprises;
    sizesOff(found);
    if (!found) return [];
    const most = Math.max(1, ...found.all.map(([, , number]) => number || 0));
    const largest = size * 0.85;
    const radius = (number) => (number ? Math.max(3.5, largest * Math.sqrt(number / most)) : 3.5);
    const all = found.all
      .map(([lat, lon, number, name, code, kind], at) =>
        ({ at, latlng: L.latLng(lat, lon), number, name, code, kind, radius: radius(number) }))
      .sort((one, other) => other.radius - one.radius || one.at - other.at);
    sizesOn(ctx, found.colour, most, radius);
    const reach = (wider, one, other) => Math.max(wider > 1 ? size * 0.7 * wider : 8, (one.radius + other.radius) * 0.6);
    return grouped(ctx, all, size, reach).map((members) => {
      const [first] = members;
      const isCluster = members.length > 1;
      const known = members.filter((each) => each.number !== null);
      const sum = known.length ? known.reduce((total, each) => total + each.number, 0) : null;
      const people = sum === null ? "用工未报送" : `用工${sum.toLocaleString("en")}人`;
      const head = isCluster ? `${members.length}家企业和基地` : first.name;
      const wide = radius(sum);
      return {
        key: `e${first.at}`,
        pane: "gmJobs",
        latlng: first.latlng,
        look: [wide, members.length, sum === null].join(),
        icon: () => circleIcon(found.colour, wide, isCluster ? members.length : "", sum === null),
        words: () => jobWords(ctx, head, people, members),
        say: `${head}:${people}`,
        act: () => (isCluster && isSplittable(ctx, members)
          ? zoomInto(ctx, members) : ctx.report({ kind: "enterprise", code: first.code })),
        above: -Math.round(wide) * 10000,
      };
    });
  }

  function jobWords(ctx, head, people, members) {
    const card = document.createElement("div");
    ctx.line(card, "b", head);
    if (members.length === 1) {
      const [{ code, kind }] = members;
      ctx.line(card, "span", [kind, code && nameOf(ctx, code)].filter(Boolean).join(" · "));
      ctx.line(card, "div", people);
      return card;
    }
    ctx.line(card, "span", people);
    const list = ctx.line(card, "ul", "", "gm-listed");
    members.slice(0, 6).forEach(({ name, number }) => {
      const row = ctx.line(list, "li", "");
      ctx.line(row, "div", name);
      ctx.line(row, "em", number === null ? "未报送" : `${number}人`);
    });
    if (members.length > 6) ctx.line(card, "p", `还有${members.length - 6}家`);
    return card;
  }

  function circleIcon(colour, radius, number, isDashed) {
    const circle = document.createElement("i");
    circle.style.cssText = `width:${2 * radius}px;height:${2 * radius}px`;
    circle.style.setProperty("--gm-colour", colour);
    if (isDashed) circle.className = "gm-unknown";
    const box = document.createElement("div");
    box.appendChild(circle);
    if (number) {
      const words = document.createElement("b");
      words.textContent = number;
      box.appendChild(words);
    }
    const wide = Math.max(24, 2 * radius);
    return L.divIcon({ html: box, className: "gm-job", iconSize: [wide, wide] });
  }

  /* What the circles' size says, in a corner of the map, drawn at the same scale. */
  function sizesOn(ctx, colour, most, radius) {
    if (sizes || ctx.isNarrow) return;
    const round = 10 ** Math.floor(Math.log10(most));
    const top = Math.max(1, Math.floor(most / round) * round);
    const Sizes = L.Control.extend({
      options: { position: "bottomleft" },
      onAdd() {
        const bar = L.DomUtil.create("div", "gm-sizes");
        ctx.line(bar, "span", "用工");
        [top, Math.max(1, Math.round(top / 4))].filter((each, at, list) => list.indexOf(each) === at).forEach((number) => {
          bar.appendChild(circleIcon(colour, radius(number), "", false).options.html);
          ctx.line(bar, "span", `${number.toLocaleString("en")}人`);
        });
        return bar;
      },
    });
    sizes = new Sizes().addTo(ctx.map);
    sizes.of = given.enterprises;
  }

  function sizesOff(found) {
    if (!sizes || sizes.of === found) return;
    sizes.remove();
    sizes = null;
  }

  // ── routes ───────────────────────────────────────────────────────────────────────────────
  function stops(ctx, size) {
    routeLines.clearLayers();
    if (!given.stops) return [];
    const zoom = ctx.map.getZoom();
    const all = given.stops.flatMap(([route, colour, shape, list], at) =>
      list.map(([number, lat, lon, title, time, code], row) =>
        ({ key: `s${at}.${row}`, route: at, name: route, colour, shape, number, title, time, code,
          at: ctx.map.project([lat, lon], zoom) })));
    pushApart(all, size * 1.02);
    all.forEach((each) => { each.latlng = ctx.map.unproject(each.at, zoom); });
    given.stops.forEach(([, colour], at) => {
      const way = all.filter((each) => each.route === at).map((each) => each.latlng);
      const line = (color, weight, dashArray) =>
        L.polyline(way, { renderer, interactive: false, color, weight, dashArray }).addTo(routeLines);
      line("#fff", 6);
      line(colour, 3.5, at % 2 ? "3 7" : "12 7");
    });
    return all.map((each) => ({
      key: each.key,
      pane: "gmPins",
      latlng: each.latlng,
      look: [each.number, each.colour, size].join(),
      icon: () => stopIcon(each, size),
      words: () => {
        const card = document.createElement("div");
        ctx.line(card, "b", each.title);
        ctx.line(card, "span", each.code ? nameOf(ctx, each.code) : "");
        ctx.line(card, "p", [`${each.name} 第${each.number}站`, each.time].filter(Boolean).join(" · "));
        return card;
      },
      say: `${each.name} 第${each.number}站:${each.title}`,
      act: () => ctx.report({ kind: "stop", code: each.code }),
      above: 50000,
    }));
  }

  /* Discs that would cover each other give way, a little each, until they touch. */
  function pushApart(all, distance) {
    for (let round = 0; round < 30; round += 1) {
      all.forEach((one, at) => all.slice(at + 1).forEach((other) => {
        const gap = other.at.subtract(one.at);
        const apart = Math.hypot(gap.x, gap.y);
        if (apart >= distance) return;
        const by = apart > 0.01 ? gap.multiplyBy((distance - apart) / 2 / apart) : L.point(distance / 2, 0);
        one.at = one.at.subtract(by);
        other.at = other.at.add(by);
      }));
    }
  }

  function stopIcon({ colour, shape, number }, size) {
    const disc = document.createElement("i");
    disc.textContent = number;
    disc.className = `gm-${shape}`;
    disc.style.setProperty("--gm-colour", colour);
    disc.style.fontSize = `${Math.round(size * 0.6)}px`;
    return L.divIcon({ html: disc, className: "gm-stop", iconSize: [size, size] });
  }

  /* Screen areas of pins and stops, which names go round; circles of enterprises they may cross. */
  function occupied({ map }) {
    const size = map.getSize();
    return [...marks.values()].filter((mark) => mark.options.pane === "gmPins").map((mark) => {
      const { iconSize, iconAnchor } = mark.options.icon.options;
      const [wide, high] = iconSize;
      const corner = map.latLngToContainerPoint(mark.getLatLng()).subtract(iconAnchor || [wide / 2, high / 2]);
      // Names have a halo and lie above: they may touch a mark's rim, not its sign.
      return L.bounds(corner.add([wide * 0.15, high * 0.08]), corner.add([wide * 0.88, high * 0.75]));
    }).filter((area) => area.overlaps(L.bounds([0, 0], size)));
  }

  guanmo.part({ name: "overlays", start, show, moved, occupied });
})();
