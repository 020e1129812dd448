/* Base maps of pictures, only where they were asked for. Their servers may want to know which site asks; no other is told.
 *
 * planTiles(map, ground, report) → fn(source), source = {id, datum, urls, attribution, subdomains, minZoom, maxZoom, tms}
 * or null; tiles that keep failing are reported as {type: "tiles-failed"}: a few where none has come, more where the
 * reader may have gone to where there are none
 */
function planTiles(map, ground, report) {
  "use strict";

  let layers = [], shown = null;
  return source => {
    const wanted = source ? source.id + source.attribution : null;
    if (wanted === shown) return;
    shown = wanted;
    layers.forEach(layer => layer.remove());
    const crs = source && source.datum === "GCJ02" ? L.CRS.Gcj02 : L.CRS.EPSG3857;
    if (map.options.crs !== crs) {
      const centre = map.getCenter(), zoom = map.getZoom();
      map.options.crs = crs;
      map._resetView(centre, zoom);
    }
    layers = source ? source.urls.map(url => L.tileLayer(url, {attribution: source.attribution,
      subdomains: source.subdomains, maxZoom: map.getMaxZoom(), minNativeZoom: source.minZoom, maxNativeZoom: source.maxZoom, tms: source.tms, pane: "tiles",
      referrerPolicy: "strict-origin-when-cross-origin"})) : [];
    let failed = 0, allowed = 4;
    layers.forEach(layer => layer.on("tileload", () => { failed = 0; allowed = 40; })
      .on("tileerror", () => { if (++failed === allowed) report({type: "tiles-failed"}); }).addTo(map));
    for (const layer of ground) source ? map.removeLayer(layer) : map.addLayer(layer);
  };
}
