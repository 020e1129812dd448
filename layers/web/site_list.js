/* The list of projects: a listbox with one tab stop; arrows move, Enter or a click picks. Text is set, never parsed.
 *
 * planSiteList(root, picked)  picked(id) is told what the reader picks
 *   .update({sections, selected, label})  sections = [{title, rows: [{id, name, chinese, note, grade, symbol}], more}]
 */
(function () {
  "use strict";

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function makeRow(row) {
    const node = make("div", "site-row");
    node.id = "site-" + row.id;
    node.dataset.id = row.id;
    node.setAttribute("role", "option");
    const symbol = make("span", "site-symbol");
    symbol.innerHTML = row.symbol; /* ours, made from the style table */
    const text = make("span", "site-text");
    text.append(make("span", "site-name", row.name));
    if (row.chinese) {
      const chinese = make("span", "site-chinese", row.chinese);
      chinese.lang = "zh";
      text.append(chinese);
    }
    text.append(make("span", "site-note", row.note));
    node.append(symbol, text, make("span", "site-grade", row.grade));
    return node;
  }

  window.planSiteList = (root, picked) => {
    const made = new Map();
    let drawn = null, active = null, told = null;
    const options = () => [...root.querySelectorAll(".site-row")];

    /* A row once made is kept, so that a change of filter moves rows in and out and makes none anew. */
    function row(record) {
      const text = JSON.stringify(record), known = made.get(record.id);
      if (known && known.text === text) return known.node;
      const node = makeRow(record);
      made.set(record.id, {text, node});
      return node;
    }

    function group(section, i) {
      const box = make("div", "site-group"), title = make("div", "site-heading", section.title);
      title.id = "site-heading-" + i;
      box.setAttribute("role", "group");
      box.setAttribute("aria-labelledby", title.id);
      box.append(title, ...section.rows.map(row));
      if (section.more) box.append(make("div", "site-more", section.more));
      return box;
    }

    function mark(id) {
      options().forEach(node => node.setAttribute("aria-selected", String(node.dataset.id === id)));
      const chosen = options().find(node => node.dataset.id === id);
      if (!chosen) return root.removeAttribute("aria-activedescendant");
      root.setAttribute("aria-activedescendant", chosen.id);
      const top = chosen.offsetTop - root.offsetTop;
      if (top < root.scrollTop + 30 || top + chosen.offsetHeight > root.scrollTop + root.clientHeight) root.scrollTop = top - 60;
    }

    function pick(id) {
      mark(id);
      picked(id);
    }

    root.setAttribute("role", "listbox");
    root.tabIndex = 0;
    root.onclick = event => {
      const chosen = event.target.closest(".site-row");
      if (chosen) pick(chosen.dataset.id);
    };
    root.onkeydown = event => {
      const all = options(), at = all.findIndex(node => node.getAttribute("aria-selected") === "true");
      const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -all.length, End: all.length}[event.key];
      if (step) {
        event.preventDefault();
        active = all[Math.min(all.length - 1, Math.max(0, at + step))]?.dataset.id;
        mark(active);
      } else if (event.key === "Enter" && at >= 0) pick(all[at].dataset.id);
    };

    return {
      update(data) {
        const text = JSON.stringify(data.sections);
        if (drawn !== text) {
          drawn = text;
          root.replaceChildren(...data.sections.map(group));
        }
        root.setAttribute("aria-label", data.label);
        if (data.selected !== told && data.selected && data.selected !== active) active = null;
        told = data.selected;
        mark(options().some(node => node.dataset.id === active) ? active : told); /* where the arrows led stays */
      }
    };
  };
})();
