/* The canvas that the polygons are drawn on. Leaflet traces every border anew whenever a colour changes; here a traced
   border is kept until the map is zoomed or moved, and only filled again. Looks and clicks are Leaflet's own. */
(function () {
  "use strict";

  const Canvas = L.Canvas.extend({
    _updatePoly(layer, isClosed) {
      if (!this._drawing || !layer._parts.length) return;
      if (layer._traced !== layer._parts) {
        layer._traced = layer._parts;
        layer._trace = trace(layer._parts, isClosed);
      }
      paint(this._ctx, layer._trace, layer.options);
    },
  });

  function trace(rings, isClosed) {
    const path = new Path2D();
    rings.forEach((ring) => {
      ring.forEach((point, at) => { if (at) path.lineTo(point.x, point.y); else path.moveTo(point.x, point.y); });
      if (isClosed && ring.length) path.closePath();
    });
    return path;
  }

  function paint(pen, path, { fill, fillColor, color, fillOpacity, stroke, weight, opacity, lineCap, lineJoin, _dashArray }) {
    if (fill) {
      pen.globalAlpha = fillOpacity;
      pen.fillStyle = fillColor || color;
      pen.fill(path, "evenodd");
    }
    if (stroke && weight) {
      pen.setLineDash(_dashArray || []);
      pen.globalAlpha = opacity;
      pen.lineWidth = weight;
      pen.strokeStyle = color;
      pen.lineCap = lineCap;
      pen.lineJoin = lineJoin;
      pen.stroke(path);
    }
  }

  guanmo.canvas = (options) => new Canvas(options);
})();
