/* A table of projects with only the rows in sight in the page, so that ten thousand stay quick. Text is set, never parsed.
 *
 * data = {page, table, mask, selected, caption, lang, words}
 *   table     {columns: [{code, label, width, from}], rows: [{id, name, chinese, symbol, cells, order}], symbols,
 *              groups: [{label, size}], rowHeight}; null where this page's table has been sent before
 *   mask      which rows pass, base64, one bit a row
 * events     picked: id, export: [ids], collect: [ids], missing: page
 * Ticks, sorting and columns are the reader's own: kept in the browser, the same in every view and language.
 */
const GROUP_PX = 30, MOST_NAMED = 3, OVERSCAN = 8, COLUMNS_KEY = "library-columns", MOVES = {ArrowDown: 1, ArrowUp: -1}, STACKED = "(max-width: 700px)";
const desk = window.planDesk || (window.planDesk = {sequence: 0});
const library = desk.library || (desk.library = {tables: new Map(), ticked: new Set(), sort: {}, columns: recalled()});

function recalled() {
  try { return JSON.parse(localStorage.getItem(COLUMNS_KEY)) || {}; } catch { return {}; }
}

function remember() {
  try { localStorage.setItem(COLUMNS_KEY, JSON.stringify(library.columns)); } catch { /* no storage, no memory */ }
}

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function filled(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function button(className, action) {
  const node = make("button", className);
  node.type = "button";
  node.onclick = action;
  return node;
}

function checkbox(action) {
  const node = make("input");
  node.type = "checkbox";
  node.onchange = () => action(node.checked);
  return node;
}

/* Each row's rank in every column, worked out once; a row's own text decides where no number does. */
function ranked(table, lang) {
  const collator = new Intl.Collator(lang, {numeric: true}), {rows} = table;
  const byText = text => {
    const rank = new Array(rows.length);
    rows.map((_, i) => i).sort((a, b) => collator.compare(text(rows[a]), text(rows[b]))).forEach((row, i) => { rank[row] = i; });
    return rank;
  };
  const ranks = {};
  table.rankOf = code => ranks[code] || (ranks[code] = (() => {
    const at = table.columns.findIndex(column => column.code === code);
    if (at < 0) return byText(row => row.name);
    return rows.length && rows[0].order[at] >= 0 ? rows.map(row => row.order[at]) : byText(row => row.cells[at]);
  })());
  table.groupOf = table.groups.flatMap((group, i) => new Array(group.size).fill(i));
  return table;
}

function makeHost(root) {
  const host = {trigger: () => {}}, key = Math.random().toString(36).slice(2), picks = makePicks();
  let data = null, table = null, shown = [], items = [], tops = [0], active = null, anchor = null, drawn = "", selected = null;

  /* ---- what stands once ---- */
  const bar = make("div", "library-bar"), said = make("span", "library-said"), scroll = make("div", "library-scroll");
  const toMap = button("library-button", () => showOnMap()), clear = button("library-button is-plain", () => { library.ticked.clear(); ticksChanged(); });
  const toExport = button("library-button", () => host.trigger("export", [...library.ticked]));
  const toShortlist = button("library-button", () => host.trigger("collect", [...library.ticked]));
  const chooser = make("details", "library-columns"), summary = make("summary"), choices = make("div", "library-choices");
  const grid = make("table"), caption = make("caption"), head = make("thead"), body = make("tbody"), columnGroup = make("colgroup");
  said.setAttribute("role", "status");
  chooser.append(summary, choices);
  bar.append(said, toMap, toShortlist, toExport, clear, chooser);
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-multiselectable", "true");
  grid.tabIndex = 0;
  grid.append(caption, columnGroup, head, body);
  scroll.append(grid);
  root.replaceChildren(bar, scroll);
  const all = checkbox(wanted => {
    shown.forEach(row => wanted ? library.ticked.add(table.rows[row].id) : library.ticked.delete(table.rows[row].id));
    ticksChanged();
  });

  /* ---- columns ---- */
  const isShown = column => library.columns[column.code] ?? scroll.clientWidth >= column.from;
  const visible = () => table.columns.map((column, at) => ({...column, at})).filter(isShown);

  function drawChoices() {
    summary.textContent = data.words.columns;
    choices.replaceChildren(...table.columns.map(column => {
      const line = make("label"), box = checkbox(wanted => {
        library.columns[column.code] = wanted;
        remember();
        drawHead();
        draw(true);
      });
      box.checked = isShown(column);
      line.append(box, make("span", "", column.label));
      return line;
    }));
  }

  function drawHead() {
    const row = make("tr"), tickCell = make("th", "is-tick");
    all.setAttribute("aria-label", data.words.tick_all);
    all.title = data.words.tick_all;
    tickCell.append(all);
    row.append(tickCell, ...[{code: "name", label: data.words.column_name}, ...visible()].map(column => {
      const cell = make("th", column.code === "name" ? "is-name" : ""), name = button("", () => sortBy(column.code));
      name.textContent = column.label;
      cell.scope = "col";
      cell.dataset.code = column.code;
      cell.append(name);
      return cell;
    }));
    head.replaceChildren(row);
    columnGroup.replaceChildren(...[34, 0, ...visible().map(column => column.width)].map(width => {
      const node = make("col");
      if (width) node.style.width = width + "px";
      return node;
    }));
    grid.style.minWidth = 34 + 190 + visible().reduce((sum, column) => sum + column.width, 0) + "px";
    grid.setAttribute("aria-colcount", visible().length + 2);
    markSort();
  }

  function layOut() {
    drawHead();
    drawChoices();
    draw(true);
  }

  /* ---- order ---- */
  function markSort() {
    for (const cell of head.querySelectorAll("th[data-code]")) {
      if (cell.dataset.code === library.sort.code) cell.setAttribute("aria-sort", library.sort.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
  }

  function sortBy(code) {
    const now = library.sort;
    library.sort = now.code !== code ? {code, down: false} : now.down ? {} : {code, down: true};
    markSort();
    arrange();
    scroll.scrollTop = 0;
    draw(true);
  }

  function groupLabel(label, rows) {
    const at = table.columns.findIndex(column => column.code === "reason"), kinds = {};
    rows.forEach(row => { const kind = table.rows[row].cells[at]; kinds[kind] = (kinds[kind] || 0) + 1; });
    return [`${label} ${rows.length}`, ...Object.entries(kinds).map(([kind, n]) => `${kind} ${n}`)].join(" · ");
  }

  function arrange() {
    const bytes = Uint8Array.from(atob(data.mask), c => c.charCodeAt(0)), passing = [];
    for (let row = 0; row < table.rows.length; row++) if (bytes[row >> 3] & (128 >> (row & 7))) passing.push(row);
    const {code, down} = library.sort, known = code === "name" || table.columns.some(column => column.code === code);
    if (known) {
      const rank = table.rankOf(code), turn = down ? -1 : 1;
      passing.sort((a, b) => turn * (rank[a] - rank[b]) || a - b);
    }
    if (table.groups.length) {
      const members = table.groups.map(() => []);
      passing.forEach(row => members[table.groupOf[row]].push(row));
      items = members.flatMap((rows, i) => rows.length ? [{group: groupLabel(table.groups[i].label, rows)}, ...rows.map(row => ({row}))] : []);
    } else items = passing.map(row => ({row}));
    shown = items.filter(item => item.group === undefined).map(item => item.row);
    tops = [0];
    items.forEach((item, i) => tops.push(tops[i] + (item.group === undefined ? table.rowHeight : GROUP_PX)));
    grid.setAttribute("aria-rowcount", items.length + 1);
  }

  /* ---- drawing what is in sight ---- */
  function firstAt(height) {
    let low = 0, high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (tops[middle + 1] <= height) low = middle + 1; else high = middle;
    }
    return low;
  }

  function spacer(height) {
    const row = make("tr", "is-spacer"), cell = make("td");
    row.setAttribute("aria-hidden", "true");
    cell.colSpan = visible().length + 2;
    cell.style.height = height + "px";
    row.append(cell);
    return row;
  }

  function groupRow(label) {
    const row = make("tr", "is-group"), cell = make("th", "", label);
    cell.colSpan = visible().length + 2;
    cell.scope = "rowgroup";
    row.append(cell);
    return row;
  }

  function projectRow(record, index, columns) {
    const row = make("tr"), tickCell = make("td", "is-tick"), name = make("th", "is-name"), symbol = make("span", "library-symbol"), text = make("span", "library-name");
    row.id = `${key}-${record.id}`;
    row.dataset.id = record.id;
    row.setAttribute("aria-rowindex", index + 2);
    row.style.height = table.rowHeight + "px";
    const box = checkbox(() => { toggle(record.id); });
    box.tabIndex = -1;
    box.setAttribute("aria-label", filled(data.words.tick, {name: record.name}));
    tickCell.append(box);
    symbol.innerHTML = table.symbols[record.symbol]; /* ours, made from the style table */
    name.scope = "row";
    text.append(make("span", "library-ours", record.name));
    name.title = record.chinese ? `${record.name}\n${record.chinese}` : record.name;
    if (record.chinese) {
      const chinese = make("span", "library-chinese", record.chinese);
      chinese.lang = "zh";
      text.append(chinese);
    }
    const both = make("span", "library-both");
    both.append(symbol, text);
    name.append(both);
    row.append(tickCell, name, ...columns.map(column => {
      const cell = make("td", "is-" + column.code), clamp = make("span", "library-cell", record.cells[column.at]);
      cell.title = record.cells[column.at];
      cell.append(clamp);
      return cell;
    }));
    return row;
  }

  function draw(anew) {
    const top = scroll.scrollTop, from = Math.max(0, firstAt(top) - OVERSCAN);
    const to = Math.min(items.length, firstAt(top + scroll.clientHeight) + 1 + OVERSCAN);
    if (anew || drawn !== from + "-" + to) {
      const columns = visible();
      drawn = from + "-" + to;
      const rows = items.slice(from, to).map((item, i) => item.group === undefined
        ? projectRow(table.rows[item.row], from + i, columns) : groupRow(item.group));
      if (!items.length) rows.push(groupRow(data.words.none));
      const end = tops[items.length] - tops[to];
      body.replaceChildren(...(tops[from] ? [spacer(tops[from])] : []), ...rows, ...(end ? [spacer(end)] : []));
    }
    mark();
  }

  function mark() {
    for (const row of body.querySelectorAll("tr[data-id]")) {
      const ticked = library.ticked.has(row.dataset.id);
      row.setAttribute("aria-selected", String(ticked));
      row.querySelector("input").checked = ticked;
      row.classList.toggle("is-active", row.dataset.id === active);
      if (row.dataset.id === selected) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    const at = document.getElementById(`${key}-${active}`);
    if (at) grid.setAttribute("aria-activedescendant", at.id);
    else grid.removeAttribute("aria-activedescendant");
    const n = shown.filter(row => library.ticked.has(table.rows[row].id)).length;
    all.checked = n > 0 && n === shown.length;
    all.indeterminate = n > 0 && n < shown.length;
    all.disabled = !shown.length;
  }

  /* ---- ticks ---- */
  function ticksChanged(text) {
    const ids = [...library.ticked], here = new Set(shown.map(row => table.rows[row].id)), hidden = ids.filter(id => !here.has(id)).length;
    [toMap, toShortlist, toExport, clear].forEach(node => { node.disabled = !ids.length; });
    said.textContent = text || filled(data.words.ticked, {n: ids.length}) + (hidden ? filled(data.words.ticked_hidden, {n: hidden}) : "");
    if (desk.tick) desk.tick(ids, false);
    mark();
  }

  function toggle(id) {
    library.ticked.has(id) ? library.ticked.delete(id) : library.ticked.add(id);
    anchor = id;
    ticksChanged();
  }

  function tickTo(id) {
    const at = each => shown.findIndex(row => table.rows[row].id === each), [from, to] = [at(anchor ?? active ?? id), at(id)].sort((a, b) => a - b);
    shown.slice(Math.max(0, from), to + 1).forEach(row => library.ticked.add(table.rows[row].id));
    ticksChanged();
  }

  function showOnMap() {
    const on = new Set(desk.tick ? desk.tick([...library.ticked], true) : []), off = [...library.ticked].filter(id => !on.has(id));
    const named = table.rows.filter(({id}) => off.includes(id)).slice(0, MOST_NAMED).map(({name}) => name);
    const missing = data.words[off.length > named.length ? "not_on_map_more" : "not_on_map"];
    ticksChanged(filled(data.words.on_map, {n: on.size})
      + (off.length ? filled(missing, {n: off.length, names: named.join(data.words.list)}) : ""));
    const map = document.querySelector("iframe.map-frame"), box = map && map.getBoundingClientRect();
    if (on.size && box && (box.top > innerHeight - 80 || box.bottom < 80)) map.scrollIntoView({block: "center"});
  }

  /* ---- moving and picking ---- */
  function reveal(id) {
    const at = items.findIndex(item => item.group === undefined && table.rows[item.row].id === id);
    if (at < 0) return;
    const room = scroll.clientHeight - head.offsetHeight;
    if (tops[at] < scroll.scrollTop) scroll.scrollTop = tops[at] - (at && items[at - 1].group ? GROUP_PX : 0);
    else if (tops[at + 1] > scroll.scrollTop + room) scroll.scrollTop = tops[at + 1] - room;
  }

  function moveTo(at, extend) {
    const row = shown[Math.min(shown.length - 1, Math.max(0, at))];
    if (row === undefined) return;
    const before = active;
    active = table.rows[row].id;
    if (extend) {
      anchor = anchor ?? before;
      tickTo(active);
    }
    reveal(active);
    draw(false);
  }

  function pick(id) {
    active = anchor = selected = id;
    mark();
    picks.ask(id);
    host.trigger("picked", id);
    if (matchMedia(STACKED).matches) document.querySelector(".st-key-stage-map")?.scrollIntoView({behavior: "smooth"});
  }

  grid.onkeydown = event => {
    if (event.target !== grid || event.altKey) return;
    const at = shown.findIndex(row => table.rows[row].id === active), page = Math.max(1, Math.floor(scroll.clientHeight / table.rowHeight) - 2);
    const to = {Home: 0, End: shown.length - 1, PageDown: at + page, PageUp: at - page}[event.key];
    if (event.key in MOVES) moveTo(at < 0 && event.key === "ArrowUp" ? 0 : at + MOVES[event.key], event.shiftKey);
    else if (to !== undefined) moveTo(to, event.shiftKey);
    else if (event.key === "Enter" && at >= 0) pick(active);
    else if (event.key === " " && at >= 0) toggle(active);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) { all.checked = true; all.onchange(); }
    else return;
    event.preventDefault();
  };
  grid.onfocus = () => {
    if (active && shown.some(row => table.rows[row].id === active)) return;
    moveTo(firstShownInSight(), false);
  };

  function firstShownInSight() {
    const item = items.slice(firstAt(scroll.scrollTop)).find(each => each.group === undefined);
    return item ? shown.indexOf(item.row) : 0;
  }

  body.onmousedown = event => { if (event.shiftKey) event.preventDefault(); };
  body.onclick = event => {
    const row = event.target.closest("tr[data-id]");
    if (!row || event.target.tagName === "INPUT") return;
    const id = row.dataset.id;
    if (event.target.closest(".is-tick") || event.ctrlKey || event.metaKey) toggle(id);
    else if (event.shiftKey) tickTo(id);
    else pick(id);
    grid.focus({preventScroll: true});
  };
  scroll.onscroll = () => draw(false);
  chooser.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !chooser.open) return;
    chooser.open = false;
    summary.focus();
  });
  const outside = event => { if (!chooser.contains(event.target)) chooser.open = false; };
  document.addEventListener("pointerdown", outside);
  let width = 0;
  const watcher = new ResizeObserver(() => {
    if (!table) return;
    if (scroll.clientWidth !== width) layOut(); else draw(false);
    width = scroll.clientWidth;
  });
  watcher.observe(scroll);

  host.update = next => {
    if (next.table) library.tables.set(next.page, ranked(next.table, next.lang));
    if (!library.tables.has(next.page)) return host.trigger("missing", next.page);
    const before = data || {};
    data = next;
    table = library.tables.get(data.page);
    caption.textContent = data.caption;
    toMap.textContent = data.words.show_on_map;
    toExport.textContent = data.words.export;
    toShortlist.textContent = data.words.collect;
    clear.textContent = data.words.untick;
    const fresh = before.page !== data.page, other = fresh || before.mask !== data.mask;
    if (other) arrange();
    if (other && !fresh) scroll.scrollTop = 0;
    if (fresh) layOut();
    if (picks.isNews(data.selected) || fresh) {
      selected = data.selected;
      if (selected && shown.some(row => table.rows[row].id === selected)) active = selected;
      reveal(selected);
    } else if (other) reveal(selected);
    draw(other);
    ticksChanged(other || fresh ? "" : said.textContent);
  };

  host.close = () => {
    watcher.disconnect();
    document.removeEventListener("pointerdown", outside);
    if (desk.tick) desk.tick([], false);
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".library");
  const host = root.libraryHost || (root.libraryHost = makeHost(root));
  host.trigger = setTriggerValue;
  host.update(data);
  return () => host.close();
}
