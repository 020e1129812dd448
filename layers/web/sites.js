/* The sites: one marker a place, with its parcel and the circle of its accuracy; all of them can be replaced at once.
 *
 * planSites(map, style, host)  host = {word, language, shown, scale, touring, faded, busy, pick, structureToBack}: of the bridge
 *   .take(data)      data = {sites: columns, rows, engine, sitesVersion}; instead of what was drawn before
 *   .show(wanted)    wanted(i) tells which are; .draw() again, after a change of layers or of the tour
 *   .all .rows .engine .version   what was taken; .rowOf = Map of an id to its place in the columns
 *   .stacks          [{members, visible, marker}]: the sites of one place, and those of them that are wanted
 */
function planSites(map, style, host) {
  "use strict";

  const markers = L.layerGroup().addTo(map), circles = L.layerGroup().addTo(map), outlines = L.layerGroup().addTo(map);
  const own = {all: null, rows: [], engine: null, version: null, stacks: [], rowOf: new Map()};
  let stackOf = [], parcels = new Map(), added = new Set();
  const latLngOf = i => [own.all.lat[i], own.all.lon[i]];
  const isVisible = i => host.shown("sites") && stackOf[i].visible.includes(i);

  /* Several sites at one place share a marker. */
  function take(data) {
    for (const group of [markers, circles, outlines]) group.clearLayers();
    const all = data.sites, byPlace = new Map();
    stackOf = all.id.map((_, i) => {
      const place = all.lon[i] + "," + all.lat[i];
      if (!byPlace.has(place)) byPlace.set(place, {members: [], visible: []});
      byPlace.get(place).members.push(i);
      return byPlace.get(place);
    });
    Object.assign(own, {all, rows: data.rows, engine: planFilters.engine(data.engine), version: data.sitesVersion,
      stacks: [...byPlace.values()], rowOf: new Map(all.id.map((id, i) => [id, i]))});
    added = new Set(all.added);
    parcels = new Map(Object.entries(all.parcels || {}).map(([id, rings]) => [own.rowOf.get(id), parcelOf(id, rings)]));
  }

  function looks(stack) {
    const touring = stack.visible.filter(host.touring), rows = touring.length ? touring : stack.visible;
    const known = rows.find(i => own.all.filled[i]), lead = known === undefined ? rows[0] : known;
    const sector = style.sectors[own.all.sector[lead]], stage = style.stages[own.all.stage[lead]];
    const strength = host.faded(stack) ? style.faded : 1, scale = host.scale();
    const base = {radius: style.radius * scale, ground: style.ground, font: style.font, count: stack.visible.length,
      fill: known !== undefined, fillOpacity: style.fillOpacity * strength, opacity: strength, lineJoin: "round", lineCap: "butt"};
    if (rows.length === 1 || known !== undefined) {
      return {...base, shape: sector.points, color: stage.colour || sector.outline, fillColor: sector.colour,
        weight: stage.width * scale, dashArray: stage.dash.length ? stage.dash.map(d => d * scale).join(",") : null};
    }
    return {...base, shape: style.stackPoints, radius: (style.radius + 2) * scale, color: style.text, weight: 1.4, dashArray: null};
  }

  const looksOf = stack => [...stack.visible, host.scale(), host.faded(stack), ...stack.visible.filter(host.touring)].join();

  function onClick(layer, action) {
    layer.on("click", event => {
      if (host.busy()) return;
      L.DomEvent.stopPropagation(event);
      action();
    });
  }

  function markerOf(stack) {
    const options = looks(stack);
    if (!stack.marker) {
      stack.marker = new L.SiteMarker(latLngOf(stack.members[0]), options);
      onClick(stack.marker, () => pickStack(stack));
      stack.marker.bindTooltip(() => tooltip(stack.visible), {direction: "top", offset: [0, -8]});
    } else if (stack.drawn !== looksOf(stack)) {
      Object.assign(stack.marker.options, options);
      stack.marker._radius = options.radius;
      if (stack.marker._map) stack.marker.setStyle(options);
    }
    stack.drawn = looksOf(stack);
    return stack.marker;
  }

  function line(tag, text, className) {
    const node = document.createElement(tag);
    node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function name(i) {
    const known = (own.all.names[host.language()] || own.all.names.en)[i];
    return added.has(own.all.id[i]) ? known + host.word("map.added_short") : known;
  }

  function tooltip(visible) {
    const box = document.createElement("div");
    const rows = visible.slice(0, 6);
    rows.forEach(i => box.append(line("div", name(i), "tip-name")));
    if (visible.length > rows.length) box.append(line("div", `… +${visible.length - rows.length}`));
    const first = visible[0];
    box.append(line("div", host.word("map.accuracy").replace("{grade}", host.word("grade." + own.all.grade[first])).replace("{n}", own.all.accuracy[first]), "tip-note"));
    return box;
  }

  function pickStack(stack) {
    if (stack.visible.length === 1) return host.pick("site", own.all.id[stack.visible[0]]);
    const box = document.createElement("div");
    box.className = "stack-list";
    box.append(line("p", host.word("map.shared_place"), "tip-note"));
    stack.visible.forEach(i => {
      const button = line("button", name(i));
      button.type = "button";
      button.onclick = () => { map.closePopup(); host.pick("site", own.all.id[i]); };
      box.append(button);
    });
    L.popup({maxWidth: 280, autoPanPadding: [20, 20]}).setLatLng(stack.marker.getLatLng()).setContent(box).openOn(map);
  }

  function parcelOf(id, rings) {
    const i = own.rowOf.get(id), sector = style.sectors[own.all.sector[i]];
    const parcel = L.polygon(rings, {color: sector.outline, fillColor: sector.colour, smoothFactor: 0});
    onClick(parcel, () => host.pick("site", id));
    return parcel.bindTooltip(() => tooltip([i]), {sticky: true});
  }

  /* Parcels lie under the markers and over the structure, which goes to the back after them. */
  function drawParcels() {
    let more = false;
    for (const [i, parcel] of parcels) {
      if (!isVisible(i)) outlines.removeLayer(parcel);
      else {
        const strength = host.faded(stackOf[i]) ? style.faded : 1, weight = style.parcel.width * host.scale();
        if (parcel.options.opacity !== strength || parcel.options.weight !== weight) {
          parcel.setStyle({weight, opacity: strength, fillOpacity: style.parcel.fillOpacity * strength});
        }
        if (!outlines.hasLayer(parcel)) {
          outlines.addLayer(parcel);
          parcel.bringToBack();
          more = true;
        }
      }
    }
    if (more) host.structureToBack();
  }

  function accuracyCircle(i, strong) {
    const sector = style.sectors[own.all.sector[i]];
    return L.circle(latLngOf(i), {radius: own.all.accuracy[i], color: strong ? style.selection : sector.outline,
      weight: strong ? 1.4 : 1, opacity: strong ? 0.9 : 0.45, dashArray: "4,4", fill: strong, fillOpacity: 0.05,
      interactive: false});
  }

  function drawAccuracy() {
    circles.clearLayers();
    if (!host.shown("sites") || map.getZoom() < style.accuracyZoom) return;
    const view = map.getBounds().pad(0.2);
    for (const stack of own.stacks) {
      const i = stack.visible[0];
      if (i !== undefined && !host.faded(stack) && !own.all.filled[i] && view.contains(latLngOf(i))) circles.addLayer(accuracyCircle(i, false));
    }
  }

  function show(wanted) {
    for (const stack of own.stacks) stack.visible = [];
    stackOf.forEach((stack, i) => { if (wanted(i)) stack.visible.push(i); });
    draw();
  }

  function draw() {
    for (const stack of own.stacks) {
      const wanted = stack.visible.length > 0 && host.shown("sites");
      if (wanted) {
        const marker = markerOf(stack);
        if (!marker._map) markers.addLayer(marker);
      } else if (stack.marker && stack.marker._map) markers.removeLayer(stack.marker);
    }
    drawParcels();
    drawAccuracy();
  }

  map.on("zoomend moveend", () => { if (own.all) drawAccuracy(); });
  return Object.assign(own, {take, show, draw, latLngOf, isVisible, name, accuracyCircle, line,
    parcels: () => [...parcels].filter(([, parcel]) => parcel._map).map(([i]) => own.all.id[i])});
}
