/* The bridge: holds every feature once, applies state messages, reports events.
 *
 * planMap.apply(state)  state = {mask, selected, emphasised, hidden, language, tiles, view}
 *                       and where the map is for drawing, drawings and focus (see drawing.js);
 *                       on a tour of the elements tour = the one that the map fits, present = drawn large; where sites
 *                       are shown one by one, stop = the one that the map fits, tour = its element;
 *                       in a comparison numbers = {id: number} of its sites, which the map fits;
 *                       while a file is imported its sketch (see sketch.js)
 * planMap.filter(wanted, also) draws a filter of planFilters at once and returns what its row prints;
 *                       also = {language, selected, view, bounds}, each where it is to change
 * planMap.tick(ids, fit) rings these sites until told otherwise and, if asked, fits the view to them
 * planMap.replaceSites(data)  data = {sites, rows, engine, sitesVersion}; the state applied next is of these
 * planMap.listen(fn)    fn({type: "pick", kind, id}) or fn({type: "view", view: [lat, lon, zoom]}) or {type: "tiles-failed"}
 */
function planMapBridge(map, folders, data) {
  "use strict";

  const {style, words, elements} = data;
  const stateNow = {hidden: new Set(), language: data.language, selected: null, emphasised: new Set(),
    tour: null, stop: null, present: false, numbers: null};
  let listener = () => {};
  const heard = [];
  const report = event => { heard.push(event); listener(event); };
  const word = key => words[stateNow.language][key];
  const nameOf = names => names[stateNow.language] || names.en || names.zh;
  const shown = layer => !stateNow.hidden.has(layer);
  const scale = () => stateNow.present ? style.presentScale : 1;

  /* On a tour the projects of its element, or the site that is its stop, stand out; the others step back. */
  const onTour = () => Boolean(stateNow.tour || stateNow.stop);
  const touring = i => onTour() && (stateNow.stop ? sites.all.id[i] === stateNow.stop : sites.all.element[i] === stateNow.tour);
  const faded = stack => onTour() && !stack.visible.some(touring);

  const sites = planSites(map, style, {word, shown, scale, touring, faded, pick, structureToBack,
    language: () => stateNow.language, busy: () => Boolean(drawing && drawing.active)});
  const {latLngOf, isVisible, accuracyCircle, line, name: siteName} = sites;
  const selectionGroup = L.layerGroup().addTo(map);
  const tickedGroup = L.layerGroup().addTo(map);
  sites.take(data);

  /* ---- structure ---- */
  const elementLayers = new Map();
  folders.structure.eachLayer(layer => {
    const id = layer.feature.id;
    elementLayers.set(id, layer);
    layer.on("click", event => {
      if (drawing && (drawing.active || pin.active)) return;
      L.DomEvent.stopPropagation(event);
      pick("element", id);
    });
    layer.bindTooltip(() => {
      const box = document.createElement("div");
      box.append(line("div", nameOf(elements[id].names), "tip-name"), line("div", word(elements[id].note), "tip-note"));
      return box;
    }, {sticky: true});
    layer.plainStyle = {weight: layer.options.weight, color: layer.options.color, fillOpacity: layer.options.fillOpacity};
  });

  /* On a tour the element is the page's subject and keeps the colour of the legend. */
  function pickedElement() {
    const chosen = stateNow.selected;
    return chosen && chosen.kind === "element" && !stateNow.tour ? chosen.id : undefined;
  }

  function styleElements() {
    for (const [id, layer] of elementLayers) {
      const {tour} = stateNow, picked = pickedElement() === id, plain = layer.plainStyle;
      const raised = picked || id === tour || stateNow.emphasised.has(id);
      layer.setStyle({...plain, weight: (raised ? plain.weight + 1.6 : plain.weight) * scale(),
        color: picked ? style.selection : plain.color, opacity: tour && id !== tour ? style.faded : 1,
        fillOpacity: raised && plain.fillOpacity ? plain.fillOpacity + 0.1 : plain.fillOpacity});
    }
  }

  /* ---- selection ---- */
  function pick(kind, id) {
    stateNow.selected = {kind, id};
    drawSelection();
    report({type: "pick", kind, id});
  }

  /* The picked site's row, where the filter and the layers let it be seen. */
  function ringed() {
    const chosen = stateNow.selected, i = chosen && chosen.kind === "site" ? sites.rowOf.get(chosen.id) : undefined;
    return i !== undefined && isVisible(i) ? i : undefined;
  }

  let ring;
  function drawSelection() {
    selectionGroup.clearLayers();
    const i = ring = ringed();
    if (i !== undefined) {
      if (!sites.all.filled[i]) selectionGroup.addLayer(accuracyCircle(i, true));
      selectionGroup.addLayer(L.circleMarker(latLngOf(i), {radius: 13 * scale(), color: style.selection, weight: 2.5 * scale(), fill: false,
        interactive: false}));
    }
    styleElements();
    labels.redraw();
  }

  /* Ticked sites, those of a table beside the map, wear a thin ring; returns which of them are drawn. */
  let ticked = [];
  function drawTicked() {
    tickedGroup.clearLayers();
    const found = ticked.map(id => sites.rowOf.get(id)).filter(i => i !== undefined && isVisible(i));
    found.forEach(i => tickedGroup.addLayer(L.circleMarker(latLngOf(i), {radius: 10.5, color: style.text, weight: 1.6,
      fill: false, interactive: false})));
    return found;
  }

  function tick(ids, fit) {
    ticked = ids;
    const found = drawTicked();
    if (fit && found.length) map.fitBounds(L.latLngBounds(found.map(latLngOf)), {padding: [40, 40], maxZoom: 16});
    return found.map(i => sites.all.id[i]);
  }

  function reveal(chosen) {
    if (!chosen || stateNow.stop) return;
    if (chosen.kind === "site" && sites.rowOf.has(chosen.id)) {
      const at = latLngOf(sites.rowOf.get(chosen.id));
      if (!map.getBounds().pad(-0.08).contains(at)) map.panTo(at);
    } else if (chosen.kind === "element" && !stateNow.tour && elementLayers.has(chosen.id)) {
      const box = elementLayers.get(chosen.id).getBounds();
      if (!map.getBounds().contains(box)) map.fitBounds(box, {padding: [40, 40], maxZoom: 15});
    }
  }

  /* On a tour the map fits one element, in a comparison its sites, also when its frame changes, until the reader moves
   * the map. Without a glide: Leaflet drops a view that is asked for while it glides to another, and a presenter's
   * keys come fast. */
  let following = false, fitting = false;
  const numbered = i => Boolean(stateNow.numbers) && sites.all.id[i] in stateNow.numbers;
  const subject = () => stateNow.stop || stateNow.tour || (stateNow.numbers && JSON.stringify(stateNow.numbers));
  function subjectBounds() {
    const {stop, tour} = stateNow, placed = sites.rowOf.get(stop), layer = elementLayers.get(tour), bounds = L.latLngBounds([]);
    if (placed !== undefined) return L.latLng(latLngOf(placed)).toBounds(2 * sites.all.accuracy[placed]);
    if (layer) bounds.extend(layer.getBounds());
    sites.all.id.map((_, i) => i).filter(onTour() ? touring : numbered).forEach(i => bounds.extend(latLngOf(i)));
    return bounds;
  }

  function fitSubject() {
    const box = legend.getContainer();
    const beside = box.open && map.getSize().x > 560 ? box.offsetWidth : 0;
    const bounds = subjectBounds();
    fitting = true;
    if (!bounds.isValid()) goHome(false);
    else map.fitBounds(bounds, {paddingTopLeft: [beside + 40, stateNow.present ? PRESENT_CORNER.y : 40], paddingBottomRight: [48, stateNow.numbers ? 64 : 40],
      maxZoom: stateNow.present ? 16.25 : 15.75, animate: false});
    fitting = false;
    following = true;
  }
  map.on("movestart", () => { if (!fitting) following = false; });

  /* ---- which sites ---- */
  function inMask(mask) {
    const bytes = Uint8Array.from(atob(mask), c => c.charCodeAt(0));
    return i => bytes[i >> 3] & (128 >> (i & 7));
  }

  /* ---- layers and labels ---- */
  function applyLayers() {
    for (const [name, layers] of Object.entries(folders.byName)) {
      for (const layer of layers) shown(name) ? map.addLayer(layer) : map.removeLayer(layer);
    }
    sites.draw();
    structureToBack();
  }

  function structureToBack() {
    if (shown("structure")) [...elementLayers.values()].reverse().forEach(layer => layer.bringToBack());
  }

  /* The projects have changed: all else stays, the view, the layers and what is picked. */
  function replaceSites(next) {
    map.closePopup();
    sites.take(next);
    ring = null; /* whatever was ringed may stand elsewhere now */
  }

  const LABEL_LIMIT = 1500, LED_LIMIT = 60, PRESENT_CORNER = {x: 330, y: 64}; /* where the page has its own buttons over the map */
  function labelItems(zoom) {
    const items = [];
    if (!shown("labels")) return items;
    const {tour, stop, numbers} = stateNow, view = map.getBounds(), own = onTour() ? touring : numbered;
    const numberOf = i => numbered(i) ? String(numbers[sites.all.id[i]]) : "";
    const named = i => (numbered(i) ? numberOf(i) + "  " : "") + (onTour() || numbers ? L.MapLabels.wrapped(siteName(i)) : siteName(i));
    const label = (i, more) => ({key: sites.all.id[i], at: latLngOf(i), radius: style.radius + 1, size: 12, text: named(i), colour: style.sectors[sites.all.sector[i]].outline, ...more});
    const picked = ringed();
    if (picked !== undefined) items.push(label(picked, {bold: true, must: numbered(picked) || Boolean(stop), ...(stop ? {size: map.getSize().x < 480 ? 11 : 15, radius: 14} : {}), short: numberOf(picked)}));
    const element = id => {
      const {names, line, at, label: colour, schematic} = elements[id], text = nameOf(names) + (schematic ? word("map.schematic_short") : ""), first = !numbers && (tour ? id === tour : !sites.rowOf.has(stop));
      items.push({key: id, must: first, bold: first, size: map.getSize().x < 480 ? 10 : zoom < 12.5 ? 11 : 12.5, colour,
        line, at, text: line ? text : L.MapLabels.wrapped(text)});
    };
    if (shown("structure") && elements[tour]) element(tour);
    if ((tour || numbers) && shown("sites")) {
      const mine = sites.stacks.flatMap(stack => stack.visible).filter(i => own(i) && i !== picked && view.contains(latLngOf(i)));
      if (mine.length <= LED_LIMIT) mine.forEach(i => items.push(label(i, {bold: true, must: true, short: numberOf(i)})));
    }
    if (shown("structure")) Object.keys(elements).filter(id => id !== tour).forEach(element);
    let many = 0;
    if (shown("sites") && !onTour() && !numbers && sites.share === 1 && zoom >= style.siteLabelZoom) {
      for (const stack of sites.within(view)) {
        if (stack.visible.length !== 1 || stack.visible[0] === picked || !view.contains(latLngOf(stack.visible[0])) || ++many > LABEL_LIMIT) continue;
        items.push(label(stack.visible[0]));
      }
    }
    for (const base of data.labels) {
      if (zoom < base.zoom || !shown(base.layer)) continue;
      items.push({key: base.key, text: nameOf(base.names), size: base.size, colour: base.colour, at: base.at, line: base.line,
        radius: base.radius, bold: false});
    }
    return stateNow.present ? items.map(large) : items;
  }

  function large(item) {
    return {...item, size: item.size * scale(), radius: item.radius && item.radius * scale()};
  }

  function labelObstacles() {
    const boxes = [], frame = map.getContainer().getBoundingClientRect(), reach = (style.radius + 1) * scale();
    if (shown("sites") && sites.share === 1) { /* else names stand over the dots */
      const view = map.getBounds();
      for (const stack of sites.within(view)) {
        /* Those filtered out as well, so that a change of filter does not make the names jump. */
        if (!view.contains(latLngOf(stack.members[0]))) continue;
        const at = map.latLngToContainerPoint(latLngOf(stack.members[0]));
        boxes.push([at.x - reach, at.y - reach, at.x + reach, at.y + reach]);
        if (boxes.length > LABEL_LIMIT) break;
      }
    }
    if (stateNow.present) boxes.push([0, 0, PRESENT_CORNER.x, PRESENT_CORNER.y]);
    for (const control of map.getContainer().querySelectorAll(".leaflet-control")) {
      const box = control.getBoundingClientRect();
      if (box.width) boxes.push([box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
    }
    return boxes;
  }

  const labels = new L.MapLabels(style.font, style.halo).addTo(map);

  /* ---- furniture ---- */
  const isWide = () => map.getSize().x > 640;
  const legend = L.control({position: "bottomleft"});
  legend.onAdd = () => {
    const box = L.DomUtil.create("details", "map-legend");
    box.open = isWide();
    box.addEventListener("toggle", () => labels.redraw());
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  legend.addTo(map);

  /* On a map that has become narrow the legend would hide what the page is about; on one that is wide again it is as
   * it was left there. */
  let wide = isWide(), openWhenWide = true;
  function foldLegend() {
    if (isWide() === wide) return;
    const box = legend.getContainer();
    if (wide) openWhenWide = box.open;
    wide = isWide();
    box.open = wide && openWhenWide;
  }

  function presentCodes() {
    const present = new Set();
    for (const [name] of Object.entries(folders.byName)) if (shown(name)) present.add("layer." + name);
    if ((shown("structure") && pickedElement() !== undefined) || ringed() !== undefined) present.add("picked");
    if (sites.parcels().length) present.add("parcel");
    if (sketch) sketch.parts().forEach(part => present.add("sketch." + part));
    if (shown("sites")) {
      for (const stack of sites.stacks) {
        if (stack.visible.length > 1) present.add("stack");
        for (const i of stack.visible) {
          present.add("sector." + sites.all.sector[i]).add("stage." + sites.all.stage[i]).add(sites.all.filled[i] ? "filled" : "hollow");
        }
      }
    }
    return present;
  }

  let legendDrawn = null;
  function drawLegend() {
    const box = legend.getContainer(), present = presentCodes();
    const wanted = stateNow.language + [...present].sort().join();
    if (wanted === legendDrawn) return;
    legendDrawn = wanted;
    box.replaceChildren(line("summary", word("legend.title")));
    for (const section of data.legend) {
      const items = section.items.filter(item => present.has(item.when));
      if (!items.length) continue;
      box.append(line("h3", word(section.title)));
      const list = document.createElement("ul");
      for (const item of items) {
        const row = document.createElement("li");
        const symbol = document.createElement("span");
        symbol.innerHTML = item.svg; /* ours, made from the style table */
        row.append(symbol, line("span", item.names ? nameOf(item.names) : word(item.label)));
        list.append(row);
      }
      box.append(list);
    }
  }

  function button(bar, icon, action) {
    const node = L.DomUtil.create("button", "map-button", bar);
    node.type = "button";
    node.innerHTML = icon; /* ours */
    node.onclick = action;
    return node;
  }

  const tools = L.control({position: "topright"});
  const ICONS = {
    home: '<svg viewBox="0 0 16 16"><path d="M2 7.5 8 2.5l6 5M3.5 7v6.5h9V7"/></svg>',
    full: '<svg viewBox="0 0 16 16"><path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/></svg>'
  };
  let homeButton, fullButton;
  tools.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar map-tools");
    L.DomEvent.disableClickPropagation(bar);
    homeButton = button(bar, ICONS.home, () => goHome(true));
    fullButton = button(bar, ICONS.full, () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else map.getContainer().requestFullscreen();
    });
    return bar;
  };
  tools.addTo(map);

  const pointer = L.control({position: "bottomright"});
  pointer.onAdd = () => L.DomUtil.create("div", "map-pointer");
  pointer.addTo(map);
  map.on("mousemove", event => {
    const {lat, lng} = event.latlng;
    pointer.getContainer().textContent = `${lng.toFixed(5)}° E  ${lat.toFixed(5)}° N  WGS 84`;
  });
  map.getContainer().addEventListener("mouseleave", () => { pointer.getContainer().textContent = ""; });
  const scaleBar = L.control.scale({imperial: false, maxWidth: 120, position: "bottomright"});
  scaleBar._updateMetric = function (most) {
    const metres = this._getRoundNum(most);
    const [key, n] = metres < 1000 ? ["measure.metres", metres] : ["measure.kilometres", metres / 1000];
    this._updateScale(this._mScale, word(key).replace("{n}", n), metres / most);
  };
  scaleBar.addTo(map);
  map.attributionControl.setPrefix(false);
  new ResizeObserver(([{target}]) => map.getContainer().style.setProperty("--credits", `${target.offsetHeight}px`))
    .observe(map.attributionControl.getContainer());
  map.zoomControl.setPosition("topright");

  const tiles = planTiles(map, folders.ground, report);
  const drawing = data.drawing ? planDrawing(map, {...data.drawing, roads: folders.byName.roads[1], word,
    report, button, language: () => stateNow.language}) : null;
  const pin = drawing && planPin(map, {colour: style.selection, busy: () => drawing.active, report});
  const sketch = drawing && planSketch(map, style.sketch);

  let credited = [];
  function drawWords() {
    document.documentElement.lang = data.htmlLang[stateNow.language];
    scaleBar._update();
    labels.setFont(style.fonts[stateNow.language] || style.font);
    credited.forEach(text => map.attributionControl.removeAttribution(text));
    credited = [[word("map.currency"), word("map.credit")].filter(Boolean).join(" · ")];
    credited.forEach(text => map.attributionControl.addAttribution(text));
    for (const [node, key] of [[homeButton, "map.home"], [fullButton, "map.fullscreen"]]) {
      node.title = word(key);
      node.setAttribute("aria-label", word(key));
    }
    if (drawing) drawing.drawWords();
    map.getContainer().setAttribute("aria-label", word("map.label"));
    const zoom = map.zoomControl;
    for (const [node, key] of [[zoom._zoomInButton, "map.zoom_in"], [zoom._zoomOutButton, "map.zoom_out"]]) {
      node.title = word(key);
      node.setAttribute("aria-label", word(key));
    }
  }

  /* ---- view ---- */
  let viewed = false, pendingView = null, pendingBounds = null;
  function goHome(animate) {
    map.fitBounds(data.bounds, {animate, padding: [8, 8]});
  }

  function setFirstView() {
    if (viewed || !api.applied || !map.getSize().x || !map.getSize().y) return;
    viewed = true;
    if (pendingView) map.setView([pendingView[0], pendingView[1]], pendingView[2], {animate: false});
    else if (subject()) fitSubject();
    else if (pendingBounds) map.fitBounds(pendingBounds, {animate: false});
    else goHome(false);
  }

  /* What stands around the map has changed its size before the reader saw it: begin anew. */
  function restart() {
    map.invalidateSize({pan: false});
    viewed = false;
    setFirstView();
  }

  /* A hidden map has no size; its centre is kept so that it comes back as it was left. */
  let centre = null;
  new ResizeObserver(() => {
    const box = map.getContainer();
    if (!box.clientWidth || !box.clientHeight) return;
    const kept = centre;
    map.invalidateSize({pan: false});
    foldLegend();
    if (viewed && following && subject()) fitSubject();
    else if (viewed && kept) map.setView(kept, map.getZoom(), {animate: false});
    setFirstView();
  }).observe(map.getContainer());
  map.on("moveend", () => {
    if (!viewed || !map.getContainer().clientWidth) return;
    centre = map.getCenter();
    report({type: "view", view: [+centre.lat.toFixed(5), +centre.lng.toFixed(5), +map.getZoom().toFixed(2)]});
  });

  function sameChoice(a, b) {
    return (a && a.kind + a.id) === (b && b.kind + b.id);
  }

  /* Only what has changed is drawn again. */
  function draw(next, wanted) {
    const before = {...stateNow}, first = !api.applied;
    stateNow.hidden = new Set(next.hidden);
    stateNow.language = next.language;
    stateNow.emphasised = new Set(next.emphasised);
    stateNow.selected = next.selected;
    api.applied += 1;
    sites.show(wanted);
    if (first || !sameMembers(before.hidden, stateNow.hidden)) applyLayers();
    if (first || before.language !== stateNow.language) drawWords();
    const moved = !sameChoice(next.selected, before.selected);
    if (moved || ring !== ringed() || !sameMembers(before.emphasised, stateNow.emphasised)) drawSelection();
    if (ticked.length) drawTicked();
    drawLegend();
    setFirstView();
    if (moved && viewed && !first) reveal(next.selected);
    labels.from(labelItems, labelObstacles);
  }

  function apply(state) {
    if (!viewed) pendingView = state.view;
    tiles(state.tiles);
    const before = subject(), resized = stateNow.present !== Boolean(state.present);
    stateNow.tour = state.tour || null;
    stateNow.stop = state.stop || null;
    stateNow.numbers = state.numbers || null;
    stateNow.present = Boolean(state.present);
    map.getContainer().classList.toggle("presenting", stateNow.present);
    const first = !viewed;
    draw(state, inMask(state.mask));
    if (resized || subject() !== before) drawSelection();
    if (subject() !== before) map.closePopup();
    if (viewed && !first && subject() && subject() !== before) fitSubject();
    if (drawing) {
      drawing.suspend(onTour());
      drawing.show(state.drawings || [], {fit: state.fit, reshaped: Boolean(state.pin)});
      drawing.focus(state.focus || null);
      pin.show(state.pin || null);
      if (sketch.show(state.sketch || null)) drawLegend();
    }
  }

  function filter(wanted, also = {}) {
    const passed = sites.engine.mask(wanted);
    if (!viewed) ({view: pendingView = pendingView, bounds: pendingBounds = pendingBounds} = also);
    const {language = stateNow.language, selected = stateNow.selected} = also;
    draw({language, selected, hidden: wanted.hidden, emphasised: wanted.place}, i => passed[sites.rows[i]]);
    const shown = passed.reduce((sum, one) => sum + one, 0), placed = sites.rows.reduce((sum, row) => sum + passed[row], 0);
    return {counts: Object.fromEntries(planFilters.FACETS.map(facet => [facet, sites.engine.counts(facet, wanted)])),
      shown, total: sites.engine.count, unplaced: shown - placed};
  }

  function sameMembers(a, b) {
    return a.size === b.size && [...a].every(member => b.has(member));
  }

  if (document.fonts) document.fonts.ready.then(() => labels.redraw());

  const api = {
    applied: 0, map, heard, labels,
    apply, filter, restart, tick, replaceSites,
    get engine() { return sites.engine; },
    get sitesVersion() { return sites.version; },
    listen: fn => { listener = fn; },
    /* for tests and assistive tools: what is drawn now, and where */
    drawn: () => sites.stacks.filter(s => s.look).flatMap(s => s.visible.map(i => sites.all.id[i])),
    drawnElements: () => [...elementLayers].filter(([, layer]) => layer._map).map(([id]) => id),
    drawnParcels: () => sites.parcels(),
    drawnSketch: () => sketch.parts(),
    pixelOf: id => sites.rowOf.has(id) ? map.latLngToContainerPoint(latLngOf(sites.rowOf.get(id))) : null
  };
  return api;
}
