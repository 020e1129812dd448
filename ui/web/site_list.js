/* The list of projects: a listbox with one tab stop; arrows move, Enter or a click picks. Text is set, never parsed. */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function makeRow(row) {
  const node = element("div", "site-row");
  node.id = "site-" + row.id;
  node.dataset.id = row.id;
  node.setAttribute("role", "option");
  const symbol = element("span", "site-symbol");
  symbol.innerHTML = row.symbol; /* ours, made from the style table */
  const text = element("span", "site-text");
  text.append(element("span", "site-name", row.name));
  if (row.chinese) {
    const chinese = element("span", "site-chinese", row.chinese);
    chinese.lang = "zh";
    text.append(chinese);
  }
  text.append(element("span", "site-note", row.note));
  node.append(symbol, text, element("span", "site-grade", row.grade));
  return node;
}

/* A row once made is kept, so that a change of filter moves rows in and out and makes none anew. */
function rowMaker(root) {
  const made = root.madeRows || (root.madeRows = new Map());
  return row => {
    const text = JSON.stringify(row), known = made.get(row.id);
    if (known && known.text === text) return known.node;
    const node = makeRow(row);
    made.set(row.id, {text, node});
    return node;
  };
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".site-list");
  const options = () => [...root.querySelectorAll(".site-row")];
  const drawn = JSON.stringify(data.sections);
  if (root.drawn !== drawn) {
    root.drawn = drawn;
    const row = rowMaker(root);
    root.replaceChildren(...data.sections.map((section, i) => {
      const group = element("div", "site-group");
      const title = element("div", "site-heading", section.title);
      title.id = "site-heading-" + i;
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", title.id);
      group.append(title, ...section.rows.map(row));
      if (section.more) group.append(element("div", "site-more", section.more));
      return group;
    }));
  }
  root.setAttribute("role", "listbox");
  root.setAttribute("aria-label", data.label);
  root.tabIndex = 0;
  const mark = id => {
    options().forEach(node => node.setAttribute("aria-selected", String(node.dataset.id === id)));
    const chosen = options().find(node => node.dataset.id === id);
    if (!chosen) return root.removeAttribute("aria-activedescendant");
    root.setAttribute("aria-activedescendant", chosen.id);
    const top = chosen.offsetTop - root.offsetTop;
    if (top < root.scrollTop + 30 || top + chosen.offsetHeight > root.scrollTop + root.clientHeight) root.scrollTop = top - 60;
  };
  const pick = id => { mark(id); setTriggerValue("picked", id); };
  mark(root.active && options().some(node => node.dataset.id === root.active) && !data.selected ? root.active : data.selected);
  root.onclick = event => {
    const row = event.target.closest(".site-row");
    if (row) pick(row.dataset.id);
  };
  root.onkeydown = event => {
    const all = options(), at = all.findIndex(node => node.getAttribute("aria-selected") === "true");
    const step = {ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -all.length, End: all.length}[event.key];
    if (step) {
      event.preventDefault();
      root.active = all[Math.min(all.length - 1, Math.max(0, at + step))]?.dataset.id;
      mark(root.active);
    } else if (event.key === "Enter" && at >= 0) pick(all[at].dataset.id);
  };
}
