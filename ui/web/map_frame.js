/* The map's frame in the app: takes the map's page once, hands state in and events out, keeps the address bar. */
const VIEW_DELAY_MS = 250;
const KEPT = "xigang-drawings", KEPT_TAB = "xigang-tab", KEPT_LIMIT = 2 * 1024 * 1024;

function fixed(value, digits) {
  return String(+value.toFixed(digits));
}

/* The drawings and the panel they were in outlive a reload in this tab's own storage, which a browser may refuse. */
const kept = {
  read: key => { try { return sessionStorage.getItem(key); } catch { return null; } },
  write: (key, text) => { try { text ? sessionStorage.setItem(key, text) : sessionStorage.removeItem(key); } catch { /* as before */ } }
};
const wasReloaded = () => performance.getEntriesByType("navigation").some(({type}) => type === "reload");

/* The map's page begins with its scripts; a page may not hold any, so each becomes a file of this one's. */
const made = [];
function withoutInlineScripts(html) {
  return html.replace(/<script>([\s\S]*?)<\/script>/g, (_, code) => {
    made.push(URL.createObjectURL(new Blob([code], {type: "text/javascript;charset=utf-8"})));
    return `<script src="${made.at(-1)}"></script>`;
  });
}

function makeHost(parent) {
  const frame = parent.querySelector("iframe");
  const host = {frame, page: null, ready: null, view: null, query: null, data: null, trigger: () => {}, timer: 0,
    sites: {}, drawings: {}, sketch: {}};

  host.writeAddress = () => {
    if (host.query === null) return;
    const view = host.view ? `view=${fixed(host.view[2], 2)}/${fixed(host.view[0], 5)}/${fixed(host.view[1], 5)}` : "";
    const query = [host.query, view].filter(Boolean).join("&");
    const address = location.pathname + (query ? "?" + query : "") + location.hash;
    if (address !== location.pathname + location.search + location.hash) history.replaceState(history.state, "", address);
  };

  const heard = event => {
    if (event.type === "view") {
      host.view = event.view;
      clearTimeout(host.timer);
      host.timer = setTimeout(host.writeAddress, VIEW_DELAY_MS);
    } else if (event.type === "pick") {
      host.trigger("picked", {kind: event.kind, id: event.id});
      const panel = document.querySelector(".st-key-stage-panel");
      if (panel && panel.getBoundingClientRect().top > window.innerHeight - 80) panel.scrollIntoView({behavior: "smooth"});
    } else if (event.type === "drawn") host.trigger("drawn", {kind: event.kind, points: event.points});
    else if (event.type === "pin") host.trigger("pinned", {at: event.at});
    else if (event.type === "reshaped") host.trigger("reshaped", {id: event.id, points: event.points});
    else if (event.type === "tiles-failed") host.trigger("tiles_failed", true);
  };

  /* The filter row draws on the map at once; messages of runs before its last change are stale. */
  const desk = window.planDesk || (window.planDesk = {sequence: 0});
  desk.filter = wanted => frame.contentWindow.planMap && frame.contentWindow.planMap.applied
    ? frame.contentWindow.planMap.filter(wanted) : null;

  desk.bounds = () => {
    const map = frame.contentWindow.planMap;
    if (!map || !map.applied) return [0, 0, 0, 0];
    const box = map.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  };

  desk.tick = (ids, fit) => {
    const map = frame.contentWindow.planMap;
    return map && map.applied ? map.tick(ids, fit) : [];
  };

  host.open = (html, page) => {
    host.page = page;
    host.ready = new Promise(resolve => frame.addEventListener("load", () => {
      made.splice(0).forEach(url => URL.revokeObjectURL(url));
      frame.contentWindow.planMap.listen(heard);
      resolve(frame.contentWindow.planMap);
    }, {once: true}));
    frame.srcdoc = withoutInlineScripts(html);
  };

  /* Whether the map has the sites that a state is of; they come once, and are asked for where they are missing. */
  host.putSites = (map, version) => {
    if (map.sitesVersion === version) return true;
    if (host.sites.sitesVersion !== version) { host.trigger("stale", version); return false; }
    map.replaceSites(host.sites);
    return true;
  };

  host.takeDrawings = sent => {
    if (sent.shapes) {
      host.drawings = sent;
      const text = sent.keep === null ? kept.read(KEPT) : kept.write(KEPT, sent.keep);
      if (text) host.trigger("kept", {text: text.slice(0, KEPT_LIMIT + 1), tab: wasReloaded() && kept.read(KEPT_TAB)});
    } else if (host.drawings.mark !== sent.mark) host.trigger("lost", sent.mark);
  };

  /* The sketch of an import, where there is one; its points come once and are asked for where they are missing. */
  host.takeSketch = sent => {
    if (sent.before) host.sketch = sent;
    else if (host.sketch.mark !== sent.mark) { host.sketch = {}; if (sent.mark) host.trigger("unsketched", sent.mark); }
  };

  host.update = data => {
    host.data = data;
    host.query = data.query;
    const box = parent.closest(".st-key-map-stage");
    if (box) box.style.display = data.visible ? "" : "none";
    frame.title = data.title;
    if (host.page !== data.page) {
      if (!data.html) { host.trigger("missing", data.page); return; }
      if (data.state.view) host.view = data.state.view;
      host.open(data.html, data.page);
    }
    if (data.sites.sites) host.sites = data.sites;
    host.takeDrawings(data.drawings);
    host.takeSketch(data.sketch);
    if (data.tab) kept.write(KEPT_TAB, data.tab);
    const {shapes = [], fit} = host.drawings;
    host.ready.then(map => {
      if (host.data !== data || data.sequence < desk.sequence || !host.putSites(map, data.sites.sitesVersion)) return;
      map.apply({...data.state, drawings: shapes, fit, sketch: host.sketch.mark ? host.sketch : null});
    });
    host.writeAddress();
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const host = parentElement.mapHost || (parentElement.mapHost = makeHost(parentElement));
  host.trigger = setTriggerValue;
  host.update(data);
}
