/* The one-file page: one state, drawn as map, list, table and details, and kept in the address. */
(function () {
  "use strict";

  const page = JSON.parse(document.getElementById("page-data").textContent);
  const {filled, inWords, FACETS} = planFilters;
  const $ = selector => document.querySelector(selector);
  const rowOf = new Map(page.projects.map((project, i) => [project.id, i]));
  const elementRowOf = new Map(page.elements.map((element, i) => [element.id, i]));
  const state = {language: page.start.language, wanted: page.start.wanted, selected: null, view: null, tab: "list",
    show: "map", sort: {column: null, falling: false}};
  let result = null, passed = null;

  const texts = () => page.texts[state.language];
  const word = (key, values) => values ? filled(texts().words[key], values) : texts().words[key];

  function make(tag, options = {}, ...children) {
    const {text, lang, ...rest} = options, node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (lang) node.lang = lang;
    for (const [name, value] of Object.entries(rest)) {
      if (name in node) node[name] = value;
      else node.setAttribute(name, value);
    }
    node.append(...children.filter(Boolean));
    return node;
  }

  function symbolOf(i) {
    const node = make("span", {className: "site-symbol"});
    node.innerHTML = page.symbols[page.projects[i].symbol]; /* ours, made from the style table */
    return node;
  }

  /* ---- the address: everything after the #, so that a file can be sent with its state ---- */
  const NAMES = {phase: "phase", sector: "sector", place: "place", grade: "grade", hide: "hidden"};
  let written = null;

  function address() {
    const {wanted, selected, view} = state, parts = new URLSearchParams({lang: state.language});
    for (const [name, facet] of Object.entries(NAMES)) if (wanted[facet].length) parts.set(name, [...wanted[facet]].sort().join());
    if (wanted.any_wording) parts.set("wording", "any");
    if (wanted.text.trim()) parts.set("q", wanted.text.trim());
    if (selected) parts.set(selected.kind, selected.id);
    if (state.show === "table") parts.set("show", "table");
    if (view) parts.set("view", [view[2], view[0], view[1]].join("/"));
    return parts.toString().replace(/%2C/g, ",").replace(/%2F/g, "/");
  }

  function writeAddress() {
    const fresh = address();
    if (fresh === written) return;
    written = fresh;
    try { history.replaceState(null, "", "#" + fresh); } catch { location.hash = fresh; }
  }

  function readAddress() {
    const text = location.hash.slice(1);
    if (!text || text === written) return false;
    written = text;
    const parts = new URLSearchParams(text);
    const codes = name => (parts.get(name) || "").split(",").filter(code => page.codes[name].includes(code));
    const wanted = {...page.start.wanted, any_wording: parts.get("wording") === "any",
      text: (parts.get("q") || "").slice(0, texts().panel.max_text)};
    for (const [name, facet] of Object.entries(NAMES)) wanted[facet] = codes(name);
    const site = parts.get("site"), element = parts.get("element");
    Object.assign(state, {wanted,
      language: page.texts[parts.get("lang")] ? parts.get("lang") : page.start.language,
      selected: rowOf.has(site) ? {kind: "site", id: site} : elementRowOf.has(element) ? {kind: "element", id: element} : null,
      show: parts.get("show") === "table" ? "table" : "map",
      view: viewOf(parts.get("view"))});
    state.tab = state.selected ? "detail" : "list";
    return true;
  }

  function viewOf(text) {
    const [zoom, lat, lon] = (text || "").split("/").map(Number), [least, most] = page.zooms;
    return zoom >= least && zoom <= most && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? [lat, lon, zoom] : null;
  }

  /* ---- the parts of the page ---- */
  function choice(root, label, options, chosen, choose) {
    root.setAttribute("aria-label", label);
    const focused = root.contains(document.activeElement) && document.activeElement.value;
    root.replaceChildren(...options.map(({code, text, lang}) => make("button", {type: "button", value: code, text, lang,
      "aria-pressed": String(code === chosen), onclick: () => choose(code)})));
    if (focused) root.querySelector(`[value="${focused}"]`)?.focus();
  }

  const row = planFilters.row($(".filter-row"), wanted => {
    state.wanted = wanted;
    drawMap();
    drawAround();
    return result;
  });
  const list = planSiteList($(".site-list"), id => select("site", id, true));

  function drawMap(also) {
    const hidden = [...state.wanted.hidden, ...page.withheld];
    result = planMap.filter({...state.wanted, hidden}, {language: state.language, selected: state.selected, ...also});
    passed = planMap.engine.mask(state.wanted);
  }

  function drawAround() {
    drawList();
    drawTable();
    drawDetail();
    drawFoot();
    writeAddress();
  }

  function drawAll() {
    document.title = texts().title;
    $("h1").textContent = texts().title;
    $(".page-notes").replaceChildren(...texts().notes.map(text => make("span", {text})));
    choice($("#languages"), word("webpage.language"), Object.keys(page.texts).map(code =>
      ({code, text: word("language." + code), lang: page.texts[code].lang})), state.language, code => {
      state.language = code;
      drawMap();
      drawAll();
    });
    row.update({panel: texts().panel, wanted: state.wanted, result});
    drawChoices();
    drawAround();
  }

  function drawChoices() {
    choice($("#views"), word("webpage.view"), [{code: "map", text: word("webpage.map")}, {code: "table", text: word("webpage.table")}], state.show, code => {
      state.show = code;
      drawChoices();
      drawAround();
    });
    choice($("#tabs"), word("panel.label"), ["list", "detail"].map(code => ({code, text: word("panel." + code)})), state.tab, code => {
      state.tab = code;
      drawChoices();
      drawAround();
    });
    $("main").classList.toggle("is-table", state.show === "table");
    $(".map-box").hidden = state.show !== "map";
    $(".table-box").hidden = state.show !== "table";
    $(".site-list").hidden = state.tab !== "list";
    $(".detail-box").hidden = state.tab !== "detail";
  }

  function drawList() {
    const rows = page.projects.flatMap((project, i) => passed[i] ? [i] : []);
    const sections = [["list.placed", true], ["list.unplaced", false]].map(([title, placed]) => {
      const own = rows.filter(i => page.projects[i].placed === placed);
      return {title: word(title, {n: own.length}), rows: own.map(listRow)};
    }).filter(section => section.rows.length);
    $(".empty").hidden = rows.length > 0;
    $(".empty").textContent = rows.length ? "" : word("webpage.empty");
    list.update({sections, label: word("list.label"), selected: state.selected?.kind === "site" ? state.selected.id : null});
  }

  function listRow(i) {
    const project = page.projects[i], text = texts().projects[i];
    return {id: project.id, name: text.name, chinese: text.name === project.name ? "" : project.name, note: text.note,
      grade: word("grade." + project.grade), symbol: page.symbols[project.symbol]};
  }

  /* ---- the table ---- */
  const coded = facet => ({key: facet, label: "detail." + facet, of: i => word(`${facet}.${page.projects[i][facet]}`),
    rank: i => page.codes[facet].indexOf(page.projects[i][facet]), className: "code"});
  const COLUMNS = [
    {key: "name", label: "webpage.project", of: i => texts().projects[i].name},
    coded("phase"),
    coded("sector"),
    {key: "structure", label: "detail.structure", of: i => texts().projects[i].structure, rank: i => page.projects[i].order,
      className: "structure"},
    coded("grade"),
    {key: "accuracy", label: "webpage.accuracy", of: i => page.projects[i].accuracy, className: "number"},
    {key: "lonLat", label: "webpage.lon_lat", of: i => page.projects[i].lonLat, className: "number small"}
  ];

  function compare(column) {
    const collator = new Intl.Collator(texts().lang, {numeric: true});
    return (a, b) => {
      const ranks = [a, b].map(column.rank || column.of);
      if (ranks[0] === null || ranks[1] === null) return (ranks[0] === null) - (ranks[1] === null);
      const order = typeof ranks[0] === "number" ? ranks[0] - ranks[1] : collator.compare(...ranks);
      return state.sort.falling ? -order : order;
    };
  }

  function drawTable() {
    const rows = page.projects.flatMap((project, i) => passed[i] ? [i] : []);
    const column = COLUMNS.find(each => each.key === state.sort.column), box = $(".table-box");
    if (column) rows.sort(compare(column));
    const caption = make("caption", {id: "table-caption", text: word("webpage.table_caption", result)});
    const focused = box.contains(document.activeElement) && document.activeElement.dataset.focus;
    box.setAttribute("aria-labelledby", caption.id);
    box.replaceChildren(make("table", {}, caption, tableHead(), make("tbody", {}, ...rows.map(tableRow))));
    if (focused) box.querySelector(`[data-focus="${focused}"]`)?.focus();
  }

  function tableHead() {
    return make("thead", {}, make("tr", {}, ...COLUMNS.map(({key, label, className = ""}) => {
      const sorted = state.sort.column === key;
      const button = make("button", {type: "button", text: word(label), "data-focus": "sort-" + key, onclick: () => {
        state.sort = sorted && state.sort.falling ? {column: null, falling: false} : {column: key, falling: sorted};
        drawTable();
      }});
      return make("th", {scope: "col", className, "data-label": word(label),
        "aria-sort": sorted ? (state.sort.falling ? "descending" : "ascending") : "none"}, button);
    })));
  }

  function tableRow(i) {
    const project = page.projects[i], text = texts().projects[i], chosen = state.selected?.id === project.id;
    const name = make("th", {scope: "row"}, make("div", {className: "table-name"}, symbolOf(i), make("span", {},
      make("button", {type: "button", className: "link", text: text.name, "data-focus": "row-" + project.id,
        onclick: () => select("site", project.id, true)}),
      text.name !== project.name && make("span", {className: "note", text: project.name, lang: "zh"}))));
    return make("tr", {className: chosen ? "is-chosen" : "", "data-id": project.id}, name,
      ...COLUMNS.slice(1).map(column => make("td", {className: column.className || "", text: column.of(i) ?? "—"})));
  }

  /* ---- the details ---- */
  function select(kind, id, focus) {
    state.selected = id ? {kind, id} : null;
    state.tab = id ? "detail" : "list";
    drawMap();
    drawChoices();
    drawAround();
    const box = id ? $(".detail-box") : $(".site-list");
    box.scrollTop = 0;
    if (focus) box.focus({preventScroll: true});
    showPanel();
  }

  /* On a phone the panel lies below the map: bring it up, and leave the lower half of the map in sight. */
  function showPanel() {
    const top = $(".panel").getBoundingClientRect().top;
    if (top > window.innerHeight * 0.6 || top < 0) window.scrollBy({top: top - window.innerHeight * 0.4, behavior: "smooth"});
  }

  const told = (term, ...value) => value.filter(Boolean).length ? [make("dt", {text: term}), make("dd", {}, ...value)] : [];
  const fact = (term, ...value) => told(word(term), ...value);
  const chinese = text => make("span", {text, lang: "zh"});
  const note = text => text && make("span", {className: "note", text});

  function heading(name, plan) {
    return [make("h2", {text: name, lang: name === plan ? "zh" : ""}),
      name !== plan && make("p", {className: "plan-name", text: plan, lang: "zh"})];
  }

  function drawDetail() {
    const {selected} = state;
    const card = !selected ? nothingCard() : selected.kind === "site" ? projectCard(rowOf.get(selected.id))
      : elementCard(elementRowOf.get(selected.id));
    if (selected) card.prepend(link(word("detail.close"), () => select(null, null, true), "close"));
    $(".detail-box").replaceChildren(card);
  }

  function projectCard(i) {
    const project = page.projects[i], text = texts().projects[i], element = elementRowOf.get(project.element);
    const structure = element === undefined ? text.structure
      : link(text.structure, () => select("element", project.element, true));
    return make("article", {className: "detail"},
      !passed[i] && make("p", {className: "note", text: word("detail.filtered_out")}),
      ...heading(text.name, project.name),
      make("p", {text: text.summary}),
      make("dl", {},
        ...fact("detail.phase", text.phase),
        ...fact("detail.sector", word("sector." + project.sector), note(word("detail.sector_note"))),
        ...fact("detail.structure", structure, note(text.structureBasis)),
        ...text.office.flatMap(([term, value]) => told(term, value))),
      ...(project.mentions.length ? [make("h3", {text: word("detail.mentions")}), make("ul", {}, ...project.mentions.map(mention))] : []),
      make("h3", {text: word("detail.location")}),
      make("dl", {},
        ...fact("detail.grade", text.grade),
        ...fact("detail.coordinate", project.coordinate),
        ...fact("detail.address", project.address && chinese(project.address)),
        ...fact("detail.basis", text.basis),
        ...fact("detail.source", project.source, project.crs && note(word("detail.source_crs", {crs: project.crs}))),
        ...fact("detail.checked", text.checked)));
  }

  function mention({name, place, under}) {
    const source = make("span", {className: "note", text: texts().mentionPlaces[place]});
    under.forEach(part => source.append(" · ", chinese(part)));
    return make("li", {}, make("span", {className: "verbatim", text: name, lang: "zh"}), source);
  }

  function elementCard(i) {
    const element = page.elements[i], text = texts().elements[i];
    return make("article", {className: "detail"},
      ...heading(text.name, element.name),
      make("p", {className: "note", text: text.place}),
      make("p", {text: text.summary}),
      ...terms("detail.functions", text.functions),
      ...terms("detail.leading_sectors", text.sectors),
      make("h3", {text: word("detail.members", {n: element.members.length})}),
      make("table", {}, make("tbody", {}, ...Object.entries(element.tally).map(([phase, n]) =>
        make("tr", {}, make("th", {scope: "row", text: word("phase." + phase)}), make("td", {text: String(n)}))))),
      ...(element.members.length ? [make("button", {type: "button", className: "main-button", text: word("detail.show_only"), onclick: () => showOnly(element.id)}),
        make("ul", {className: "links"}, ...element.members.map(id =>
          make("li", {}, link(texts().projects[rowOf.get(id)].name, () => select("site", id, true)))))] : []),
      make("h3", {text: text.drawn}),
      make("p", {text: text.basis}),
      ...(text.edges.length ? [make("p", {className: "note", text: word("detail.open_edges")}),
        make("ul", {}, ...text.edges.map(edge => make("li", {text: edge})))] : []));
  }

  function terms(title, list) {
    if (!list.length) return [];
    return [make("h3", {text: word(title)}), make("ul", {className: "terms"}, ...list.map(term =>
      make("li", {}, term.text, term.chinese && " ", term.chinese && make("span", {className: "note", text: term.chinese, lang: "zh"}))))];
  }

  /* The canvas takes no focus, so the elements are offered here too. */
  function nothingCard() {
    const groups = new Map();
    page.elements.forEach((element, i) => {
      const {group, name} = texts().elements[i];
      groups.set(group, [...(groups.get(group) || []), make("li", {}, link(name, () => select("element", element.id, true)))]);
    });
    return make("article", {className: "detail"}, make("p", {text: word("detail.nothing")}),
      ...[...groups].flatMap(([group, links]) => [make("h3", {text: group}), make("ul", {className: "links"}, ...links)]));
  }

  function link(text, onclick, className = "") {
    return make("button", {type: "button", className: "link " + className, text, onclick});
  }

  function showOnly(place) {
    state.wanted = {...state.wanted, ...Object.fromEntries(FACETS.map(facet => [facet, []])), place: [place], any_wording: false, text: ""};
    state.tab = "list";
    drawMap();
    drawAll();
    $(".site-list").focus({preventScroll: true});
  }

  /* ---- the foot: the filter in words, what has no place, the sources ---- */
  function drawFoot() {
    const phrases = inWords(texts().panel, state.wanted), foot = $(".page-foot");
    const open = foot.querySelector("details")?.open;
    foot.replaceChildren(
      make("p", {className: "page-filter", text: phrases.length
        ? word("webpage.filter", {filter: phrases.join(word("webpage.and"))}) : word("webpage.no_filter")}),
      make("p", {className: "page-count", text: word("webpage.counts", {...result, placed: result.shown - result.unplaced})}),
      make("details", {open: Boolean(open)}, make("summary", {text: word("webpage.sources")}), make("dl", {},
        ...texts().sources.flatMap(source => [make("dt", {text: source.title}), make("dd", {}, source.source,
          note(source.licence), note(source.gaps))]))));
  }

  /* ---- print: the map keeps its pixels and is scaled to the sheet; the sources are spelt out ---- */
  const SHEET_PX = 690;
  window.addEventListener("beforeprint", () => {
    const box = $(".map-box");
    $(".page-foot details").open = true;
    if (!box.clientWidth) return;
    box.style.setProperty("--print-width", box.clientWidth + "px");
    box.style.setProperty("--print-height", box.clientHeight + "px");
    box.style.setProperty("--print-scale", String(Math.min(1, SHEET_PX / box.clientWidth)));
  });
  window.addEventListener("afterprint", () => { $(".page-foot details").open = false; });

  /* ---- begin ---- */
  planMap.listen(event => {
    if (event.type === "pick") select(event.kind, event.id, false);
    else if (event.type === "view" && started) {
      state.view = event.view;
      writeAddress();
    }
  });
  window.addEventListener("hashchange", () => {
    if (!readAddress()) return;
    if (state.view) planMap.map.setView([state.view[0], state.view[1]], state.view[2], {animate: false});
    drawMap();
    drawAll();
  });
  let started = false;
  readAddress();
  drawChoices();
  drawMap({view: state.view, bounds: page.start.bounds});
  drawAll();
  planMap.restart();
  /* The first view is the map's own choice and no part of the address until the reader moves it. */
  requestAnimationFrame(() => requestAnimationFrame(() => { started = true; }));
})();
