/* A board: HTML of ours whose data-do elements tell the server what the reader did.
 *
 * data = {html, at, kind, stops, present}
 *   at      where the tour stands: rows of its data-id are marked, and a new one scrolls the board to its top
 *   kind    what it goes through, "element" or "site"
 *   stops   these in their order; given to one board a page, which then hears the keys for previous and next
 *   present whether it is shown in large type, where Escape leaves, a presenter's keys count and a swipe steps
 */
const FIELD = "input, textarea, select, [contenteditable=true], [role=listbox], [role=radiogroup], [role=tablist], [role=menu], [role=combobox]";
const STEPS = {ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity}, PRESENTER = {...STEPS, PageDown: 1, PageUp: -1};
const SWIPE_PX = 48;
const TYPE_SIZES = [1.6, 1.45, 1.35, 1.25, 1.15, 1.07, 1];

function makeHost(root) {
  const host = {data: {}, trigger: () => {}, asked: null, html: null};
  const tell = (what, id) => host.trigger("did", {do: what, id: id || ""});

  /* Keys may come faster than answers: a step counts from what was asked for last. */
  const step = by => {
    const {stops, at} = host.data, now = stops.indexOf(host.asked || at);
    const next = stops[Math.min(Math.max(now + by, 0), stops.length - 1)];
    if (next === stops[now]) return;
    host.asked = next;
    tell(host.data.kind, next);
  };

  const leave = () => {
    if (document.fullscreenElement) document.exitFullscreen(); /* which is heard below */
    else tell("leave");
  };

  const act = node => {
    const {do: what, id, by, to} = node.dataset;
    if (what === "step") step(+by);
    else if (what === "scroll") document.querySelector(to).scrollIntoView({block: "start"});
    else if (what === "sort") sort(node);
    else if (what === "leave") leave();
    else {
      if (what === "present" && document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(() => {});
      tell(what, id);
      if (to) document.querySelector(to).scrollIntoView({block: "nearest"});
    }
  };
  root.addEventListener("click", event => {
    const node = event.target.closest("button[data-do]");
    if (node && node.getAttribute("aria-disabled") !== "true") act(node);
  });
  root.addEventListener("change", event => {
    const {do: what} = event.target.dataset;
    if (what) tell(what, event.target.value);
    if (what === "language") root.focus(); /* a presenter's keys step again */
  });

  const heard = event => {
    const {present} = host.data;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest && event.target.closest(FIELD)) return;
    const by = (present ? PRESENTER : STEPS)[event.key];
    if (!by && !(present && event.key === "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    if (by) step(by);
    else leave();
  };

  /* A finger that goes sideways, anywhere but on the map, which it moves. */
  const listenToSwipes = () => {
    let from = null;
    listen(document, "touchstart", ({touches}) => { from = touches.length === 1 ? touches[0] : null; }, false);
    listen(document, "touchend", ({changedTouches: [to]}) => {
      const x = from ? to.clientX - from.clientX : 0, y = from ? to.clientY - from.clientY : 0;
      from = null;
      if (host.data.present && Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
    }, false);
  };

  /* Listeners outside the board are taken off at the first event after the page was left. */
  const listen = (target, type, handler, capture) => {
    const guarded = event => root.isConnected ? handler(event) : target.removeEventListener(type, guarded, capture);
    target.addEventListener(type, guarded, capture);
  };
  /* The map's frame may come after the board, and again; its page may be there before it has loaded. */
  const listenInMap = () => {
    const frame = document.querySelector("iframe.map-frame");
    if (!frame || frame === host.frame) return;
    host.frame = frame;
    let heardIn = null;
    const inMap = () => {
      if (frame.contentDocument === heardIn) return;
      heardIn = frame.contentDocument;
      listen(heardIn, "keydown", heard, true);
    };
    inMap();
    listen(frame, "load", inMap, false);
  };
  host.listenToKeys = () => {
    listenInMap();
    if (host.listens) return;
    host.listens = true;
    listen(document, "keydown", heard, false);
    new MutationObserver((_, observer) => root.isConnected ? listenInMap() : observer.disconnect())
      .observe(document.body, {childList: true, subtree: true});
    listenToSwipes();
    let full = Boolean(document.fullscreenElement);
    listen(document, "fullscreenchange", () => {
      if (full && !document.fullscreenElement && host.data.present) tell("leave");
      full = Boolean(document.fullscreenElement);
    }, false);
  };

  /* A slide's type is as large as lets all of it stand; then its lines move closer, and at last names give way to "and n more". */
  const fit = () => {
    const slide = root.querySelector(".slide");
    if (!slide) return;
    const names = [...slide.querySelectorAll(".slide-names li:not(.more)")], more = slide.querySelector(".more");
    const fits = () => slide.scrollHeight <= slide.clientHeight + 1;
    const show = count => {
      names.forEach((name, i) => { name.hidden = i >= count; });
      if (more) more.hidden = count === names.length;
      if (more) more.textContent = more.dataset.text.replace("{n}", names.length - count);
    };
    show(names.length);
    for (const dense of [false, true]) {
      slide.classList.toggle("is-dense", dense);
      if (TYPE_SIZES.some(size => { slide.style.setProperty("--size", size); return fits(); })) return;
    }
    for (let count = names.length - 1; count > 0; count--) {
      show(count);
      if (fits()) return;
    }
  };
  host.fitWithScreen = () => {
    if (host.fitted) return;
    host.fitted = true;
    new ResizeObserver(fit).observe(root);
    document.fonts.ready.then(fit);
  };

  const sort = button => {
    const head = button.closest("th"), body = head.closest("table").tBodies[0], column = head.cellIndex;
    const order = {ascending: "descending", descending: null}[head.getAttribute("aria-sort")];
    const wanted = order === undefined ? "ascending" : order;
    head.parentNode.querySelectorAll("th").forEach(cell => cell.removeAttribute("aria-sort"));
    if (wanted) head.setAttribute("aria-sort", wanted);
    const value = row => row.cells[wanted ? column : 0].dataset[wanted ? "value" : "order"];
    const turn = wanted === "descending" ? -1 : 1;
    const compare = (a, b) => isNaN(a) || isNaN(b) ? a.localeCompare(b, document.documentElement.lang) : a - b;
    body.append(...[...body.rows].sort((a, b) => turn * compare(value(a), value(b))));
  };

  /* What had the focus has it again, or the board itself where that is gone; what was unfolded stays so.
   Buttons that take each other's place have the same data-again. */
  const replace = html => {
    const active = root.contains(document.activeElement) ? document.activeElement : null;
    const alike = (node, other) => ["do", "id", "by", "to"].every(name => node.dataset[name] === other.dataset[name]);
    const same = node => alike(node, active) || (active.dataset.again && node.dataset.again === active.dataset.again);
    const unfolded = new Set([...root.querySelectorAll("details[open]")].map(node => node.dataset.id));
    root.innerHTML = html; /* ours; every value from data is escaped */
    root.querySelectorAll("details").forEach(node => { node.open = unfolded.has(node.dataset.id); });
    if (!active) return;
    const found = active === root ? root : [...root.querySelectorAll("[data-do], summary")].find(same);
    (found || root).focus({preventScroll: true});
  };

  host.update = data => {
    const moved = data.at !== host.data.at;
    host.data = data;
    if (host.asked === data.at) host.asked = null;
    if (host.html !== data.html) {
      host.html = data.html;
      replace(data.html);
      if (root.querySelector(".slide")) host.fitWithScreen();
      fit();
    }
    root.querySelectorAll("tr[data-id]").forEach(row => {
      if (row.dataset.id === data.at) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
    const scrolls = root.querySelector(".scrolls");
    if (moved && scrolls) scrolls.scrollTop = 0;
    if (data.stops) host.listenToKeys();
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".board");
  const host = root.boardHost || (root.boardHost = makeHost(root));
  host.trigger = setTriggerValue;
  host.update(data);
}
