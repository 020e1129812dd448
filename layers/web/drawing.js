/* Drawing on the map: a line to measure, an outline or a circle to look into. The server measures; the browser draws.
 *
 * planDrawing(map, host)  host = {assets: {script, css}, colour, word(key), language(), report(event), button(bar, icon, action)}
 *   .show(drawings)       drawings = [{id, kind, at: [[lat, lon] …], text}], drawn anew where they have changed
 *   .focus(place)         place = {id, name, at, bounds} or null: brings it into view and marks it
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
  let loading = null, drawn = null, focused = null, kind = null;

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

  function show(drawings) {
    const wanted = JSON.stringify(drawings);
    if (wanted === drawn) return;
    drawn = wanted;
    shapes.clearLayers();
    for (const {kind: shape, at, text} of drawings) {
      const options = {color: host.colour, weight: 2.5, fillOpacity: 0.07, interactive: false, smoothFactor: 0};
      const layer = shape === "line" ? L.polyline(at, options) : L.polygon(at, options);
      layer.bindTooltip(label(text), {permanent: true, direction: "center", className: "drawing-label"}).addTo(shapes);
    }
  }

  function focus(place) {
    const id = place && place.id;
    if (id === focused) return;
    focused = id;
    marks.clearLayers();
    if (!place) return;
    L.circleMarker(place.at, {radius: 10, color: host.colour, weight: 3, fill: false, interactive: false})
      .bindTooltip(label(place.name), {permanent: true, direction: "top", offset: [0, -10]}).addTo(marks);
    const [west, south, east, north] = place.bounds;
    if (east - west < 1e-6) map.setView(place.at, Math.max(map.getZoom(), 15));
    else map.fitBounds([[south, west], [north, east]], {padding: [60, 60], maxZoom: 16});
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

  function drawWords() {
    for (const [name, node] of buttons) {
      node.title = host.word("map.draw_" + name);
      node.setAttribute("aria-label", node.title);
    }
  }

  return {show, focus, drawWords, get active() { return kind !== null; }};
}
