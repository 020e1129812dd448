/* The sites: one symbol a place, with its parcel and the circle of its accuracy; all of them can be replaced at once.
 *
 * planSites(map, style, host)  host = {word, language, shown, scale, touring, faded, busy, pick, structureToBack}: of the bridge
 *   .take(data)      data = {sites: columns, rows, engine, sitesVersion}; instead of what was drawn before
 *   .show(wanted)    wanted(i) tells which are; .draw() again, after a change of layers or of the tour
 *   .all .rows .engine .version   what was taken; .rowOf = Map of an id to its place in the columns
 *   .stacks          [{members, visible, look}]: the sites of one place, those of them that are wanted, how they look
 *   .share           how large symbols are drawn for being many, 1 where they have room
 *   .within(bounds)  the stacks that may lie in a part of the map, and no others that are far from it
 */
function planSites(map, style, host) {
  "use strict";

  const circles = L.layerGroup().addTo(map), outlines = L.layerGroup().addTo(map);
  const own = {all: null, rows: [], engine: null, version: null, stacks: [], rowOf: new Map(), share: 1};
  const MANY = 100, SHARES = [1, 0.75, 0.55, 0.4, 0.3, 0.22], NUMBERED_SHARE = 0.75;
  const MOST_CIRCLES = 60; /* more are a tangle; a picked site has its own */
  let ownShare = 1; /* of those that a tour is about */
  let symbols = null, stackOf = [], parcels = new Map(), added = new Set();
  const latLngOf = i => [own.all.lat[i], own.all.lon[i]];
  const isVisible = i => host.shown("sites") && stackOf[i].visible.includes(i);

  /* Several sites at one place share a symbol. */
  function take(data) {
    for (const group of [circles, outlines]) group.clearLayers();
    const all = data.sites, byPlace = new Map();
    stackOf = all.id.map((_, i) => {
      const place = all.lon[i] + "," + all.lat[i];
      if (!byPlace.has(place)) byPlace.set(place, {members: [], visible: [], look: null});
      byPlace.get(place).members.push(i);
      return byPlace.get(place);
    });
    Object.assign(own, {all, rows: data.rows, engine: planFilters.engine(data.engine), version: data.sitesVersion,
      stacks: [...byPlace.values()], rowOf: new Map(all.id.map((id, i) => [id, i]))});
    added = new Set(all.added);
    parcels = new Map(Object.entries(all.parcels || {}).map(([id, rings]) => [own.rowOf.get(id), parcelOf(id, rings)]));
    putSymbols();
  }

  function putSymbols() {
    if (symbols) symbols.remove();
    symbols = new L.Symbols(own.stacks.map(stack => latLngOf(stack.members[0])));
    if (own.stacks.length) symbols.addTo(map);
    onClick(symbols, () => pickStack(own.stacks[symbols.hit]));
    symbols.bindTooltip(() => tooltip(own.stacks[symbols.hit].visible), {direction: "top", offset: [0, -8]});
    let told = null;
    symbols.on("mouseover", () => { told = symbols.hit; });
    symbols.on("mousemove", () => {
      if (told === symbols.hit) return;
      told = symbols.hit;
      symbols.closeTooltip().openTooltip();
    });
  }

  /* Stacks that look the same share one look, so that its picture is made once. */
  const looks = new Map();
  function lookOf(stack) {
    const touring = stack.visible.filter(host.touring), rows = touring.length ? touring : stack.visible;
    const known = rows.find(i => own.all.filled[i]), lead = known === undefined ? rows[0] : known;
    const share = touring.length ? ownShare : own.share, count = share < NUMBERED_SHARE ? 1 : stack.visible.length;
    const isAlone = rows.length === 1 || count === 1 || known !== undefined, strength = host.faded(stack) ? style.faded : 1;
    const of = isAlone ? own.all.sector[lead] + own.all.stage[lead] : "", scale = host.scale() * share;
    const key = `${of} ${known !== undefined} ${count} ${strength} ${scale}`;
    if (!looks.has(key)) looks.set(key, makeLook(isAlone && lead, known !== undefined, count, strength, scale));
    return looks.get(key);
  }

  /* How a symbol looks: that of site `lead`, or where this is false, of several sites at an uncertain place. */
  function makeLook(lead, fill, count, strength, scale) {
    const base = {radius: style.radius * scale, ground: style.ground, font: style.font, count, fill,
      fillOpacity: style.fillOpacity * strength, opacity: strength, lineJoin: "round", lineCap: "butt"};
    if (lead === false) return {...base, shape: style.stackPoints, radius: (style.radius + 2) * scale, color: style.text, weight: 1.4};
    const sector = style.sectors[own.all.sector[lead]], stage = style.stages[own.all.stage[lead]];
    return {...base, shape: sector.points, color: stage.colour || sector.outline, fillColor: sector.colour,
      weight: stage.width * scale, _dashArray: stage.dash.map(d => d * scale)};
  }

  function within(bounds) {
    return own.stacks.length ? Array.from(symbols.within(bounds), k => own.stacks[k]) : [];
  }

  function onClick(layer, action) {
    layer.on("click", event => {
      if (host.busy()) return;
      L.DomEvent.stopPropagation(event);
      action();
    });
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
    L.popup({maxWidth: 280, autoPanPadding: [20, 20]}).setLatLng(latLngOf(stack.members[0])).setContent(box).openOn(map);
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
    const uncertain = within(view).filter(stack => stack.visible.length && !host.faded(stack)).map(stack => stack.visible[0])
      .filter(i => !own.all.filled[i] && view.contains(latLngOf(i)));
    if (uncertain.length <= MOST_CIRCLES) uncertain.forEach(i => circles.addLayer(accuracyCircle(i, false)));
  }

  function show(wanted) {
    for (const stack of own.stacks) stack.visible = [];
    stackOf.forEach((stack, i) => { if (wanted(i)) stack.visible.push(i); });
    draw();
  }

  /* Many symbols that would lie over one another are drawn smaller, in a few steps, until they stand apart. */
  function shareOf(isCounted) {
    const count = host.shown("sites") ? own.stacks.filter(isCounted).length : 0;
    if (count < MANY) return 1;
    const most = symbols.spacing(count) / (2.4 * style.radius);
    return SHARES.find(share => share <= most) || SHARES[SHARES.length - 1];
  }
  const shareOfAll = () => shareOf(stack => stack.visible.length > 0);

  function draw() {
    let changed = false;
    own.share = shareOfAll();
    ownShare = shareOf(stack => stack.visible.some(host.touring));
    own.stacks.forEach((stack, k) => {
      stack.look = stack.visible.length > 0 && host.shown("sites") ? lookOf(stack) : null;
      changed = changed || symbols.looks[k] !== stack.look;
      symbols.looks[k] = stack.look;
    });
    if (changed) symbols.redraw();
    drawParcels();
    drawAccuracy();
  }

  /* A number drawn before its font was there is drawn again. */
  if (document.fonts) document.fonts.ready.then(() => {
    symbols.forgetPictures();
    symbols.redraw();
  });
  map.on("zoomend moveend", () => {
    if (!own.all) return;
    if (own.share !== shareOfAll()) draw();
    else drawAccuracy();
  });
  return Object.assign(own, {take, show, draw, within, latLngOf, isVisible, name, accuracyCircle, line,
    parcels: () => [...parcels].filter(([, parcel]) => parcel._map).map(([i]) => own.all.id[i])});
}
