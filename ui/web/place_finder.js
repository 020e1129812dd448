/* A combobox over the base map's names: any language, any spacing, what begins with the text first. */
const MOST_SHOWN = 50;

const folded = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[\s'’·.,-]+/g, "");

function makeFinder(root) {
  const make = (tag, more) => Object.assign(document.createElement(tag), more);
  const label = make("label", {htmlFor: "place-finder-input"}), box = make("div", {className: "place-finder-box"});
  const input = make("input", {id: "place-finder-input", type: "text", autocomplete: "off", spellcheck: false});
  const clear = make("button", {type: "button", hidden: true});
  const list = make("ul", {id: "place-finder-list", hidden: true}), said = make("p");
  for (const [name, value] of Object.entries({role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id})) input.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  said.setAttribute("role", "status");
  box.append(input, clear);
  root.append(label, box, list, said);

  const host = {page: null, trigger: () => {}}, picks = makePicks();
  let places = [], words = {}, picked = null, found = [], active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function say(text, seen) {
    said.textContent = text;
    said.classList.toggle("is-unseen", !seen);
  }

  function look() {
    const wanted = folded(input.value);
    close();
    say("", false);
    if (!wanted) return;
    const rank = ({keys}) => keys.some(key => key.startsWith(wanted)) ? 0 : keys.some(key => key.includes(wanted)) ? 1 : 2;
    found = places.map(place => ({place, rank: rank(place)})).filter(({rank}) => rank < 2)
      .sort((a, b) => a.rank - b.rank).slice(0, MOST_SHOWN).map(({place}) => place);
    if (!found.length) {
      if (picked) tell(null);
      picked = null;
      clear.hidden = false; /* of the text, which stays to be mended */
      return say(words.none, true);
    }
    list.replaceChildren(...found.map((place, i) => {
      const option = make("li", {id: `place-finder-${i}`, textContent: place.shown});
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.onmousedown = event => { event.preventDefault(); pick(place); };
      return option;
    }));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    say(words.found.replace("{n}", found.length), false);
  }

  function move(to) {
    active = (to + found.length) % found.length;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    list.children[active].scrollIntoView({block: "nearest"});
    input.setAttribute("aria-activedescendant", list.children[active].id);
  }

  function show(place) {
    picked = place ? place.id : null;
    input.value = place ? place.shown : "";
    clear.hidden = !place;
    say("", false);
    close();
  }

  function tell(id) {
    picks.ask(id);
    host.trigger("picked", id || "");
  }

  function pick(place) {
    show(place);
    tell(picked);
  }

  input.oninput = look;
  input.onfocus = () => input.select();
  input.onblur = () => {
    close();
    if (input.value || !picked) return;
    pick(null);
  };
  clear.onclick = () => { pick(null); input.focus(); };
  input.onkeydown = event => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !list.hidden) pick(found[Math.max(active, 0)]);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Escape" && input.value) pick(null);
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !list.hidden) {
      move(active < 0 && event.key === "ArrowUp" ? -1 : active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "ArrowDown") look();
    else return;
    event.preventDefault();
  };

  host.update = data => {
    words = data.words;
    label.textContent = words.label;
    input.placeholder = words.hint;
    clear.textContent = words.clear;
    list.setAttribute("aria-label", words.label);
    const fresh = host.page !== data.page;
    if (fresh) {
      if (!data.places) return host.trigger("missing", data.page);
      host.page = data.page;
      places = data.places.map(([id, shown, names]) => ({id, shown, keys: names.map(folded)}));
    }
    if (picks.isNews(data.picked) || fresh) show(places.find(place => place.id === data.picked));
  };
  return host;
}

export default function (component) {
  const {parentElement, data, setTriggerValue} = component;
  const root = parentElement.querySelector(".place-finder");
  const host = root.finderHost || (root.finderHost = makeFinder(root));
  host.trigger = setTriggerValue;
  host.update(data);
}
