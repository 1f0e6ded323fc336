/* The base map: pictures under the polygons, none by default.

   In: options.base = {layers: [{url, minNative, maxNative}], attribution, title, datum} from ui/base_map.py, lowest
   layer first, all of them on our own server; view.base says whether it is shown. Out: tiles in Leaflet's tilePane,
   and guanmo.crs(datum), in which polygons lie where the tiles' datum has them. While no tile came, a line says so.
   Refuses to hold anything up: the polygons are there first, with or without tiles. */
(function () {
  "use strict";

  const OFFLINE = "底图没有连上,村界照常显示";
  const AGAIN_MS = 30000; // how often tiles are asked for again while none came
  const COARSER = 2; // levels below the coarsest tiles at which they are still drawn, made smaller

  // ── datum ────────────────────────────────────────────────────────────────────────────────
  // WGS 84 → GCJ-02 and back, as geo/crs.py has it; tests hold this copy against that one.
  const A = 6378245.0;
  const EE = 0.00669342162296594323;
  const TURNS = 12;
  const PI = Math.PI;

  function toGcj02({ lat, lng }) {
    if (lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271) return L.latLng(lat, lng);
    const x = lng - 105.0;
    const y = lat - 35.0;
    const root = Math.sqrt(Math.abs(x));
    const shared = (20.0 * Math.sin(6.0 * x * PI) + 20.0 * Math.sin(2.0 * x * PI)) * 2.0 / 3.0;
    let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared;
    north += (20.0 * Math.sin(y * PI) + 40.0 * Math.sin(y / 3.0 * PI)) * 2.0 / 3.0;
    north += (160.0 * Math.sin(y / 12.0 * PI) + 320.0 * Math.sin(y * PI / 30.0)) * 2.0 / 3.0;
    let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared;
    east += (20.0 * Math.sin(x * PI) + 40.0 * Math.sin(x / 3.0 * PI)) * 2.0 / 3.0;
    east += (150.0 * Math.sin(x / 12.0 * PI) + 300.0 * Math.sin(x / 30.0 * PI)) * 2.0 / 3.0;
    const radians = lat * PI / 180;
    const magic = 1.0 - EE * Math.sin(radians) ** 2;
    const rootMagic = Math.sqrt(magic);
    const dLat = north * 180.0 / ((A * (1.0 - EE)) / (magic * rootMagic) * PI);
    const dLng = east * 180.0 / (A / rootMagic * Math.cos(radians) * PI);
    return L.latLng(lat + dLat, lng + dLng);
  }

  function fromGcj02(target) {
    let { lat, lng } = target;
    for (let turn = 0; turn < TURNS; turn += 1) {
      const reached = toGcj02({ lat, lng });
      lat += target.lat - reached.lat;
      lng += target.lng - reached.lng;
    }
    return L.latLng(lat, lng);
  }

  /* The CRS of a map under which tiles of `datum` lie; its coordinates stay WGS 84 ones. */
  function crs(datum) {
    if (datum !== "gcj02") return L.CRS.EPSG3857;
    const mercator = L.Projection.SphericalMercator;
    const projection = L.extend({}, mercator, {
      project: (latlng) => mercator.project(toGcj02(latlng)),
      unproject: (point) => fromGcj02(mercator.unproject(point)),
    });
    return L.extend({}, L.CRS.EPSG3857, { projection });
  }

  // ── tiles ────────────────────────────────────────────────────────────────────────────────
  /* Tiles that set no limits to how far the map may be zoomed: beyond their own levels they are stretched. */
  const Tiles = L.TileLayer.extend({ beforeAdd() {} });

  const drawn = new WeakMap(); // Leaflet map → what this part keeps of it

  function start(ctx) {
    const { base } = ctx.options;
    if (!base) return;
    const layers = base.layers.map(({ url, minNative, maxNative }, at) => new Tiles(url, {
      minNativeZoom: minNative, maxNativeZoom: maxNative, minZoom: minNative - COARSER, maxZoom: Infinity,
      pane: "tilePane", zIndex: at + 1, noWrap: true, keepBuffer: 1, updateWhenZooming: false,
    }));
    const state = { layers, loaded: 0, note: null, timer: null, credit: base.attribution ? credit(base.attribution) : null };
    layers.forEach((layer) => {
      layer.on("tileload", () => { state.loaded += 1; quiet(state); });
      layer.on("tileerror", () => { if (!state.loaded && state.isShown) complain(state, ctx); });
    });
    drawn.set(ctx.map, state);
  }

  function show(view, ctx) {
    const state = drawn.get(ctx.map);
    if (!state || state.isShown === Boolean(view.base)) return;
    state.isShown = Boolean(view.base);
    if (!state.isShown) quiet(state);
    [...state.layers, state.credit].filter(Boolean).forEach((each) => {
      if (state.isShown) each.addTo(ctx.map); else each.remove();
    });
    ctx.box.dataset.base = state.isShown ? "1" : "";
  }

  /* One line as a control: names keep clear of controls. */
  function credit(words) {
    const Credit = L.Control.extend({
      options: { position: "bottomright" },
      onAdd() {
        const made = L.DomUtil.create("div", "gm-credit");
        made.textContent = words;
        return made;
      },
    });
    return new Credit();
  }

  function complain(state, ctx) {
    state.note = state.note || ctx.line(ctx.box, "div", OFFLINE);
    state.note.className = "gm-note gm-offline";
    state.note.setAttribute("role", "status");
    state.timer = state.timer || setTimeout(() => {
      state.timer = null;
      state.layers.forEach((layer) => { if (state.isShown) layer.redraw(); });
    }, AGAIN_MS);
  }

  function quiet(state) {
    clearTimeout(state.timer);
    state.timer = null;
    if (state.note) state.note.remove();
    state.note = null;
  }

  guanmo.crs = crs;
  guanmo.part({ name: "base", start, show });
})();
