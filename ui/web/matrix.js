/* The matrix: a table of counts, each a button that filters; one tab stop, arrows move. Text is set, never parsed.
 *
 * data = {caption, note, corner, columns: [label], rows: [{label, symbol, cells: [{sector, phase, n, share, title, pressed}]}]}
 * event  picked: {sector, phase}; an empty code stands for all
 */
function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function makeHost(root) {
  const host = {trigger: () => {}};
  let at = [0, 0], buttons = [], drawn = "";

  function cellOf(record, most, row, column) {
    const cell = make("td", row.isTotal || !record.phase ? "is-total" : ""), node = make("button", "", String(record.n));
    node.type = "button";
    node.title = record.title;
    node.setAttribute("aria-label", record.title);
    node.setAttribute("aria-pressed", String(record.pressed));
    if (!record.n) node.setAttribute("aria-disabled", "true");
    node.tabIndex = -1;
    node.style.setProperty("--weight", record.sector && record.phase && record.n ? (0.06 + 0.3 * record.n / most).toFixed(3) : "0");
    node.style.setProperty("--unplaced", (100 * record.share).toFixed(1) + "%");
    node.onclick = () => {
      move(row.index, column);
      if (record.n) host.trigger("picked", {sector: record.sector, phase: record.phase});
    };
    cell.append(node);
    return [cell, node];
  }

  function move(row, column) {
    const before = buttons[at[0]][at[1]];
    before.tabIndex = -1;
    at = [Math.min(buttons.length - 1, Math.max(0, row)), Math.min(buttons[0].length - 1, Math.max(0, column))];
    buttons[at[0]][at[1]].tabIndex = 0;
    buttons[at[0]][at[1]].focus();
  }

  function draw(data) {
    const table = make("table"), head = make("tr"), body = make("tbody"), hadFocus = root.contains(document.activeElement);
    const most = Math.max(1, ...data.rows.flatMap(row => row.cells).filter(c => c.sector && c.phase).map(c => c.n));
    head.append(make("th", "", data.corner), ...data.columns.map(label => make("th", "", label)));
    [...head.children].forEach(cell => { cell.scope = "col"; });
    const top = make("thead");
    top.append(head);
    buttons = data.rows.map((record, index) => {
      const row = make("tr"), name = make("th"), symbol = make("span", "matrix-symbol"), cells = [];
      name.scope = "row";
      symbol.innerHTML = record.symbol; /* ours, made from the style table */
      const label = make("span", "matrix-label");
      label.append(symbol, make("span", "", record.label));
      name.append(label);
      row.append(name);
      record.cells.forEach((each, column) => {
        const [cell, node] = cellOf(each, most, {index, isTotal: index === data.rows.length - 1}, column);
        row.append(cell);
        cells.push(node);
      });
      body.append(row);
      return cells;
    });
    table.append(make("caption", "", data.caption), top, body);
    const scroll = make("div", "matrix-scroll");
    scroll.append(table);
    root.replaceChildren(scroll, make("p", "matrix-note", data.note));
    buttons[at[0]][at[1]].tabIndex = 0;
    if (hadFocus) buttons[at[0]][at[1]].focus({preventScroll: true});
  }

  root.onkeydown = event => {
    const by = {ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1]}[event.key];
    if (by) move(at[0] + by[0], at[1] + by[1]);
    else if (event.key === "Home") move(at[0], 0);
    else if (event.key === "End") move(at[0], Infinity);
    else return;
    event.preventDefault();
  };

  host.update = data => {
    const text = JSON.stringify(data);
    if (text !== drawn) draw(data);
    drawn = text;
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".matrix");
  const host = root.matrixHost || (root.matrixHost = makeHost(root));
  host.trigger = setTriggerValue;
  host.update(data);
}
