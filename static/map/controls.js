/* Around the map: its height in the frame, buttons, scale bar, north arrow, the line with the map's approval number. */
(function () {
  "use strict";

  function start(ctx) {
    fitFrame(ctx);
    giveBackTheKeys();
    buttons(ctx);
    scale(ctx);
    north(ctx);
    if (ctx.options.review) ctx.line(ctx.box, "div", ctx.options.review, "gm-review");
  }

  /* On a phone the map is as tall as the county needs at that width: the page must still scroll beside it. On the
     wall the page's style gives the frame its height, and the map fills it. */
  function fitFrame(ctx) {
    const { map, box, options, isNarrow } = ctx;
    const set = window.Streamlit.setFrameHeight.bind(window.Streamlit);
    const [southWest, northEast] = options.bounds.map((corner) => map.options.crs.project(L.latLng(corner)));
    const shape = (northEast.y - southWest.y) / (northEast.x - southWest.x);
    const fitted = (height) => (isNarrow
      ? Math.min(height, Math.max(260, Math.round(window.innerWidth * Math.min(shape, 1.3) + 24)))
      : height);
    const fill = (height) => {
      box.style.height = `${height}px`;
      map.invalidateSize({ animate: false });
    };
    window.Streamlit.setFrameHeight = (height) => {
      if (height === undefined) return set();
      // Where the page's style says how high the frame is, it is that high already.
      fill(!isNarrow && window.innerHeight > 200 ? window.innerHeight : fitted(height));
      return set(fitted(height));
    };
    window.Streamlit.setFrameHeight(box.clientHeight || 600);
    /* On a phone other things stand below the map: the frame grows with them; null: the map alone. */
    ctx.growFrame = (height) => { if (isNarrow) set(height || box.clientHeight); };
    window.addEventListener("resize", () => {
      if (!isNarrow && Math.abs(window.innerHeight - box.clientHeight) > 2) fill(window.innerHeight);
    });
  }

  /* The page's keys must work after a click on the map, too. Who came by keyboard stays in the frame, where the
     arrows pan the map; K and Esc mean the page's there as well. */
  function giveBackTheKeys() {
    if (window.parent === window) return; // not in a frame: nothing was taken
    document.addEventListener("pointerup", ({ target }) => {
      if (!target.closest || target.closest("button, select, input, [tabindex='0']:not(.leaflet-container)")) return;
      setTimeout(() => { window.frameElement.blur(); window.parent.focus(); });
    });
    window.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || !["k", "K", "Escape"].includes(event.key)) return;
      const { key, code, bubbles, cancelable } = event;
      window.parent.document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles, cancelable }));
    });
  }

  function buttons({ map, isNarrow, home }) {
    // On a phone two fingers zoom, and buttons would cover a tenth of the county.
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
  }

  function scale({ map, options, fontSize }) {
    const Scale = L.Control.Scale.extend({
      _updateMetric(metres) {
        const round = this._getRoundNum(metres);
        this._updateScale(this._mScale, round < 1000 ? `${round} 米` : `${round / 1000} 公里`, round / metres);
      },
    });
    new Scale({ imperial: false, position: "bottomright", maxWidth: options.wall ? 9 * fontSize() : 100 }).addTo(map);
  }

  function north({ map, isNarrow }) {
    if (isNarrow) return; // a phone's map is 300 px high, and up is north
    const North = L.Control.extend({
      options: { position: "topright" },
      onAdd() {
        const arrow = L.DomUtil.create("div", "gm-north");
        arrow.setAttribute("role", "img");
        arrow.setAttribute("aria-label", "上北下南");
        arrow.textContent = "北";
        return arrow;
      },
    });
    new North().addTo(map);
  }

  guanmo.part({
    name: "controls",
    start,
    occupied: ({ box, areaOf }) => [...box.querySelectorAll(".leaflet-control, .gm-review")].map((each) => areaOf(each)),
  });
})();
