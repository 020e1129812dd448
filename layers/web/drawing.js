/* Drawing on the map: a line to measure, an outline or a circle to look into. The server measures; the browser draws.
 *
 * planDrawing(map, host)  host = {assets: {script, css}, colour, roads, word(key), language(), report(event), button(bar, icon, action)}
 *   .show(drawings, {fit, reshaped})  drawings = [{id, kind, at: [[lat, lon] …], text}], drawn anew where it is another
 *                         array; with fit brought into view, with reshaped their outlines' corners can be moved
 *   .focus(place)         place = {id, name, at, bounds, parts} or null: brings it into view and marks it, a street
 *                         by those features of the layer host.roads whose ids are its parts
 *   .suspend(on)          neither drawings nor tools are shown, as on a tour of the structure
 *   .drawWords()          the buttons' words, after a change of language
 *   .active               whether the reader is drawing just now
 */
function planDrawing(map, host) {
  "use strict";

  const TOOLS = [
    ["line", "Line", '<svg viewBox="0 0 16 16"><path d="M2.5 13.5l4-6 3 3 4-8"/></svg>'],
    ["outline", "Polygon", '<svg viewBox="0 0 16 16"><path d="M3 5l6-2.5L13.5 7 11 13.5 4 12z"/></svg>'],
    ["circle", "Circle", '<svg viewBox="0 0 16 16"><circle cx="8" cy="8" r="5.5"/><path d="M8 8h5.5"/></svg>']
  ];
  const EARTH_M = 6371000;
  const shapes = L.layerGroup().addTo(map), marks = L.layerGroup().addTo(map);
  const buttons = new Map();
  let loading = null, drawn = null, focused = {id: null, name: null}, kind = null;

  /* The drawing library is large and seldom needed: it comes with the first drawing. */
  function load() {
    loading = loading || new Promise((done, failed) => {
      const css = document.createElement("link");
      css.rel = "stylesheet";
      css.href = host.assets.css;
      const script = document.createElement("script");
      script.src = host.assets.script;
      script.onload = () => {
        L.PM.setOptIn(true);
        map.pm = new L.PM.Map(map);
        map.on("pm:create", created);
        map.on("pm:drawend", () => setKind(null));
        done();
      };
      script.onerror = () => { loading = null; failed(); };
      document.head.append(css, script);
    });
    return loading;
  }

  function setKind(next) {
    kind = next;
    for (const [name, node] of buttons) node.setAttribute("aria-pressed", String(name === kind));
  }

  function start(name, shape) {
    if (kind) {
      const same = kind === name;
      map.pm.disableDraw();
      if (same) return;
    }
    load().then(() => {
      map.pm.setLang(host.language() === "zh" ? "zh" : "en");
      setKind(name);
      const line = {color: host.colour, weight: 2.5, dashArray: "6,4"};
      map.pm.enableDraw(shape, {snappable: false, continueDrawing: false, templineStyle: line, hintlineStyle: line,
        pathOptions: line});
    }, () => {});
  }

  function created({layer}) {
    const shape = kind || (layer instanceof L.Circle ? "circle" : layer instanceof L.Polygon ? "outline" : "line");
    let points;
    if (shape === "circle") {
      const centre = layer.getLatLng(), turn = layer.getRadius() / (EARTH_M * Math.cos(centre.lat * Math.PI / 180));
      points = [[centre.lng, centre.lat], [centre.lng + turn * 180 / Math.PI, centre.lat]];
    } else {
      points = layer.getLatLngs().flat(2).map(({lat, lng}) => [lng, lat]);
    }
    layer.remove();
    host.report({type: "drawn", kind: shape, points: points.map(([lon, lat]) => [+lon.toFixed(7), +lat.toFixed(7)])});
  }

  function label(text) {
    const node = document.createElement("span");
    node.textContent = text;
    return node;
  }

  let bent = false;
  function show(drawings, {fit, reshaped}) {
    if (drawings === drawn && bent === reshaped) return;
    const fresh = drawings !== drawn;
    drawn = drawings;
    bent = reshaped;
    shapes.clearLayers();
    for (const {id, kind: shape, at, text} of drawings) {
      const options = {color: host.colour, weight: 2.5, fillOpacity: 0.07, interactive: false, smoothFactor: 0};
      const layer = shape === "line" ? L.polyline(at, options) : L.polygon(at, options), end = at.at(-1);
      layer.addTo(shapes);
      if (reshaped && shape === "outline") bend(id, layer);
      const named = shape === "line" ? L.circleMarker(end, {radius: 1, stroke: false, fill: false, interactive: false}) : layer;
      named.bindTooltip(label(text), {permanent: true, className: "drawing-label",
        direction: shape !== "line" ? "center" : end[1] < at.at(-2)[1] ? "left" : "right"}).addTo(shapes);
    }
    if (fresh && fit && drawings.length) fitTo(drawings.flatMap(({at}) => at));
  }

  /* The corners of an outline are moved with the drawing library's handles; each move is told when it is over. */
  function bend(id, layer) {
    load().then(() => {
      if (!shapes.hasLayer(layer)) return;
      layer.options.pmIgnore = false;
      L.PM.reInitLayer(layer);
      layer.pm.enable({allowSelfIntersection: false, snappable: false});
      layer.on("pm:markerdragend pm:vertexadded pm:vertexremoved", () => host.report({type: "reshaped", id,
        points: layer.getLatLngs().flat(2).map(({lat, lng}) => [+lng.toFixed(7), +lat.toFixed(7)])}));
    }, () => {});
  }

  /* A street is its features of the roads' layer, which the page holds already. */
  function stretches(parts) {
    return host.roads.getLayers().filter(road => parts.includes(+road.feature.id)).flatMap(road => {
      const line = road.getLatLngs();
      return Array.isArray(line[0]) ? line : [line];
    });
  }

  function fitTo(bounds) {
    const legend = map.getContainer().querySelector(".map-legend[open]");
    const beside = legend && map.getSize().x > 560 ? legend.offsetWidth : 0;
    map.fitBounds(bounds, {paddingTopLeft: [beside + 40, 60], paddingBottomRight: [60, 60], maxZoom: 16});
  }

  function focus(place) {
    const id = place && place.id, name = place && place.name;
    if (id === focused.id && name === focused.name) return;
    const moved = id !== focused.id;
    focused = {id, name};
    marks.clearLayers();
    if (!place) return;
    const looks = {color: host.colour, fill: false, interactive: false, smoothFactor: 0};
    L.polyline(stretches(place.parts), {...looks, weight: 6, opacity: 0.75}).addTo(marks);
    const ring = place.parts.length ? {radius: 1, stroke: false} : {radius: 10, weight: 3};
    L.circleMarker(place.at, {...looks, ...ring}).addTo(marks)
      .bindTooltip(label(name), {permanent: true, direction: "top", offset: [0, -ring.radius]}).openTooltip();
    if (!moved) return;
    const [west, south, east, north] = place.bounds;
    if (place.parts.length) fitTo([[south, west], [north, east]]);
    else map.setView(place.at, Math.max(map.getZoom(), 15));
  }

  const tools = L.control({position: "topright"});
  tools.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar map-tools");
    L.DomEvent.disableClickPropagation(bar);
    for (const [name, shape, icon] of TOOLS) buttons.set(name, host.button(bar, icon, () => start(name, shape)));
    setKind(null);
    return bar;
  };
  tools.addTo(map);
  document.addEventListener("keydown", event => { if (event.key === "Escape" && kind) map.pm.disableDraw(); });

  function suspend(on) {
    if (on && kind) map.pm.disableDraw();
    for (const group of [shapes, marks]) on ? group.remove() : group.addTo(map);
    tools.getContainer().hidden = on;
  }

  function drawWords() {
    for (const [name, node] of buttons) {
      node.title = host.word("map.draw_" + name);
      node.setAttribute("aria-label", node.title);
    }
  }

  return {show, focus, suspend, drawWords, get active() { return kind !== null; }};
}
