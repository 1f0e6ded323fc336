/* Names on the map: townships always, villages with their figures where they fit; none covers another. */
(function () {
  "use strict";

  const SUFFIX = /(?:镇|乡|街道|村)$/;
  let labels;

  function start(ctx) {
    labels = layerOn(ctx.map);
    /* The same names on another map; `figures(row)`: what stands below a village's name. */
    ctx.nameOn = (map, figures, taken) => {
      const group = layerOn(map);
      const write = () => { group.clearLayers(); all({ ctx, map, group, taken: taken() }, figures); };
      map.on("zoomend moveend", write);
      write();
    };
  }

  function layerOn(map) {
    map.createPane("gmLabels").style.cssText = "z-index:640;pointer-events:none";
    return L.layerGroup().addTo(map);
  }

  function moved(ctx) {
    labels.clearLayers();
    const view = ctx.view();
    if (!view) return;
    all({ ctx, map: ctx.map, group: labels, taken: ctx.occupied() }, (at) => (view.other ? null : view.figures[at]));
    ctx.box.dataset.labels = labels.getLayers().length;
  }

  /* `on` is where to write: the map, its group of labels, and the areas that are taken already. */
  function all(on, figures) {
    const view = on.ctx.view();
    const base = on.ctx.fontSize();
    townships(on, view, base);
    villages(on, view, on.ctx.options.wall ? base : base - 2, figures);
  }

  /* Writes the lines centred at a place of the screen unless something stands there already. */
  function put({ map, group, taken }, lines, at, font, kind) {
    const size = map.getSize();
    const half = L.point((Math.max(...lines.map(width)) * font) / 2 + 2, font * 0.62 * lines.length);
    if (at.x < half.x || at.y < half.y || at.x > size.x - half.x || at.y > size.y - half.y) return false;
    const mine = L.bounds(at.subtract(half), at.add(half));
    if (taken.some((other) => other.overlaps(mine))) return false;
    taken.push(mine);
    const element = document.createElement("span");
    element.className = kind;
    element.style.fontSize = `${font}px`;
    lines.forEach((words, row) => {
      if (row) element.appendChild(document.createElement("br"));
      element.appendChild(document.createTextNode(words));
    });
    const icon = L.divIcon({ html: element, iconSize: [0, 0], className: "gm-label" });
    L.marker(map.containerPointToLatLng(at), { icon, pane: "gmLabels", interactive: false, keyboard: false })
      .addTo(group);
    return true;
  }

  /* In units of the font's size: a Chinese character is a square, a digit half of one. */
  function width(words) {
    return [...words].reduce((sum, letter) => sum + (letter.codePointAt(0) < 0x2e80 ? 0.56 : 1), 0);
  }

  function townships(on, view, base) {
    const radii = new Map(on.ctx.circles().map((circle) => [circle.options.code, circle.getRadius()]));
    // Where names crowd, this one is moved, written smaller, at last without 镇 or 乡, before it is left out.
    const tries = (on.ctx.options.wall ? [1] : [1, 0.84, 0.7]).flatMap((size) =>
      [[0, 0], [0, -0.8], [0, 0.8], [-0.8, 0], [0.8, 0], [-0.8, -0.9], [0.8, 0.9], [0.8, -0.9], [-0.8, 0.9]]
        .map(([x, y]) => ({ size, x, y })));
    view.labels.forEach(([code, name, lat, lon]) => {
      const radius = radii.get(code);
      const under = radius === undefined ? 0 : radius + base * 0.75;
      const centre = on.map.latLngToContainerPoint([lat, lon]).add([0, under]);
      const short = name.length > 2 ? name.replace(SUFFIX, "") : name;
      [name, short].some((words) => tries.some(({ size, x, y }) =>
        put(on, [words], centre.add([x * base, y * base]), Math.max(11, base * size), "gm-township")));
    });
  }

  function villages(on, view, font, figures) {
    const { map } = on;
    const isNear = map.getZoom() > map.getBoundsZoom(on.ctx.options.bounds) + 0.7;
    if (view.level !== "village" || !view.filled || !isNear) return;
    const sight = map.getBounds();
    view.filled.shapes.forEach((path, code) => {
      const at = view.at.get(code);
      const extent = path.getBounds();
      if (at === undefined || !sight.intersects(extent)) return;
      const west = map.latLngToContainerPoint(extent.getSouthWest());
      const east = map.latLngToContainerPoint(extent.getNorthEast());
      const name = view.names[at];
      const centre = map.latLngToContainerPoint(path.getCenter());
      const fits = (lines) =>
        east.x - west.x > Math.max(...lines.map(width)) * font + 8 && west.y - east.y > font * 1.25 * lines.length + 8;
      [[name, figures(at)], [name]].filter((lines) => lines.every(Boolean) && fits(lines))
        .some((lines) => put(on, lines, centre, font, "gm-village"));
    });
  }

  guanmo.part({ name: "labels", start, moved });
})();
