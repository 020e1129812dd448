/* The filter row in the app: the map answers at once, the server is told and confirms. */
const TYPING_DELAY_MS = 250;

function makeHost(root) {
  const desk = window.planDesk || (window.planDesk = {sequence: 0});
  const host = {trigger: () => {}, timer: 0};
  const row = window.planFilters.row(root, (wanted, {typing}) => {
    desk.sequence += 1;
    clearTimeout(host.timer);
    const tell = () => host.trigger("changed", {...wanted, sequence: desk.sequence});
    if (typing) host.timer = setTimeout(tell, TYPING_DELAY_MS);
    else tell();
    return desk.filter ? desk.filter(wanted) : null;
  });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "filter-export";
  button.onclick = () => host.trigger("export", {bounds: desk.bounds ? desk.bounds() : [0, 0, 0, 0]});

  host.update = data => {
    button.textContent = data.export;
    if (data.sequence >= desk.sequence) row.update(data);
    else if (!row.wanted) { desk.sequence = data.sequence; row.update(data); }
    else row.update({panel: data.panel});
    if (button.parentNode !== root) root.append(button);
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".filter-row");
  const host = root.filterHost || (root.filterHost = makeHost(root));
  host.trigger = setTriggerValue;
  host.update(data);
}
