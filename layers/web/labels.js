/* Map labels on one canvas: placed greedily by rank, never over a marker, the furniture or each other. */
(function () {
  "use strict";

  const GAP = 3, MAX_BEND = 0.35, LEADER_MAX = 134;

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  L.MapLabels = L.Layer.extend({
    initialize: function (font, halo) {
      this._font = font;
      this._halo = halo;
      this._items = () => [];
      this._obstacles = () => [];
      this.placed = [];
    },

    setFont: function (font) {
      this._font = font;
    },

    /* items(zoom) → labels by falling rank, some with a short text where the whole has no room; obstacles() → boxes [x0, y0, x1, y1] in container pixels. */
    from: function (items, obstacles) {
      this._items = items;
      this._obstacles = obstacles;
      this.redraw();
      return this;
    },

    onAdd: function (map) {
      this._canvas = L.DomUtil.create("canvas", "map-labels", map.getPane("labels"));
      map.on("moveend viewreset resize", this.redraw, this);
      map.on("zoomstart", this._hide, this);
    },

    onRemove: function (map) {
      this._canvas.remove();
      map.off("moveend viewreset resize", this.redraw, this);
      map.off("zoomstart", this._hide, this);
    },

    redraw: function () {
      if (this._map && !this._frame) this._frame = requestAnimationFrame(() => { this._frame = 0; this._draw(); });
    },

    _hide: function () {
      this._canvas.style.visibility = "hidden";
    },

    _draw: function () {
      if (!this._map) return;
      const size = this._map.getSize(), ratio = window.devicePixelRatio || 1;
      this._width = size.x;
      this._height = size.y;
      const canvas = this._canvas;
      canvas.width = this._width * ratio;
      canvas.height = this._height * ratio;
      canvas.style.width = this._width + "px";
      canvas.style.height = this._height + "px";
      L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint([0, 0]));
      canvas.style.visibility = "";
      const pen = this._pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      pen.lineJoin = "round";
      this._taken = this._obstacles();
      this.placed = [];
      for (const item of this._items(this._map.getZoom())) this._place(item);
    },

    _point: function (latLng) {
      return this._map.latLngToContainerPoint(latLng);
    },

    _place: function (item) {
      this._pen.font = `${item.bold ? 700 : 400} ${item.size}px ${this._font}`;
      const measured = words => {
        const lines = words.split("\n");
        return {lines, width: Math.max(...lines.map(line => this._pen.measureText(line).width)),
          height: item.size * 1.2 * lines.length};
      };
      const text = measured(item.text);
      const done = item.line ? this._alongLine(item, text.width) || (item.must && this._besideLine(item, measured(L.MapLabels.wrapped(item.text))))
        : this._atPoint(item, text) || (item.short && this._atPoint(item, measured(item.short)));
      if (done) this.placed.push(item.key);
    },

    _free: function (box) {
      return box[0] >= 0 && box[1] >= 0 && box[2] <= this._width && box[3] <= this._height
        && !this._taken.some(other => overlaps(box, other));
    },

    /* Try the places beside or on a point; a label that must stand moves out step by step, on a leader. */
    _atPoint: function (item, text) {
      const at = this._point(item.at);
      for (const spot of item.radius ? this._beside(at, item.radius + GAP, text) : this._on(at, text)) {
        if (this._write(item, text, spot)) return true;
      }
      if (!item.must) return false;
      for (let reach = 14; reach <= LEADER_MAX; reach += 12) {
        for (const spot of this._beside(at, reach, text)) {
          if (this._write(item, text, spot, at)) return true;
        }
      }
      return false;
    },

    _on: function (at, {width, height}) {
      const x = at.x - width / 2, y = at.y - height / 2;
      return [[x, y], [x, y - height], [x, y + height]];
    },

    _beside: function (at, reach, {width, height}) {
      const right = at.x + reach, left = at.x - reach - width, middle = at.x - width / 2;
      const above = at.y - reach - height, level = at.y - height / 2, below = at.y + reach;
      return [[right, level], [left, level], [middle, above], [middle, below],
        [right, above], [right, below], [left, above], [left, below]];
    },

    _write: function (item, text, [x, y], leaderTo) {
      const box = [x - 1, y - 1, x + text.width + 1, y + text.height + 1];
      if (!this._free(box)) return false;
      this._taken.push(box);
      if (leaderTo) this._leader(box, leaderTo, item.colour);
      this._pen.textAlign = item.radius ? "left" : "center";
      this._pen.textBaseline = "middle";
      text.lines.forEach((line, i) => this._ink(
        line, item.radius ? x : x + text.width / 2, y + item.size * 1.2 * (i + 0.5), item));
      return true;
    },

    _leader: function (box, to, colour) {
      const pen = this._pen;
      pen.strokeStyle = colour;
      pen.lineWidth = 1;
      pen.beginPath();
      pen.moveTo(Math.min(Math.max(to.x, box[0]), box[2]), Math.min(Math.max(to.y, box[1]), box[3]));
      pen.lineTo(to.x, to.y);
      pen.stroke();
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(to.x, to.y, 2, 0, 2 * Math.PI);
      pen.fill();
    },

    /* A winding line: stand beside one of its points, the middle ones first. */
    _besideLine: function (item, text) {
      const points = item.line.map(latLng => this._point(latLng)), middle = (points.length - 1) / 2;
      const order = points.map((_, i) => i).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
      return order.some(i => this._beside(points[i], 10, text).slice(0, 2).some(spot => this._write(item, text, spot)));
    },

    _alongLine: function (item, width) {
      const points = item.line.map(latLng => this._point(latLng));
      let best = null;
      for (let i = 0; i < points.length - 1; i++) {
        let length = 0, j = i;
        const heading = Math.atan2(points[i + 1].y - points[i].y, points[i + 1].x - points[i].x);
        while (j < points.length - 1) {
          const turn = Math.atan2(points[j + 1].y - points[j].y, points[j + 1].x - points[j].x) - heading;
          if (Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn))) > MAX_BEND) break;
          length += points[j].distanceTo(points[++j]);
        }
        if (length < width + 12) continue;
        for (const share of [0.5, 0.3, 0.7]) {
          const run = this._runOn(points[i], points[j], share, width, item.size);
          if (run && (!best || Math.abs(share - 0.5) < best.off)) best = {...run, off: Math.abs(share - 0.5)};
        }
        if (best && best.off === 0) break;
      }
      if (!best) return false;
      this._taken.push(...best.boxes);
      const pen = this._pen;
      pen.save();
      pen.translate(best.x, best.y);
      pen.rotate(best.angle);
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      this._ink(item.text, 0, 0, item);
      pen.restore();
      return true;
    },

    _runOn: function (start, end, share, width, size) {
      const x = start.x + (end.x - start.x) * share, y = start.y + (end.y - start.y) * share;
      let angle = Math.atan2(end.y - start.y, end.x - start.x);
      if (angle > Math.PI / 2 || angle <= -Math.PI / 2) angle += Math.PI;
      const boxes = [], half = size * 0.62, count = Math.max(1, Math.ceil(width / size));
      for (let i = 0; i < count; i++) {
        const along = (i + 0.5) / count * width - width / 2;
        const cx = x + along * Math.cos(angle), cy = y + along * Math.sin(angle);
        boxes.push([cx - half, cy - half, cx + half, cy + half]);
      }
      return boxes.every(box => this._free(box)) ? {x, y, angle, boxes} : null;
    },

    _ink: function (text, x, y, item) {
      const pen = this._pen;
      pen.globalAlpha = 0.9;
      pen.strokeStyle = this._halo;
      pen.lineWidth = Math.max(2.5, item.size * 0.3);
      pen.strokeText(text, x, y);
      pen.globalAlpha = 1;
      pen.fillStyle = item.colour;
      pen.fillText(text, x, y);
    }
  });

  /* A long name in two lines, broken between words, as near its middle as may be. */
  L.MapLabels.wrapped = text => {
    const wide = /[\u3040-\u30ff\u4e00-\u9fff]/.test(text), middle = text.length / 2;
    if (text.length <= (wide ? 9 : 22)) return text;
    const starts = wide
      ? [...new Intl.Segmenter(document.documentElement.lang, {granularity: "word"}).segment(text)]
        .map(word => word.index).filter(i => i && !"・·ー–—―、）".includes(text[i]) && text[i - 1] !== "（")
      : [...text.matchAll(/ /g)].map(space => space.index + 1);
    const at = starts.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
    return at ? text.slice(0, at).trimEnd() + "\n" + text.slice(at) : text;
  };
})();
