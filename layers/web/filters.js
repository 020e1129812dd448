/* The filters: an engine over the projects' codes, and the row of menus that drives it.
 *
 * planFilters.engine(data)   data = {count, facets: {facet: {code: bits}}, text: [searched text of each project]}
 *   .mask(wanted, without)   → Uint8Array, 1 where the project passes (leaving out one facet if asked)
 *   .counts(facet, wanted)   → {code: how many picking it would show}
 * planFilters.row(root, changed)
 *   .update({panel, wanted, result})   draws; result = {counts, shown, total, unplaced}; the panel alone keeps the rest
 *
 * planFilters.inWords(panel, wanted)   → what the filter asks for, one phrase a facet
 *
 * wanted = {phase, sector, place, grade: [codes], any_wording, text, hidden: [layers], tiles}
 * The same rules stand in geo/filter.py, and a test holds the two together.
 */
(function () {
  "use strict";

  const FACETS = ["phase", "sector", "place", "grade"];

  /* ---- the engine ---- */
  function members(bits, count) {
    const bytes = Uint8Array.from(atob(bits), c => c.charCodeAt(0)), member = new Uint8Array(count);
    for (let i = 0; i < count; i++) member[i] = bytes[i >> 3] >> (7 - (i & 7)) & 1;
    return member;
  }

  function engine(data) {
    const count = data.count, facets = {};
    for (const [facet, codes] of Object.entries(data.facets)) {
      facets[facet] = Object.fromEntries(Object.entries(codes).map(([code, bits]) => [code, members(bits, count)]));
    }
    const columns = (facet, wanted) => facets[facet === "phase" && wanted.any_wording ? "phase_any" : facet];

    function mask(wanted, without) {
      const passed = new Uint8Array(count).fill(1);
      const parts = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
      if (parts.length) for (let i = 0; i < count; i++) passed[i] = parts.every(part => data.text[i].includes(part)) ? 1 : 0;
      for (const facet of FACETS) {
        if (facet === without || !wanted[facet].length) continue;
        const of = columns(facet, wanted), chosen = wanted[facet].map(code => of[code]).filter(Boolean);
        for (let i = 0; i < count; i++) if (passed[i] && !chosen.some(member => member[i])) passed[i] = 0;
      }
      return passed;
    }

    function counts(facet, wanted) {
      const passed = mask(wanted, facet), found = {};
      for (const [code, member] of Object.entries(columns(facet, wanted))) {
        let n = 0;
        for (let i = 0; i < count; i++) n += passed[i] & member[i];
        found[code] = n;
      }
      return found;
    }

    return {count, mask, counts};
  }

  /* ---- the row ---- */
  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function filled(template, values) {
    return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  const same = (a, b) => a.length === b.length && a.every(code => b.includes(code));
  const isPlain = wanted => FACETS.every(facet => !wanted[facet].length) && !wanted.text.trim();

  function facetsInWords(panel, wanted) {
    return panel.menus.flatMap(definition => definition.sections
      .filter(section => section.kind === "many" && FACETS.includes(section.facet) && wanted[section.facet].length)
      .map(section => filled(panel.words.term, {
        term: definition.label,
        value: section.options.filter(option => wanted[section.facet].includes(option.code))
          .map(option => option.label).join(panel.words.list)
      })));
  }

  function inWords(panel, wanted) {
    const phrases = facetsInWords(panel, wanted), text = wanted.text.trim();
    if (wanted.any_wording && wanted.phase.length) phrases.push(panel.words.any_wording);
    if (text) phrases.push(filled(panel.words.text, {text}));
    return phrases;
  }

  function row(root, changed) {
    let panel = null, wanted = null, result = null, drawn = null, open = null, marks = [];

    function change(part, options = {}) {
      wanted = {...wanted, ...part};
      const fresh = changed(wanted, options);
      if (fresh) result = fresh;
      refresh();
    }

    /* Each kind of section draws itself and says how it is brought up to date. */
    const sections = {
      shortcuts(section) {
        const box = make("div", "filter-shortcuts");
        for (const option of section.options) {
          const node = make("button", "filter-shortcut", option.label);
          node.type = "button";
          node.onclick = () => change({[section.facet]: same(option.codes, wanted[section.facet]) ? [] : option.codes});
          marks.push(() => node.setAttribute("aria-pressed", String(same(option.codes, wanted[section.facet]))));
          box.append(node);
        }
        return box;
      },
      many(section) {
        const box = make("div", "filter-options");
        for (const option of section.options) {
          const facet = section.facet, [input, line] = choice("checkbox", option);
          const count = line.appendChild(make("span", "filter-count"));
          input.onchange = () => {
            const others = wanted[facet].filter(code => code !== option.code);
            change({[facet]: input.checked !== Boolean(section.inverted) ? [...others, option.code] : others});
          };
          marks.push(() => {
            const n = result.counts[facet] && result.counts[facet][option.code];
            input.checked = wanted[facet].includes(option.code) !== Boolean(section.inverted);
            count.textContent = n === undefined ? "" : String(n);
            line.classList.toggle("is-empty", n === 0);
          });
          box.append(line);
        }
        return box;
      },
      one(section) {
        const box = make("div", "filter-options");
        box.setAttribute("role", "radiogroup");
        box.setAttribute("aria-label", section.label);
        for (const option of section.options) {
          const [input, line] = choice("radio", option);
          input.name = "filter-" + section.key;
          input.onchange = () => change({[section.key]: option.code});
          marks.push(() => { input.checked = wanted[section.key] === option.code; });
          box.append(line);
        }
        return box;
      },
      toggle(section) {
        const [input, line] = choice("checkbox", section);
        line.classList.add("filter-toggle");
        input.onchange = () => change({[section.key]: input.checked});
        marks.push(() => { input.checked = wanted[section.key]; });
        return line;
      },
      note(section) {
        return make("p", "filter-note", section.text);
      }
    };

    function choice(type, option) {
      const line = make("label", "filter-option"), input = make("input");
      input.type = type;
      if (option.code) input.value = option.code;
      line.append(input);
      if (option.indent) line.classList.add("is-part");
      if (option.svg) line.appendChild(make("span", "filter-symbol")).innerHTML = option.svg; /* ours, from the style table */
      line.append(make("span", "filter-name", option.label));
      return [input, line];
    }

    function menu(definition) {
      const box = make("div", "filter-menu"), button = make("button", "filter-button"), popup = make("div", "filter-popup");
      button.type = "button";
      button.dataset.menu = definition.id;
      button.setAttribute("aria-expanded", "false");
      button.setAttribute("aria-controls", popup.id = "filter-popup-" + definition.id);
      popup.hidden = true;
      popup.tabIndex = -1; /* so that a click on a row's words keeps the focus inside */
      popup.setAttribute("role", "group");
      popup.setAttribute("aria-label", definition.label);
      for (const section of definition.sections) {
        if (section.label && section.kind !== "toggle") popup.append(make("h3", "filter-heading", section.label));
        popup.append(sections[section.kind](section));
        if (section.help) popup.append(make("p", "filter-note", section.help));
      }
      const facet = definition.sections.map(section => section.facet).find(name => FACETS.includes(name));
      marks.push(() => {
        const n = facet ? wanted[facet].length : 0;
        button.textContent = n ? `${definition.label} · ${n}` : definition.label;
        button.classList.toggle("is-set", n > 0);
      });
      const entry = {button, popup};
      button.onclick = () => open && open.popup === popup ? close() : show(entry);
      box.append(button, popup);
      return box;
    }

    function show(entry) {
      close();
      open = entry;
      entry.popup.hidden = false;
      entry.button.setAttribute("aria-expanded", "true");
      place();
    }

    function close(refocus) {
      if (!open) return;
      open.popup.hidden = true;
      open.button.setAttribute("aria-expanded", "false");
      if (refocus) open.button.focus();
      open = null;
    }

    function place() {
      if (!open) return;
      const at = open.button.getBoundingClientRect(), popup = open.popup.style, width = document.documentElement.clientWidth;
      popup.left = Math.max(8, Math.min(at.left, width - open.popup.offsetWidth - 8)) + "px";
      popup.top = at.bottom + 4 + "px";
      popup.maxHeight = Math.max(160, window.innerHeight - at.bottom - 16) + "px";
    }

    document.addEventListener("pointerdown", event => {
      if (open && !open.popup.contains(event.target) && !open.button.contains(event.target)) close();
    });
    root.addEventListener("keydown", event => { if (event.key === "Escape" && open) close(true); });
    root.addEventListener("focusout", event => {
      if (open && event.relatedTarget && !open.popup.contains(event.relatedTarget) && event.relatedTarget !== open.button) close();
    });
    window.addEventListener("blur", () => { if (document.activeElement && document.activeElement.tagName === "IFRAME") close(); });
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, true);

    function searchField() {
      const input = make("input", "filter-search");
      input.type = "search";
      input.maxLength = panel.max_text;
      input.placeholder = panel.words.search;
      input.setAttribute("aria-label", panel.words.search);
      input.oninput = () => change({text: input.value}, {typing: true});
      marks.push(() => { if (document.activeElement !== input || input.value.trim() !== wanted.text.trim()) input.value = wanted.text; });
      return input;
    }

    function clearButton() {
      const node = make("button", "filter-clear", panel.words.clear);
      node.type = "button";
      node.onclick = () => change({phase: [], sector: [], place: [], grade: [], text: "", any_wording: false});
      marks.push(() => { node.disabled = isPlain(wanted); });
      return node;
    }

    function summary() {
      const node = make("span", "filter-summary");
      node.setAttribute("role", "status");
      const count = node.appendChild(make("span", "filter-shown")), chosen = node.appendChild(make("span", "filter-chosen"));
      marks.push(() => {
        count.textContent = filled(panel.words.shown, result);
        chosen.textContent = facetsInWords(panel, wanted).map(text => " · " + text).join("");
        chosen.title = chosen.textContent.slice(3);
      });
      return node;
    }

    function build() {
      const openId = open && open.button.dataset.menu;
      open = null;
      marks = [];
      const facets = panel.menus.filter(each => each.id !== "layers"), layers = panel.menus.filter(each => each.id === "layers");
      root.replaceChildren(...facets.map(menu), searchField(), ...layers.map(menu), clearButton(), summary());
      root.setAttribute("role", "search");
      const again = openId && root.querySelector(`[data-menu="${openId}"]`);
      if (again) again.click();
    }

    function refresh() {
      marks.forEach(mark => mark());
    }

    return {
      get wanted() { return wanted; },
      update(state) {
        panel = state.panel;
        if (state.wanted) ({wanted, result} = state);
        const definition = JSON.stringify(panel);
        if (drawn !== definition) { build(); drawn = definition; }
        refresh();
      }
    };
  }

  window.planFilters = {engine, row, inWords, filled, FACETS};
})();
