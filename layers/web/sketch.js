/* A sketch of a file that is being imported: its points as the file has them, and as the chosen system puts them,
 * there with the outlines of its shapes.
 *
 * planSketch(map, style)  style = {before, after}: the colours
 *   .show(sketch)         sketch = {mark, before: [[lat, lon], …], after: …, outlines: [[[ring, hole, …], …], …],
 *                         fit: [[south, west], [north, east]] or null}
 *                         or null; drawn once a mark, which also fits the view. Where both are drawn they are of the
 *                         same features, each joined to itself. Returns whether anything has changed.
 *   .parts()              which of "before" and "after" are drawn
 */
function planSketch(map, style) {
  "use strict";

  const group = L.layerGroup().addTo(map);
  const looks = {
    before: {color: style.before, weight: 1.6, fill: false, interactive: false},
    after: {color: "#fff", weight: 0.8, fillColor: style.after, fillOpacity: 0.95, interactive: false}
  };
  const outline = {color: style.after, weight: 1.4, fillColor: style.after, fillOpacity: 0.18, interactive: false};
  const way = {color: style.after, weight: 1, opacity: 0.55, interactive: false};
  const MANY = 500;
  let shown = null;

  function show(sketch) {
    if ((shown && shown.mark) === (sketch && sketch.mark)) return false;
    shown = sketch;
    group.clearLayers();
    if (!sketch) return true;
    const {before, after, outlines, fit} = sketch;
    outlines.forEach(shape => group.addLayer(L.polygon(shape, outline)));
    if (before.length === after.length) group.addLayer(L.polyline(before.map((at, i) => [at, after[i]]), way));
    for (const part of ["before", "after"]) {
      const radius = sketch[part].length > MANY || (outlines.length && part === "after") ? 2.5 : 4.5;
      sketch[part].forEach(at => group.addLayer(L.circleMarker(at, {...looks[part], radius})));
    }
    if (fit && map.getSize().x) map.fitBounds(fit, {padding: [40, 40], maxZoom: 16, animate: false});
    return true;
  }

  return {show, parts: () => ["before", "after"].filter(part => shown && shown[part].length)};
}
