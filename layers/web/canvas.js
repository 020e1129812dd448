/* What plain Leaflet cannot draw on a canvas: marker shapes, hatched fills, arrow ends, and a shifted datum. */
(function () {
  "use strict";

  const HATCH_STEP = 7;
  const hatches = new Map();

  function hatchOf(context, colour) {
    if (!hatches.has(colour)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = HATCH_STEP;
      const pen = tile.getContext("2d");
      pen.strokeStyle = colour;
      pen.lineWidth = 0.9;
      pen.beginPath();
      for (const shift of [-HATCH_STEP, 0, HATCH_STEP]) {
        pen.moveTo(shift, HATCH_STEP);
        pen.lineTo(shift + HATCH_STEP, 0);
      }
      pen.stroke();
      hatches.set(colour, context.createPattern(tile, "repeat"));
    }
    return hatches.get(colour);
  }

  function arrowHead(context, tip, from, size) {
    const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
    const corner = turn => [tip.x + size * Math.cos(angle + turn), tip.y + size * Math.sin(angle + turn)];
    context.beginPath();
    context.moveTo(...corner(0));
    context.lineTo(...corner(2.5));
    context.lineTo(...corner(-2.5));
    context.closePath();
    context.fill();
  }

  function arrowEnds(context, layer) {
    const options = layer.options;
    const line = layer._rings.flat();
    if (line.length < 2) return;
    const size = options.weight * 2.2;
    context.fillStyle = options.color;
    arrowHead(context, line[0], line[1], size);
    arrowHead(context, line[line.length - 1], line[line.length - 2], size);
  }

  const fillStroke = L.Canvas.prototype._fillStroke;
  L.Canvas.include({
    _fillStroke: function (context, layer) {
      const options = layer.options;
      fillStroke.call(this, context, layer);
      if (options.hatch && options.fill) {
        context.globalAlpha = options.hatchOpacity;
        context.fillStyle = hatchOf(context, options.hatch);
        context.fill(options.fillRule || "evenodd");
        context.globalAlpha = 1;
      }
      if (options.arrowEnds) arrowEnds(context, layer);
    }
  });

  /* A project site: a polygon symbol of fixed pixel size, with a number on it where it stands for several. */
  L.SiteMarker = L.CircleMarker.extend({
    _updatePath: function () {
      const renderer = this._renderer;
      if (!renderer._drawing || this._empty()) return;
      const context = renderer._ctx, options = this.options, {x, y} = this._point, radius = this._radius;
      context.beginPath();
      options.shape.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius));
      context.closePath();
      context.globalAlpha = 0.85;
      context.fillStyle = options.ground;
      context.fill();
      context.globalAlpha = 1;
      renderer._fillStroke(context, this);
      if (options.count > 1) this._number(context, options, options.fill ? {x: x + radius, y: y - radius} : {x, y});
    },

    /* The number inside a hollow circle, or on a small badge beside a site whose own place is known. */
    _number: function (context, options, at) {
      context.globalAlpha = options.opacity;
      if (options.fill) {
        context.beginPath();
        context.arc(at.x, at.y, 6.5, 0, 2 * Math.PI);
        context.fillStyle = options.ground;
        context.fill();
        context.lineWidth = 1;
        context.setLineDash([]);
        context.strokeStyle = options.color;
        context.stroke();
      }
      context.font = `600 ${options.fill ? 9 : 11}px ${options.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillStyle = options.color;
      context.fillText(String(options.count), at.x, at.y + 0.5);
      context.globalAlpha = 1;
    }
  });

  /* GCJ-02, the datum of AMap's pictures: the map's projection is shifted, so every layer and the pointer follow. */
  const A = 6378245.0, EE = 0.00669342162296594323, RAD = Math.PI / 180;

  function shift(lon, lat) {
    const x = lon - 105, y = lat - 35, root = Math.sqrt(Math.abs(x)), s = Math.sin, pi = Math.PI;
    const wave = (20 * s(6 * x * pi) + 20 * s(2 * x * pi)) * 2 / 3;
    let dLat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
      + (20 * s(y * pi) + 40 * s(y / 3 * pi)) * 2 / 3 + (160 * s(y / 12 * pi) + 320 * s(y * pi / 30)) * 2 / 3;
    let dLon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
      + (20 * s(x * pi) + 40 * s(x / 3 * pi)) * 2 / 3 + (150 * s(x / 12 * pi) + 300 * s(x / 30 * pi)) * 2 / 3;
    const magic = 1 - EE * s(lat * RAD) ** 2, sqrtMagic = Math.sqrt(magic);
    dLat = dLat * 180 / (A * (1 - EE) / (magic * sqrtMagic) * pi);
    dLon = dLon * 180 / (A / sqrtMagic * Math.cos(lat * RAD) * pi);
    return [dLon, dLat];
  }

  function toGcj02(point) {
    const [dLon, dLat] = shift(point.lng, point.lat);
    return L.latLng(point.lat + dLat, point.lng + dLon);
  }

  function fromGcj02(point) {
    let guess = point;
    for (let i = 0; i < 5; i++) {
      const there = toGcj02(guess);
      guess = L.latLng(guess.lat + point.lat - there.lat, guess.lng + point.lng - there.lng);
    }
    return guess;
  }

  const mercator = L.Projection.SphericalMercator;
  L.CRS.Gcj02 = L.extend({}, L.CRS.EPSG3857, {
    projection: L.extend({}, mercator, {
      project: point => mercator.project(toGcj02(L.latLng(point))),
      unproject: point => fromGcj02(mercator.unproject(point))
    })
  });
})();
