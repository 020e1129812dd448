/* The pin of a project that is being edited: a click on the map drops it, and it can be dragged.
 *
 * planPin(map, host)  host = {colour, busy(), report(event)}
 *   .show(pin)        pin = {at: [lat, lon] or null, accuracy: metres or null, parcel: rings of [lat, lon]} or null:
 *                     nothing is being placed
 */
function planPin(map, host) {
  "use strict";

  const icon = L.divIcon({className: "map-pin", iconSize: [26, 34], iconAnchor: [13, 33],
    html: `<svg viewBox="0 0 26 34" width="26" height="34"><path d="M13 33C13 33 25 19 25 12.5A12 12 0 0 0 1 12.5C1 19 13 33 13 33Z" fill="${host.colour}" stroke="#fff" stroke-width="1.5"/><circle cx="13" cy="12.5" r="4.5" fill="#fff"/></svg>`});
  const group = L.layerGroup().addTo(map);
  let active = false, outline = null;

  const moved = ({lat, lng}) => host.report({type: "pin", at: [+lat.toFixed(7), +lng.toFixed(7)]});

  function draw(at, accuracy, parcel) {
    group.clearLayers();
    const line = {color: host.colour, weight: 2, fillOpacity: 0.06, interactive: false, smoothFactor: 0};
    (parcel || []).forEach(ring => L.polygon(ring, line).addTo(group));
    if (!at) return;
    const circle = accuracy ? L.circle(at, {radius: accuracy, color: host.colour, weight: 1.2, dashArray: "4,4",
      fillOpacity: 0.05, interactive: false}).addTo(group) : null;
    const marker = L.marker(at, {icon, draggable: true, autoPan: true, keyboard: false}).addTo(group);
    marker.on("drag", () => { if (circle) circle.setLatLng(marker.getLatLng()); });
    marker.on("dragend", () => moved(marker.getLatLng()));
  }

  map.on("click", event => {
    if (!active || host.busy()) return;
    draw([event.latlng.lat, event.latlng.lng], null, outline);
    moved(event.latlng);
  });

  function show(pin) {
    active = Boolean(pin);
    map.getContainer().classList.toggle("placing", active);
    outline = pin && pin.parcel;
    draw(pin && pin.at, pin && pin.accuracy, outline);
  }

  return {show, get active() { return active; }};
}
