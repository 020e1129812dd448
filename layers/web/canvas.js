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

  /* ---- symbols: polygons of fixed pixel size, with a number where one stands for several sites ---- */
  const SYMBOL_REACH = 24; /* no symbol is drawn farther from its point, in pixels; whole, so that pictures stay sharp */
  const GRID = 64, LEAST_HIT = 5;

  /* The number inside a hollow circle, or on a small badge beside a site whose own place is known. */
  function symbolNumber(context, options, at) {
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
  }

  function symbolPicture(renderer, options, ratio) {
    const picture = document.createElement("canvas"), {radius} = options, middle = {x: SYMBOL_REACH, y: SYMBOL_REACH};
    picture.width = picture.height = 2 * SYMBOL_REACH * ratio;
    const context = picture.getContext("2d");
    context.scale(ratio, ratio);
    context.beginPath();
    options.shape.forEach(([dx, dy], i) => context[i ? "lineTo" : "moveTo"](middle.x + dx * radius, middle.y + dy * radius));
    context.closePath();
    context.globalAlpha = 0.85;
    context.fillStyle = options.ground;
    context.fill();
    context.globalAlpha = 1;
    renderer._fillStroke(context, {options: {stroke: true, ...options}});
    if (options.count > 1) symbolNumber(context, options, options.fill ? {x: middle.x + radius, y: middle.y - radius} : middle);
    return picture;
  }

  /* All symbols as one path of the canvas, later ones above: each is a copy of its look's picture, and a grid finds it.
   * looks[k] is how symbol k looks, null where it is not shown; equal looks are one object. `hit` is the symbol that the
   * pointer was last found on. */
  L.Symbols = L.Path.extend({
    initialize: function (latLngs) {
      this._latLngs = latLngs;
      this.looks = new Array(latLngs.length).fill(null);
      this._x = new Float64Array(latLngs.length);
      this._y = new Float64Array(latLngs.length);
      this._pictures = new Map();
      this.hit = null;
    },

    /* Leaflet puts events and tooltips where a layer says that it is. */
    getLatLng: function () {
      return L.latLng(this._latLngs[this.hit]);
    },

    /* How far apart so many places would stand if they were spread evenly over the extent of all, in pixels. */
    spacing: function (count) {
      const {x0, y0, x1, y1} = this._extent, {crs} = this._map.options;
      return Math.sqrt((x1 - x0) * (y1 - y0) / count) * crs.scale(this._map.getZoom()) / crs.scale(0);
    },

    forgetPictures: function () {
      this._pictures.clear();
    },

    _project: function () {
      const {crs} = this._map.options;
      if (this._crs !== crs) this._index(this._crs = crs);
      this._scale = crs.scale(this._map.getZoom()) / crs.scale(0);
      this._origin = this._map.getPixelOrigin();
      const corner = (x, y) => L.point(x, y).multiplyBy(this._scale).subtract(this._origin);
      const {x0, y0, x1, y1} = this._extent, reach = [SYMBOL_REACH, SYMBOL_REACH];
      this._pxBounds = L.bounds(corner(x0, y0).subtract(reach), corner(x1, y1).add(reach));
    },

    /* The places at zoom 0, sorted into GRID × GRID cells of their extent. */
    _index: function (crs) {
      const extent = this._extent = {x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity};
      this._latLngs.forEach((latLng, k) => {
        const {x, y} = crs.latLngToPoint(L.latLng(latLng), 0);
        this._x[k] = x;
        this._y[k] = y;
        extent.x0 = Math.min(extent.x0, x);
        extent.y0 = Math.min(extent.y0, y);
        extent.x1 = Math.max(extent.x1, x);
        extent.y1 = Math.max(extent.y1, y);
      });
      this._cells = Array.from({length: GRID * GRID}, () => []);
      this._latLngs.forEach((_, k) => this._cells[this._column(this._x[k]) + GRID * this._row(this._y[k])].push(k));
    },

    _column: function (x) {
      const {x0, x1} = this._extent;
      return Math.max(0, Math.min(GRID - 1, Math.floor((x - x0) / (x1 - x0 || 1) * GRID)));
    },

    _row: function (y) {
      const {y0, y1} = this._extent;
      return Math.max(0, Math.min(GRID - 1, Math.floor((y - y0) / (y1 - y0 || 1) * GRID)));
    },

    /* Those whose cell meets a part of the map, in drawing order. */
    within: function (bounds) {
      const {crs} = this._map.options;
      return this._between(crs.latLngToPoint(bounds.getNorthWest(), 0), crs.latLngToPoint(bounds.getSouthEast(), 0));
    },

    _near: function (min, max) {
      const world = at => at.add(this._origin).divideBy(this._scale), reach = [SYMBOL_REACH, SYMBOL_REACH];
      return this._between(world(min.subtract(reach)), world(max.add(reach)));
    },

    _between: function (min, max) {
      const found = [], right = this._column(max.x), bottom = this._row(max.y);
      for (let row = this._row(min.y); row <= bottom; row++) {
        for (let column = this._column(min.x); column <= right; column++) found.push(...this._cells[column + GRID * row]);
      }
      return Int32Array.from(found).sort();
    },

    /* Whole pixels, as Leaflet rounds the places of its own markers. */
    _pixelX: function (k) { return Math.round(this._x[k] * this._scale) - this._origin.x; },
    _pixelY: function (k) { return Math.round(this._y[k] * this._scale) - this._origin.y; },

    _update: function () {
      if (this._map) this._updatePath();
    },

    _updatePath: function () {
      const renderer = this._renderer;
      if (!renderer._drawing) return;
      const {min, max} = renderer._redrawBounds || renderer._bounds, context = renderer._ctx, reach = SYMBOL_REACH;
      const low = min.subtract([reach, reach]), high = max.add([reach, reach]);
      for (const k of this._near(min, max)) {
        const look = this.looks[k];
        if (!look) continue;
        const x = this._pixelX(k), y = this._pixelY(k);
        if (x >= low.x && y >= low.y && x <= high.x && y <= high.y) {
          context.drawImage(this._pictureOf(look), x - reach, y - reach, 2 * reach, 2 * reach);
        }
      }
    },

    _pictureOf: function (look) {
      let picture = this._pictures.get(look);
      if (!picture) this._pictures.set(look, picture = symbolPicture(this._renderer, look, L.Browser.retina ? 2 : 1));
      return picture;
    },

    _containsPoint: function (at) {
      const off = k => Math.hypot(this._pixelX(k) - at.x, this._pixelY(k) - at.y);
      const hits = this._near(at, at).filter(k => {
        const look = this.looks[k];
        return look && off(k) <= Math.max(look.radius + look.weight / 2, LEAST_HIT);
      });
      /* Of symbols too small to be told apart the nearest is meant, of others the uppermost. */
      if (hits.length) this.hit = hits.reduce((one, k) => this.looks[k].radius < LEAST_HIT && off(one) < off(k) ? one : k);
      return hits.length > 0;
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
